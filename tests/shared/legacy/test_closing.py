"""The old interface closes every device that it opened."""

from __future__ import annotations

from conformance.legacy.capturing import capture, failure
from conformance.media import until
from mediadevices.testing import install_fake_devices


async def test_a_constraint_that_fails_afterwards_leaves_no_device_open() -> None:
    with install_fake_devices() as fakes:
        camera, microphone = fakes.cameras[0], fakes.microphones[0]
        error = await failure(video={"mandatory": {"torch": True}}, audio=True)
        assert error.constraint_name == "torch"
        assert (camera.opened, microphone.opened) == (1, 1)
        await until(lambda: not camera.is_open and not microphone.is_open)


async def test_stop_closes_the_devices() -> None:
    with install_fake_devices() as fakes:
        camera, microphone = fakes.cameras[0], fakes.microphones[0]
        async with capture(video=True, audio=True) as stream:
            assert camera.is_open
            assert microphone.is_open
            stream.stop()
            await until(lambda: not camera.is_open and not microphone.is_open)
