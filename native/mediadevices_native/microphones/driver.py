"""`PortAudioMicrophoneDriver`: the microphones and speakers of the desktop."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices_native.diagnostics import Finding
from mediadevices_native.hardware.device_permissions import permission_hint
from mediadevices_native.hardware.hotplug import watch_by_polling, watch_udev
from mediadevices_native.hardware.usb import usb_group_key
from mediadevices_native.microphones.alsa.devices import (
    AlsaAddress,
    AlsaCards,
    alsa_devices,
    unknown,
)
from mediadevices_native.microphones.capture import MicrophoneCapture
from mediadevices_native.microphones.daemon_thread import in_daemon_thread
from mediadevices_native.microphones.portaudio.direct_route import alsa_line, host_line
from mediadevices_native.microphones.portaudio.host_devices import HostAddress, host_devices
from mediadevices_native.microphones.portaudio.library import (
    LookHangsError,
    PortAudio,
    PortAudioMissingError,
    portaudio,
)
from mediadevices_native.microphones.portaudio.system_devices import devices_look
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
from mediadevices_native.open_files import require_free_descriptors

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Configuration, Device, Sink
    from mediadevices_native.microphones.route import MicrophoneRoute

__all__ = ["PortAudioMicrophoneDriver"]

_NO_PLUG_IN = "PortAudio does not see ALSA's plug-in for it"
_PLUG_IN_REMEDY = "apt install libasound2-plugins"
_SILENT_REMEDY = "systemctl --user restart pipewire-pulse, or pulseaudio --kill"
_SERVER_REMEDY = (
    "where there is to be one: systemctl --user start pipewire-pulse, or pulseaudio --start"
)


class PortAudioMicrophoneDriver:
    """Microphones by PortAudio; speakers are listed only.

    On Linux each microphone of the sound server (PulseAudio or PipeWire) is a device of its own;
    without a server the sound cards are. On macOS and Windows the devices are those of PortAudio's
    preferred interface; this has not been run on such machines.

    Args:
        portaudio: The process's PortAudio.
        connect: Connects to the sound server.
        cards: What the kernel tells about ALSA's cards.
        platform: As ``sys.platform`` has it.
        look: Gives a cheap look at the devices of a system that is not Linux, or None.
    """

    name = "portaudio"

    def __init__(
        self,
        *,
        portaudio: PortAudio = portaudio,
        connect: Callable[[], SoundServer] = SoundServer,
        cards: AlsaCards | None = None,
        platform: str = sys.platform,
        look: Callable[[str], Callable[[], object] | None] = devices_look,
    ) -> None:
        self._portaudio = portaudio
        self._connect = connect
        self._cards = cards or AlsaCards()
        self._platform = platform
        self._look = look
        self._linux = platform.startswith("linux")
        self._monitor = ServerMonitor(connect)

    async def list_devices(self) -> tuple[Device, ...]:
        """Find the microphones and speakers; see `Driver.list_devices`.

        Where PortAudio is missing there are no microphones; `diagnose` says what to install.

        Raises:
            TooManyOpenFilesError: There are no descriptors to look with.
        """
        return await in_daemon_thread(self._list)

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        """Watch the sound server and the kernel, or else the system's list; see `Driver.watch`."""
        return await in_daemon_thread(self._watch, changed)

    def _watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        if not self._linux:
            # PortAudio starts anew only when there is something to see.
            return watch_by_polling(self._look(self._platform) or self._list, changed)
        stop_server = watch_server(self._monitor, _server_devices, changed)
        # Also with a server: it may come and go, and the cards without it.
        stop_cards = watch_udev("sound", changed) or watch_by_polling(self._cards.ports, changed)

        def stop() -> None:
            stop_server()
            stop_cards()

        return stop

    async def open(
        self, device: Device, configuration: Configuration, sink: Sink, /
    ) -> MicrophoneCapture:
        """Start to capture from a microphone; see `Driver.open`.

        Raises:
            NotReadableError: It cannot be had; with PortAudio's reason, and who holds it.
        """
        capture = MicrophoneCapture(self._line(device), device.label, sink)
        try:
            await in_daemon_thread(capture.open, configuration)
        except asyncio.CancelledError:
            capture.abandon()  # The thread goes on, and must not leave the device open.
            raise
        return capture

    def diagnose(self) -> list[Finding]:
        """Look at what microphones need; blocks for a moment, and captures nothing."""
        findings: list[Finding] = []
        server = self._diagnose_server() if self._linux else None
        try:
            rows = self._portaudio.devices(server=server is None)
        except (PortAudioMissingError, NotReadableError) as error:
            missing = isinstance(error, PortAudioMissingError)
            text, _, remedy = str(error).rpartition(": ") if missing else (str(error), "", "")
            return [Finding("PortAudio", False, text, remedy)]
        findings.append(Finding("PortAudio", True, f"It is there and lists {len(rows)} devices."))
        if self._linux:
            findings.append(server or self._diagnose_plug_in())
        microphones = [device for device in self._list() if device.kind == "audioinput"]
        findings += [self._diagnose_microphone(one) for one in microphones]
        if not microphones:
            findings.append(
                Finding(
                    "microphones",
                    False,
                    "There is none.",
                    "Plug one in, or start the sound server.",
                )
            )
        return findings

    def _diagnose_microphone(self, device: Device) -> Finding:
        subject = f"microphone {device.label}"
        address = device.address
        node = self._cards.forbidden_node(address) if isinstance(address, AlsaAddress) else None
        if node is None:
            return Finding(subject, True, device.key)
        return Finding(subject, False, f"no permission for {node}", permission_hint(node))

    def _diagnose_server(self) -> Finding | None:
        """Say why there is no sound server to be had, or return None."""
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

    def _list(self) -> tuple[Device, ...]:
        require_free_descriptors()
        snapshot = self._snapshot() if self._linux else None
        try:
            if snapshot is not None and self._has_plug_in():
                return _server_devices(snapshot)
            devices = self._list_cards(snapshot) if self._linux else self._list_host()
        except LookHangsError:
            raise  # A program that finds no device is told.
        except (PortAudioMissingError, NotReadableError):
            devices = ()
        if snapshot is None:
            return devices
        microphones = (device for device in devices if device.kind == "audioinput")
        speakers = (one for one in _server_devices(snapshot) if one.kind == "audiooutput")
        return (*microphones, *speakers)

    def _list_cards(self, snapshot: ServerSnapshot | None) -> tuple[Device, ...]:
        server = snapshot is not None
        ports, rows = self._cards.ports(), self._portaudio.devices(server=server)
        # What PortAudio saw of a server is of no use without the server.
        if unknown(ports, rows) or find_pulse_device(rows) is not None:
            self._portaudio.refresh(server=server)
        return alsa_devices(ports, self._portaudio.devices(server=server), usb_group_key)

    def _list_host(self) -> tuple[Device, ...]:
        self._portaudio.refresh()
        return host_devices(self._portaudio.devices())

    def _snapshot(self) -> ServerSnapshot | None:
        try:
            with self._connect() as server:
                return server.snapshot()
        except NoSoundServerError:
            return None

    def _has_plug_in(self) -> bool:
        """Return whether PortAudio can reach a server; one that came later needs a new look."""
        if find_pulse_device(self._portaudio.devices()) is not None:
            return True
        self._portaudio.refresh()
        return find_pulse_device(self._portaudio.devices()) is not None

    def _line(self, device: Device) -> MicrophoneRoute:
        match device.address:
            case PulseAddress(name, channels):
                return PulseRoute(name, channels, self._portaudio, self._monitor, self._connect)
            case AlsaAddress() as address:
                return alsa_line(self._portaudio, address, self._cards)
            case HostAddress() as address:
                return host_line(self._portaudio, address)
            case _:
                raise NotReadableError(f"{device.label}: not a microphone of this driver")


def _server_devices(snapshot: ServerSnapshot) -> tuple[Device, ...]:
    return pulse_devices(snapshot, usb_group_key)
