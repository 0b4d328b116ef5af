"""The microphones of macOS and Windows: the devices of PortAudio's preferred interface.

Tested against stand-ins for PortAudio only; it has not been run on these systems.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices_native.diagnostics import Finding
from mediadevices_native.file_descriptors import require_free_descriptors
from mediadevices_native.hardware.hotplug import watch_by_polling
from mediadevices_native.microphones.portaudio.direct_route import host_route
from mediadevices_native.microphones.portaudio.host_devices import HostAddress, host_devices
from mediadevices_native.microphones.portaudio.library import (
    LookHangsError,
    PortAudio,
    PortAudioMissingError,
    portaudio,
)
from mediadevices_native.microphones.portaudio.system_devices import device_fingerprint
from mediadevices_native.microphones.system import NO_MICROPHONE, diagnose_portaudio

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Device
    from mediadevices_native.microphones.route import MicrophoneRoute

__all__ = ["HostMicrophones"]


class HostMicrophones:
    """The microphones of macOS or Windows (a `MicrophoneSystem`).

    Args:
        portaudio: The process's PortAudio.
        fingerprint: Returns a value that changes when devices come or go; the system's own by
            default.
    """

    def __init__(
        self,
        portaudio: PortAudio = portaudio,
        fingerprint: Callable[[], object] | None = None,
    ) -> None:
        self._portaudio = portaudio
        self._fingerprint = fingerprint

    def list_devices(self) -> tuple[Device, ...]:
        """Find the microphones and speakers; see `MicrophoneSystem.list_devices`."""
        require_free_descriptors()
        try:
            self._portaudio.refresh()
            return host_devices(self._portaudio.devices())
        except LookHangsError:
            raise  # so that the caller learns why no device was found
        except (PortAudioMissingError, NotReadableError):
            return ()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Poll the system's own list of devices; see `MicrophoneSystem.watch`."""
        # Last choice: PortAudio's own list, which needs a restart of PortAudio at every look.
        look = self._fingerprint or device_fingerprint(sys.platform) or self.list_devices
        return watch_by_polling(look, changed)

    def route(self, device: Device) -> MicrophoneRoute:
        """Return the way to a microphone; see `MicrophoneSystem.route`."""
        if not isinstance(device.address, HostAddress):
            raise NotReadableError(f"{device.label}: not a microphone of this driver")
        return host_route(self._portaudio, device.address)

    def diagnose(self) -> list[Finding]:
        """Check what microphones need; see `MicrophoneSystem.diagnose`."""
        works = diagnose_portaudio(self._portaudio)
        if not works.ok:
            return [works]
        microphones = [
            Finding(f"microphone {device.label}", True, device.key)
            for device in self.list_devices()
            if device.kind == "audioinput"
        ]
        return [works, *(microphones or [NO_MICROPHONE])]
