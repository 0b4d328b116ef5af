"""The microphones of Linux: the sources of the sound server, or else ALSA's cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices_native.diagnostics import Finding
from mediadevices_native.file_descriptors import require_free_descriptors
from mediadevices_native.hardware.device_permissions import permission_hint
from mediadevices_native.hardware.hotplug import watch_by_polling, watch_udev
from mediadevices_native.hardware.usb import usb_group_key
from mediadevices_native.microphones.alsa.devices import (
    AlsaAddress,
    AlsaCards,
    alsa_devices,
    is_outdated,
)
from mediadevices_native.microphones.portaudio.direct_route import alsa_route
from mediadevices_native.microphones.portaudio.library import (
    LookHangsError,
    PortAudio,
    PortAudioMissingError,
    portaudio,
)
from mediadevices_native.microphones.pulse.devices import PulseAddress, pulse_devices
from mediadevices_native.microphones.pulse.route import PulseRoute, find_pulse_device
from mediadevices_native.microphones.pulse.server_monitor import ServerMonitor
from mediadevices_native.microphones.pulse.sound_server import (
    NoSoundServerError,
    ServerSnapshot,
    SilentServerError,
    SoundServer,
)
from mediadevices_native.microphones.pulse.watching import watch_server
from mediadevices_native.microphones.system import NO_MICROPHONE, diagnose_portaudio

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Device
    from mediadevices_native.microphones.route import MicrophoneRoute

__all__ = ["LinuxMicrophones"]

_NO_PLUG_IN = "PortAudio does not see ALSA's plug-in for it"
_PLUG_IN_REMEDY = "apt install libasound2-plugins"
_SILENT_REMEDY = "systemctl --user restart pipewire-pulse, or pulseaudio --kill"
_SERVER_REMEDY = (
    "if there should be one: systemctl --user start pipewire-pulse, or pulseaudio --start"
)


class LinuxMicrophones:
    """The microphones of Linux (a `MicrophoneSystem`).

    Each microphone of the sound server (PulseAudio or PipeWire) is a device. Without a server, the
    sound cards are the devices.

    Args:
        portaudio: The process's PortAudio.
        connect: Connects to the sound server.
        cards: ALSA's cards, as the kernel lists them.
    """

    def __init__(
        self,
        portaudio: PortAudio = portaudio,
        connect: Callable[[], SoundServer] = SoundServer,
        cards: AlsaCards | None = None,
    ) -> None:
        self._portaudio = portaudio
        self._connect = connect
        self._cards = cards or AlsaCards()
        self._monitor = ServerMonitor(connect)

    def list_devices(self) -> tuple[Device, ...]:
        """Find the microphones and speakers; see `MicrophoneSystem.list_devices`."""
        require_free_descriptors()
        snapshot = self._snapshot()
        try:
            if snapshot is not None and self._has_plug_in():
                return _server_devices(snapshot)
            devices = self._list_cards(snapshot)
        except LookHangsError:
            raise  # so that the caller learns why no device was found
        except (PortAudioMissingError, NotReadableError):
            devices = ()
        if snapshot is None:
            return devices
        microphones = (device for device in devices if device.kind == "audioinput")
        speakers = (one for one in _server_devices(snapshot) if one.kind == "audiooutput")
        return (*microphones, *speakers)

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Watch the sound server and the kernel; see `MicrophoneSystem.watch`."""
        stop_server = watch_server(self._monitor, _server_devices, changed)
        # The cards too: the server may stop, and then the cards are the devices.
        stop_cards = watch_udev("sound", changed) or watch_by_polling(self._cards.ports, changed)

        def stop() -> None:
            stop_server()
            stop_cards()

        return stop

    def route(self, device: Device) -> MicrophoneRoute:
        """Return the way to a microphone; see `MicrophoneSystem.route`."""
        match device.address:
            case PulseAddress(name, channels):
                return PulseRoute(name, channels, self._portaudio, self._monitor, self._connect)
            case AlsaAddress() as address:
                return alsa_route(self._portaudio, address, self._cards)
            case _:
                raise NotReadableError(f"{device.label}: not a microphone of this driver")

    def diagnose(self) -> list[Finding]:
        """Check what microphones need; see `MicrophoneSystem.diagnose`."""
        no_server = self._diagnose_server()
        works = diagnose_portaudio(self._portaudio, server=no_server is None)
        if not works.ok:
            return [works]
        server = no_server or self._diagnose_plug_in()
        microphones = [
            self._diagnose_microphone(device)
            for device in self.list_devices()
            if device.kind == "audioinput"
        ]
        return [works, server, *(microphones or [NO_MICROPHONE])]

    def _diagnose_microphone(self, device: Device) -> Finding:
        subject = f"microphone {device.label}"
        address = device.address
        node = self._cards.forbidden_node(address) if isinstance(address, AlsaAddress) else None
        if node is None:
            return Finding(subject, True, device.key)
        return Finding(subject, False, f"no permission for {node}", permission_hint(node))

    def _diagnose_server(self) -> Finding | None:
        """Say why no sound server answers, or return None."""
        subject = "sound server"
        try:
            with self._connect() as server:
                server.snapshot()
        except SilentServerError as error:
            return Finding(subject, False, f"{error}.", _SILENT_REMEDY)
        except NoSoundServerError as error:
            text = f"{error}; microphones are ALSA's cards, one program at a time."
            return Finding(subject, True, text, _SERVER_REMEDY)
        return None

    def _diagnose_plug_in(self) -> Finding:
        if self._has_plug_in():
            return Finding("sound server", True, "It answers, and PortAudio can use it.")
        return Finding("sound server", False, f"It answers, but {_NO_PLUG_IN}.", _PLUG_IN_REMEDY)

    def _list_cards(self, snapshot: ServerSnapshot | None) -> tuple[Device, ...]:
        server = snapshot is not None
        ports, rows = self._cards.ports(), self._portaudio.devices(server=server)
        # PortAudio's list is also outdated when it holds a server that has ended.
        if is_outdated(rows, ports) or find_pulse_device(rows) is not None:
            self._portaudio.refresh(server=server)
        return alsa_devices(ports, self._portaudio.devices(server=server), usb_group_key)

    def _snapshot(self) -> ServerSnapshot | None:
        try:
            with self._connect() as server:
                return server.snapshot()
        except NoSoundServerError:
            return None

    def _has_plug_in(self) -> bool:
        """Return whether PortAudio can use the server, after a refresh if it could not before."""
        if find_pulse_device(self._portaudio.devices()) is not None:
            return True
        self._portaudio.refresh()
        return find_pulse_device(self._portaudio.devices()) is not None


def _server_devices(snapshot: ServerSnapshot) -> tuple[Device, ...]:
    return pulse_devices(snapshot, usb_group_key)
