"""The environment with fake devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from conformance.environment import Answer, DeviceName, Environment
from conformance.media import until
from mediadevices import navigator
from mediadevices.driver import Range
from mediadevices.testing import FakeCamera, install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.agent_protocol.permissions import PermissionName, PermissionState
    from mediadevices.driver import Control, ControlValue
    from mediadevices.testing.fake_devices import FakeDevice

__all__ = ["FakeEnvironment"]

PERMISSIONS: tuple[PermissionName, ...] = ("camera", "microphone")

#: The controls that `Environment.add_controls` adds to the camera.
CONTROLS: Mapping[str, Control] = {
    "pan": Range(-180, 180, 1),
    "tilt": Range(-90, 90, 1),
    "zoom": Range(1, 4, 0.5),
    "torch": (False, True),
}
INITIAL: Mapping[str, ControlValue] = {"pan": 0, "tilt": 0, "zoom": 1, "torch": False}


class FakeEnvironment(Environment):
    """`LocalAgent` with fake devices."""

    def __init__(self) -> None:
        self._fakes = install_fake_devices(secret=b"conformance")

    def close(self) -> None:
        """Uninstall the devices."""
        self._fakes.uninstall()

    async def answer(self, answer: Answer) -> None:
        self._fakes.answer = answer

    async def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        self._fakes.set_permission(name, state)

    async def unplug(self, device: DeviceName) -> None:
        self._fakes.unplug(self._first(device))

    async def plug(self, device: DeviceName) -> None:
        self._fakes.plug(self._first(device))

    async def mute(self, device: DeviceName) -> None:
        self._fakes.mute(self._first(device))

    async def unmute(self, device: DeviceName) -> None:
        self._fakes.unmute(self._first(device))

    async def fail_to_open(
        self, device: DeviceName, reason: Literal["busy", "error"] | None
    ) -> None:
        self._fakes.fail_to_open(self._first(device), reason)

    async def let_go(self, device: DeviceName) -> None:
        await until(lambda: not self._first(device).is_open)

    async def fresh_document(self) -> None:
        await self._replace(self._fakes.cameras)

    async def other_program(self) -> None:
        old = self._fakes
        old.uninstall()
        self._fakes = install_fake_devices(
            old.cameras, old.microphones, old.speakers, secret=b"another program"
        )

    async def clear_data(self) -> None:
        await self._replace(self._fakes.cameras, secret=b"a new secret")

    async def end_document(self) -> None:
        self._fakes.uninstall()

    async def set_cameras(self, count: int) -> None:
        added = [FakeCamera(label=f"Fake Camera {index + 1}") for index in range(1, count)]
        await self._replace([*self._fakes.cameras[:count], *added])

    async def add_controls(self) -> None:
        camera = FakeCamera(label="Fake Camera 1", controls=CONTROLS, initial=INITIAL)
        await self._replace([camera])

    def _first(self, device: DeviceName) -> FakeDevice:
        return (self._fakes.cameras if device == "camera" else self._fakes.microphones)[0]

    async def _replace(self, cameras: Sequence[FakeCamera], secret: bytes = b"conformance") -> None:
        old, permissions = self._fakes, navigator.permissions
        states: dict[PermissionName, PermissionState] = {
            name: (await permissions.query({"name": name})).state for name in PERMISSIONS
        }
        old.uninstall()
        self._fakes = install_fake_devices(cameras, old.microphones, old.speakers, secret=secret)
        self._fakes.answer = old.answer
        for name, state in states.items():
            self._fakes.set_permission(name, state)
