"""ALSA's sound cards, for machines without a sound server: ``/proc/asound`` and PortAudio's list.

The kernel lists the cards. PortAudio knows their rates and channels, but omits a card that another
program uses. Both number the cards in the order in which they were plugged in. A card's id is more
stable, so it is the address of a device, and its number is read again before opening. Cards of the
same model also get their ids in that order, so the key of a USB card is made of its port.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices.driver import AudioMode, Device, DeviceKind
from mediadevices_native.microphones.capture import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mediadevices_native.microphones.portaudio.library import PortAudioDevice

__all__ = [
    "AlsaAddress",
    "AlsaCards",
    "AlsaPort",
    "alsa_devices",
    "find_alsa_device",
    "find_fallback_route",
    "is_outdated",
]

_HARDWARE = re.compile(r"\(hw:(\d+),(\d+)\)$")
_CARD = re.compile(
    r"^ *(\d+) \[([^\]]*?) *\]: .*? - (.*)(?:\n.* at (usb-[^ ,]+),.*)?$", re.MULTILINE
)
_DEFAULT = "default"
_USUAL_MODES = (AudioMode(48000, 2), AudioMode(48000, 1))


@dataclass(frozen=True, slots=True)
class AlsaAddress:
    """How to find a microphone; without a card it is the default of ALSA's configuration.

    Attributes:
        card: The card's id, such as ``"Headset"``, or ``""``.
        device: The number of the device on the card.
    """

    card: str
    device: int


@dataclass(frozen=True, slots=True)
class AlsaPort:
    """An input or output of a sound card.

    Attributes:
        address: The card and the device on it.
        number: The card's present number.
        capture: Whether it records; otherwise it plays.
        label: The names of the card and of the device on it.
        key: The card's id, or a USB card's port and model, and the device.
    """

    address: AlsaAddress
    number: int
    capture: bool
    label: str
    key: str


class AlsaCards:
    """The cards, as the kernel lists them.

    Args:
        root: The folder ``/proc/asound``.
        processes: The folder ``/proc``.
        nodes: The folder of the device files.
    """

    def __init__(
        self,
        root: Path = Path("/proc/asound"),
        processes: Path = Path("/proc"),
        nodes: Path = Path("/dev/snd"),
    ) -> None:
        self._root = root
        self._processes = processes
        self._nodes = nodes

    def ports(self) -> tuple[AlsaPort, ...]:
        """Return all microphones and speakers, in the order of the cards."""
        found: list[AlsaPort] = []
        for number, card, card_name, usb_port in self._cards():
            card_folder = self._root / f"card{number}"
            unit = f"{usb_port}:{_read(card_folder / 'usbid').strip()}" if usb_port else card
            folders = card_folder.glob("pcm[0-9]*[cp]")
            for folder in sorted(folders, key=lambda path: (int(path.name[3:-1]), path.name)):
                device = int(folder.name[3:-1])
                name = re.search(r"^name: *(.+)$", _read(folder / "info"), re.MULTILINE)
                found.append(
                    AlsaPort(
                        address=AlsaAddress(card, device),
                        number=number,
                        capture=folder.name.endswith("c"),
                        label=_label(card_name, name[1] if name else ""),
                        key=f"alsa:{unit}:{device}",
                    )
                )
        return tuple(found)

    def find(self, address: AlsaAddress) -> AlsaPort | None:
        """Return a microphone, or None if it is unplugged."""
        return next(
            (port for port in self.ports() if port.capture and port.address == address), None
        )

    def holder(self, address: AlsaAddress) -> str:
        """Return the process that uses a microphone, as ``"process 123 (arecord)"``, or ``""``."""
        if (port := self.find(address)) is None:
            return ""
        folder = self._root / f"card{port.number}" / f"pcm{address.device}c"
        for status in sorted(folder.glob("sub*/status")):
            if match := re.search(r"^owner_pid *: *(\d+)$", _read(status), re.MULTILINE):
                name = _read(self._processes / match[1] / "comm").strip()
                return f"process {match[1]} ({name})" if name else f"process {match[1]}"
        return ""

    def forbidden_node(self, address: AlsaAddress) -> Path | None:
        """Return the device file of a microphone if this user may not open it, else None."""
        if (port := self.find(address)) is None:
            return None
        node = self._nodes / f"pcmC{port.number}D{address.device}c"
        return node if node.exists() and not os.access(node, os.R_OK | os.W_OK) else None

    def _cards(self) -> list[tuple[int, str, str, str]]:
        return [
            (int(match[1]), match[2], match[3].strip(), match[4] or "")
            for match in _CARD.finditer(_read(self._root / "cards"))
        ]


def alsa_devices(
    ports: Iterable[AlsaPort], rows: Sequence[PortAudioDevice], usb_group_key: Callable[[str], str]
) -> tuple[Device, ...]:
    """Return the microphones and speakers of the sound cards.

    ALSA's plug-ins (``sysdefault``, ``dmix``, ``surround51`` …) lead to the same cards and are left
    out; ``default`` is a device only where there is no card.

    Args:
        ports: The kernel's list.
        rows: PortAudio's list, for the modes.
        usb_group_key: Returns the group key of a USB device, from a path in sysfs.
    """
    found: list[Device] = []
    kinds: set[str] = set()
    ports = sorted(ports, key=lambda port: not port.capture)
    names = Counter((port.capture, port.label) for port in ports)
    for port in ports:
        place = f" [{port.address.card}:{port.address.device}]"
        kind: DeviceKind = "audioinput" if port.capture else "audiooutput"
        sysfs = f"/sys/class/sound/card{port.number}"
        found.append(
            Device(
                kind=kind,
                key=port.key,
                label=port.label + (place if names[port.capture, port.label] > 1 else ""),
                group_key=usb_group_key(sysfs) or f"alsa-card:{port.address.card}",
                default=kind not in kinds,  # the first, as in ALSA
                modes=_modes(_row_of(port, rows)) if port.capture else (),
                controls=CONTROLS if port.capture else {},
                initial=dict.fromkeys(CONTROLS, False) if port.capture else {},
                address=port.address,
            )
        )
        kinds.add(kind)
    return tuple(found) or _without_cards(rows)


def find_alsa_device(
    rows: Sequence[PortAudioDevice], address: AlsaAddress, cards: AlsaCards
) -> PortAudioDevice | None:
    """Return PortAudio's device for a microphone, or None if PortAudio does not list it (yet)."""
    if not address.card:
        return _default_row(rows)
    port = cards.find(address)
    return None if port is None else _row_of(port, rows)


def find_fallback_route(
    rows: Sequence[PortAudioDevice], address: AlsaAddress, cards: AlsaCards
) -> PortAudioDevice | None:
    """Return PortAudio's device that leads to the card in ``ALSA_CARD``, or None.

    ALSA reads this environment variable when it opens ``sysdefault``, the first device of a card.
    """
    if not address.card or address.device != 0 or cards.find(address) is None:
        return None
    return next((row for row in _inputs(rows) if row.name == "sysdefault"), None)


def is_outdated(rows: Sequence[PortAudioDevice], ports: Iterable[AlsaPort]) -> bool:
    """Return whether PortAudio's list has other microphones than the kernel's."""
    present = {(port.number, port.address.device) for port in ports if port.capture}
    matches = (_HARDWARE.search(row.name) for row in _inputs(rows))
    return present != {(int(match[1]), int(match[2])) for match in matches if match}


def _without_cards(rows: Sequence[PortAudioDevice]) -> tuple[Device, ...]:
    row = _default_row(rows)
    # If PortAudio has found a sound server, "default" leads to it, and the server has ended.
    if row is None or any(one.name == "pulse" for one in _inputs(rows)):
        return ()
    return (
        Device(
            kind="audioinput",
            key=f"alsa:{_DEFAULT}",
            label="Default",
            default=True,
            modes=_modes(row),
            controls=CONTROLS,
            initial=dict.fromkeys(CONTROLS, False),
            address=AlsaAddress("", 0),
        ),
    )


def _modes(row: PortAudioDevice | None) -> tuple[AudioMode, ...]:
    """Return the modes of a card: two channels, one, and all."""
    if row is None:
        return _USUAL_MODES
    rate, channels = round(row.default_sample_rate), row.max_input_channels
    wanted = dict.fromkeys((min(2, channels), 1, channels))
    return tuple(AudioMode(rate, count) for count in wanted)


def _row_of(port: AlsaPort, rows: Sequence[PortAudioDevice]) -> PortAudioDevice | None:
    name = f"(hw:{port.number},{port.address.device})"
    return next((row for row in _inputs(rows) if row.name.endswith(name)), None)


def _default_row(rows: Sequence[PortAudioDevice]) -> PortAudioDevice | None:
    return next((row for row in _inputs(rows) if row.name == _DEFAULT), None)


def _inputs(rows: Sequence[PortAudioDevice]) -> list[PortAudioDevice]:
    return [row for row in rows if row.host_api == "ALSA" and row.max_input_channels > 0]


def _label(card: str, device: str) -> str:
    if not device or device in card:
        return card
    return device if device.startswith(card) else f"{card}: {device}"


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
