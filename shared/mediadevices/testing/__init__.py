"""Cameras and microphones without hardware, for testing programs that use them.

    from mediadevices.testing import install_fake_devices

    with install_fake_devices(cameras=1, microphones=2) as fakes:
        ...  # navigator.media_devices now has these devices
        fakes.unplug(fakes.cameras[0])

With pytest, the fixture ``fake_devices`` does the same. Only the drivers are fake: the algorithms
of the standard run as they do on real devices, in `mediadevices.local`.
"""

from mediadevices.testing.clock import ManualClock as ManualClock
from mediadevices.testing.fake_devices import FakeCamera as FakeCamera
from mediadevices.testing.fake_devices import FakeMicrophone as FakeMicrophone
from mediadevices.testing.fake_devices import FakeSpeaker as FakeSpeaker
from mediadevices.testing.fake_driver import FakeDriver as FakeDriver
from mediadevices.testing.installation import FakeDevices as FakeDevices
from mediadevices.testing.installation import install_fake_devices as install_fake_devices
from mediadevices.testing.patterns import frame_number as frame_number
