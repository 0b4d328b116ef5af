"""What the microphone driver needs from an operating system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mediadevices.errors import NotReadableError
from mediadevices_native.diagnostics import Finding
from mediadevices_native.microphones.portaudio.library import PortAudioMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Device
    from mediadevices_native.microphones.portaudio.library import PortAudio
    from mediadevices_native.microphones.route import MicrophoneRoute

__all__ = ["NO_MICROPHONE", "MicrophoneSystem", "diagnose_portaudio"]

NO_MICROPHONE = Finding(
    "microphones", False, "There is none.", "Plug one in, or start the sound server."
)


class MicrophoneSystem(Protocol):
    """The microphones and speakers of an operating system. Every method may block."""

    def list_devices(self) -> tuple[Device, ...]:
        """Find the microphones and speakers, without starting any.

        Raises:
            TooManyOpenFilesError: The process has no free file descriptors.
            LookHangsError: PortAudio hangs while it looks for devices.
        """
        ...

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed`, from any thread, when a device may have come or gone.

        Returns:
            A function that stops the watching.
        """
        ...

    def route(self, device: Device) -> MicrophoneRoute:
        """Return the way to a microphone, which opens it.

        Raises:
            NotReadableError: The device is not a microphone of this system.
        """
        ...

    def diagnose(self) -> list[Finding]:
        """Check what microphones need; captures nothing."""
        ...


def diagnose_portaudio(portaudio: PortAudio, *, server: bool = True) -> Finding:
    """Check whether PortAudio works.

    Args:
        portaudio: The process's PortAudio.
        server: See `PortAudio.refresh`.
    """
    try:
        rows = portaudio.devices(server=server)
    except PortAudioMissingError as error:
        text, _, remedy = str(error).rpartition(": ")
        return Finding("PortAudio", False, text, remedy)
    except NotReadableError as error:
        return Finding("PortAudio", False, str(error))
    return Finding("PortAudio", True, f"It is there and lists {len(rows)} devices.")
