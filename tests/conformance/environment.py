"""The environment of a conformance test: the user, the devices and the start of the program.

The tests use the public API of `mediadevices`. For everything that a program cannot do itself, such
as answering a prompt or unplugging a device, they use this class. Each lane has its own subclass.
`support.abilities` lists what each lane can do. A test that needs more, such as
``@pytest.mark.needs("unplug")``, does not run in that lane.

Every method is a coroutine, because a web page has to send a request to the host.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mediadevices.agent_protocol.permissions import PermissionName, PermissionState

__all__ = ["Answer", "DeviceName", "Environment"]

Answer = Literal["grant", "deny", "leave open"]
DeviceName = Literal["camera", "microphone"]


class Environment(ABC):
    """The environment of a test, with at least one camera and two microphones.

    The user grants every prompt. If devices are fake, the first camera and the first microphone
    belong to one unit and are the default devices, and no permission is decided yet.
    """

    @abstractmethod
    def close(self) -> None:
        """Undo all changes."""

    @abstractmethod
    async def answer(self, answer: Answer) -> None:
        """Let the user give this answer to every prompt from now on."""

    @abstractmethod
    async def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        """Set a permission, as a user does in the settings; revoking one ends tracks."""

    @abstractmethod
    async def unplug(self, device: DeviceName) -> None:
        """Unplug the first camera or microphone."""

    @abstractmethod
    async def plug(self, device: DeviceName) -> None:
        """Plug the device in again."""

    @abstractmethod
    async def mute(self, device: DeviceName) -> None:
        """Let the first camera or microphone, which is capturing, temporarily deliver no data."""

    @abstractmethod
    async def unmute(self, device: DeviceName) -> None:
        """Let the device deliver data again."""

    @abstractmethod
    async def fail_to_open(
        self, device: DeviceName, reason: Literal["busy", "error"] | None
    ) -> None:
        """Let the first camera or microphone fail to open; None lets it open again."""

    @abstractmethod
    async def let_go(self, device: DeviceName) -> None:
        """Wait until the program has released the first camera or microphone."""

    @abstractmethod
    async def fresh_document(self) -> None:
        """Restart the program: permissions stay, but exposed devices are forgotten."""

    @abstractmethod
    async def other_program(self) -> None:
        """Start another program, with its own origin and without any permission."""

    @abstractmethod
    async def clear_data(self) -> None:
        """Let the user clear the program's stored data, like a site's data, and restart it."""

    @abstractmethod
    async def end_document(self) -> None:
        """Let the program end while its objects still exist."""

    @abstractmethod
    async def set_cameras(self, count: int) -> None:
        """Set the number of cameras, before the program captures from any."""

    @abstractmethod
    async def add_controls(self) -> None:
        """Add pan, tilt, zoom and torch to the camera."""
