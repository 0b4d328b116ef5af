"""What a conformance test may ask of the world around the program, wherever it runs.

The tests use the public API of `mediadevices` and, for what a program cannot do itself, this: what
the user answers, what is plugged in, what a device does. Each kind of world is a subclass. One that
cannot do something leaves it out of its `abilities`; tests that need it say so with
``@pytest.mark.needs("unplug")``.

Everything is a coroutine, since in a web page the runner outside has to be asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from mediadevices import navigator
from mediadevices.driver import Range
from mediadevices.testing import FakeCamera, install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.agent import PermissionName, PermissionState
    from mediadevices.driver import Control, ControlValue
    from mediadevices.testing.fake_devices import FakeDevice

__all__ = ["Ability", "DeviceName", "Environment", "FakeEnvironment"]

Answer = Literal["grant", "deny", "leave open"]
PERMISSIONS: tuple[PermissionName, ...] = ("camera", "microphone")
DeviceName = Literal["camera", "microphone"]
Ability = Literal[
    "answer",  # the user can be made to answer a prompt
    "permission",  # permissions can be set from outside
    "unplug",  # devices can be plugged in and out
    "mute",  # a device can stop giving data
    "failure",  # a device can fail to open
    "document",  # the program can start anew
    "two cameras",
    "controls",  # the camera has pan, tilt, zoom and torch
]

#: The controls of a camera that `Environment.add_controls` gives.
CONTROLS: Mapping[str, Control] = {
    "pan": Range(-180, 180, 1),
    "tilt": Range(-90, 90, 1),
    "zoom": Range(1, 4, 0.5),
    "torch": (False, True),
}
INITIAL: Mapping[str, ControlValue] = {"pan": 0, "tilt": 0, "zoom": 1, "torch": False}


class Environment(ABC):
    """A world to test in. It has at least one camera and two microphones.

    The first camera and the first microphone are parts of one unit, and the default devices. No
    permission is decided, and the user grants what is asked for.
    """

    abilities: ClassVar[frozenset[Ability]] = frozenset()

    @abstractmethod
    async def answer(self, answer: Answer) -> None:
        """Let the user answer every prompt so from now on."""

    @abstractmethod
    async def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        """Set a permission as the user can in the settings; taking one back ends tracks."""

    @abstractmethod
    async def unplug(self, device: DeviceName) -> None:
        """Pull the first camera or microphone out."""

    @abstractmethod
    async def plug(self, device: DeviceName) -> None:
        """Plug it in again."""

    @abstractmethod
    async def mute(self, device: DeviceName) -> None:
        """Let the first camera or microphone, which is capturing, give no data for now."""

    @abstractmethod
    async def unmute(self, device: DeviceName) -> None:
        """Let it give data again."""

    @abstractmethod
    async def fail_to_open(
        self, device: DeviceName, reason: Literal["busy", "error"] | None
    ) -> None:
        """Let the first camera or microphone fail when it is opened; None: not any more."""

    @abstractmethod
    async def fresh_document(self) -> None:
        """Start anew as the same program: permissions stay, all that was exposed is forgotten."""

    @abstractmethod
    async def set_cameras(self, count: int) -> None:
        """Have this number of cameras, before the program has asked for any."""

    @abstractmethod
    async def add_controls(self) -> None:
        """Let the camera have pan, tilt, zoom and torch."""


class FakeEnvironment(Environment):
    """Fake devices under the local agent."""

    abilities = frozenset(
        {
            *("answer", "permission", "unplug", "mute", "failure", "document"),
            *("two cameras", "controls"),
        }
    )

    def __init__(self) -> None:
        self._fakes = install_fake_devices()

    def close(self) -> None:
        """Take the devices away."""
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

    async def fresh_document(self) -> None:
        await self._replace(self._fakes.cameras)

    async def set_cameras(self, count: int) -> None:
        added = [FakeCamera(label=f"Fake Camera {index + 1}") for index in range(1, count)]
        await self._replace([*self._fakes.cameras[:count], *added])

    async def add_controls(self) -> None:
        camera = FakeCamera(label="Fake Camera 1", controls=CONTROLS, initial=INITIAL)
        await self._replace([camera])

    def _first(self, device: DeviceName) -> FakeDevice:
        return (self._fakes.cameras if device == "camera" else self._fakes.microphones)[0]

    async def _replace(self, cameras: Sequence[FakeCamera]) -> None:
        old, permissions = self._fakes, navigator.permissions
        states: dict[PermissionName, PermissionState] = {
            name: (await permissions.query({"name": name})).state for name in PERMISSIONS
        }
        old.uninstall()
        self._fakes = install_fake_devices(cameras, old.microphones, old.speakers)
        self._fakes.answer = old.answer
        for name, state in states.items():
            self._fakes.set_permission(name, state)
