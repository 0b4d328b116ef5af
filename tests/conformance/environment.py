"""What a conformance test may ask of the world around the program, wherever it runs.

The tests use the public API of `mediadevices` and, for what a program cannot do itself, this: what
the user answers, what is plugged in, what a device does. Each kind of world is a subclass. What the
world of a lane cannot do is not among the lane's abilities, `support.abilities`, and a test that
needs it, ``@pytest.mark.needs("unplug")``, does not run there.

Everything is a coroutine, since in a web page the runner outside has to be asked.
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
    """A world to test in. It has at least one camera and two microphones.

    The user grants what is asked for. Where devices are fake, the first camera and the first
    microphone are parts of one unit, and the default devices, and no permission is decided.
    """

    @abstractmethod
    def close(self) -> None:
        """Put the world back as it was."""

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
    async def let_go(self, device: DeviceName) -> None:
        """Wait until the program has let go of the first camera or microphone."""

    @abstractmethod
    async def fresh_document(self) -> None:
        """Start anew as the same program: permissions stay, all that was exposed is forgotten."""

    @abstractmethod
    async def other_program(self) -> None:
        """Start another program, an origin of its own, which nobody has permitted anything."""

    @abstractmethod
    async def clear_data(self) -> None:
        """Let the user clear what is kept for the program, as a site's data; start it anew."""

    @abstractmethod
    async def end_document(self) -> None:
        """Let the program end, though somebody still has its objects."""

    @abstractmethod
    async def set_cameras(self, count: int) -> None:
        """Have this number of cameras, before the program has asked for any."""

    @abstractmethod
    async def add_controls(self) -> None:
        """Let the camera have pan, tilt, zoom and torch."""
