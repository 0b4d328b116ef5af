"""The microphone driver: PortAudio captures, the operating system tells which devices exist."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from mediadevices_native.microphones.capture import MicrophoneCapture
from mediadevices_native.microphones.daemon_thread import in_daemon_thread
from mediadevices_native.microphones.host_system import HostMicrophones
from mediadevices_native.microphones.linux_system import LinuxMicrophones

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Configuration, Device, Sink
    from mediadevices_native.diagnostics import Finding
    from mediadevices_native.microphones.system import MicrophoneSystem

__all__ = ["PortAudioMicrophoneDriver", "microphone_system"]


class PortAudioMicrophoneDriver:
    """The microphones of this machine (a `mediadevices.driver.Driver`); speakers are listed only.

    It is tested on Linux. The part for macOS and Windows is tested against stand-ins for PortAudio
    only, and has not been run on these systems.

    Args:
        system: The microphones of the operating system; those of this machine by default.
    """

    name = "portaudio"

    def __init__(self, system: MicrophoneSystem | None = None) -> None:
        self._system = microphone_system() if system is None else system

    async def list_devices(self) -> tuple[Device, ...]:
        """Find the microphones and speakers; see `Driver.list_devices`.

        Without PortAudio there are no microphones; `diagnose` says what to install.

        Raises:
            TooManyOpenFilesError: The process has no free file descriptors.
        """
        return await in_daemon_thread(self._system.list_devices)

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        """Call `changed` when microphones or speakers come or go; see `Driver.watch`."""
        return await in_daemon_thread(self._system.watch, changed)

    async def open(
        self, device: Device, configuration: Configuration, sink: Sink, /
    ) -> MicrophoneCapture:
        """Start to capture from a microphone; see `Driver.open`.

        Raises:
            NotReadableError: The microphone cannot be opened; the message has PortAudio's reason,
                and names the program that uses the microphone.
        """
        capture = MicrophoneCapture(self._system.route(device), device.label, sink)
        try:
            await in_daemon_thread(capture.open, configuration)
        except asyncio.CancelledError:
            capture.abandon()  # The thread still runs; it must not leave the device open.
            raise
        return capture

    def diagnose(self) -> list[Finding]:
        """Check what microphones need; blocks for a moment, and captures nothing."""
        return self._system.diagnose()


def microphone_system() -> MicrophoneSystem:
    """Return the microphones of the operating system that this runs on."""
    return LinuxMicrophones() if sys.platform == "linux" else HostMicrophones()
