"""The environment of the native lane: a real sound server's microphones, and fake cameras."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal

import pytest

from conformance.agent_environment import AgentEnvironment
from conformance.environment import DeviceName
from conformance.fake_environment import CONTROLS, INITIAL
from conformance.media import until
from mediadevices.testing import FakeCamera, install_fake_devices
from mediadevices_native.microphones import PortAudioMicrophoneDriver

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from support.pulse_server import PulseServer

__all__ = ["NativeEnvironment", "sound_server"]


@contextlib.contextmanager
def sound_server() -> Generator[PulseServer]:
    """Run a sound server with two microphones, and make it the server of this process."""
    from support.pulse_server import PulseServer

    with PulseServer() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        headset = server.load_source("headset", "Headset Microphone", channels=1)
        desk = server.load_source("desk", "Desk Microphone", channels=2)
        server.set_default(headset)
        server.play_tone(headset, 440)
        server.play_tone(desk, 1000)
        yield server


class NativeEnvironment(AgentEnvironment):
    """`LocalAgent` with PortAudio's driver and a driver of fake cameras."""

    def __init__(self) -> None:
        self._microphones = PortAudioMicrophoneDriver()
        self._fakes = install_fake_devices(
            [FakeCamera(label="Fake Camera 1", key="fake-camera-1", default=True)], 0, 0
        )
        super().__init__([self._microphones, self._fakes.driver])

    def close(self) -> None:
        super().close()
        self._fakes.uninstall()

    async def unplug(self, device: DeviceName) -> None:
        self._fakes.unplug(self._camera(device))

    async def plug(self, device: DeviceName) -> None:
        self._fakes.plug(self._camera(device))

    async def mute(self, device: DeviceName) -> None:
        self._fakes.mute(self._camera(device))

    async def unmute(self, device: DeviceName) -> None:
        self._fakes.unmute(self._camera(device))

    async def fail_to_open(
        self, device: DeviceName, reason: Literal["busy", "error"] | None
    ) -> None:
        self._fakes.fail_to_open(self._camera(device), reason)

    async def let_go(self, device: DeviceName) -> None:
        await until(lambda: not self._camera(device).is_open)

    async def set_cameras(self, count: int) -> None:
        added = [FakeCamera(label=f"Fake Camera {index + 1}") for index in range(1, count)]
        self._replace([*self._fakes.cameras[:count], *added])

    async def add_controls(self) -> None:
        self._replace([FakeCamera(label="Fake Camera 1", controls=CONTROLS, initial=INITIAL)])

    def _camera(self, device: DeviceName) -> FakeCamera:
        assert device == "camera", "tests that do this to a microphone run on fake ones"
        return self._fakes.cameras[0]

    def _replace(self, cameras: Sequence[FakeCamera]) -> None:
        self.close()
        self._fakes = install_fake_devices(cameras, 0, 0)
        self._open([self._microphones, self._fakes.driver])
