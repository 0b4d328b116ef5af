"""The world of the desktop's agent: microphones of a real sound server, and fake cameras."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal

import pytest

from conformance.environment import Answer, DeviceName, Environment
from conformance.fake_environment import CONTROLS, INITIAL
from mediadevices.agents import use_agent
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions import PermissionAuthority
from mediadevices.testing import FakeCamera, install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from mediadevices.agent import PermissionName, PermissionRequest, PermissionState
    from support.pulse_server import PulseServer

__all__ = ["NativeEnvironment", "sound_server"]


@contextlib.contextmanager
def sound_server() -> Generator[PulseServer]:
    """Run a sound server with two microphones, which this process's programs find."""
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


class NativeEnvironment(Environment):
    """`LocalAgent` over the driver of PortAudio and one of fake cameras."""

    def __init__(self) -> None:
        self._answer: Answer = "grant"
        self._permissions = PermissionAuthority("test", self._prompt)
        self._open([FakeCamera(label="Fake Camera 1", key="fake-camera-1", default=True)])

    def _open(self, cameras: Sequence[FakeCamera]) -> None:
        from mediadevices_native.microphones import PortAudioMicrophoneDriver

        self._fakes = install_fake_devices(cameras, 0, 0)
        drivers = [PortAudioMicrophoneDriver(), self._fakes.driver]
        self._agent = LocalAgent(drivers, self._permissions, secret=b"conformance", name="native")
        self._installed = contextlib.ExitStack()
        self._installed.enter_context(use_agent(self._agent))

    def close(self) -> None:
        self._installed.close()
        self._agent.close()
        self._fakes.uninstall()

    async def _prompt(self, _request: PermissionRequest) -> bool:
        if self._answer == "leave open":
            await asyncio.Event().wait()
        return self._answer == "grant"

    async def answer(self, answer: Answer) -> None:
        self._answer = answer

    async def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        self._permissions.set_state(name, state)

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

    async def fresh_document(self) -> None:
        self._replace(self._fakes.cameras)

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
        self._open(cameras)
