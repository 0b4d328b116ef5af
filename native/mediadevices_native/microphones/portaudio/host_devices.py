"""The devices of macOS and Windows, from PortAudio's list: pure functions.

Written from PortAudio's documentation and tested against lists of that form; it has not been run on
these systems.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediadevices.driver import AudioMode, Device
from mediadevices_native.microphones.capture import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediadevices_native.microphones.portaudio.library import PortAudioDevice

__all__ = ["HostAddress", "find_host_device", "host_devices"]


@dataclass(frozen=True, slots=True)
class HostAddress:
    """How to find a microphone in PortAudio's list.

    Attributes:
        host_api: The name of the host API, such as ``"Core Audio"``.
        name: PortAudio's name of the device.
        ordinal: 1 for the first device with that name, 2 for the second.
    """

    host_api: str
    name: str
    ordinal: int


def host_devices(rows: Sequence[PortAudioDevice]) -> tuple[Device, ...]:
    """Return the microphones and speakers of the preferred host API.

    The other host APIs, such as the old ones of Windows, list the same devices again. PortAudio
    identifies devices by name only, so devices with the same name are distinguished by their
    order.

    Args:
        rows: PortAudio's list.
    """
    microphones = tuple(
        Device(
            kind="audioinput",
            key=_key(address),
            label=_label(address),
            default=row.default_input,
            modes=(AudioMode(round(row.default_sample_rate), row.max_input_channels),),
            controls=CONTROLS,
            initial=dict.fromkeys(CONTROLS, False),
            address=address,
        )
        for row, address in _numbered([row for row in rows if row.max_input_channels])
    )
    speakers = tuple(
        Device(
            kind="audiooutput",
            key=_key(address),
            label=_label(address),
            default=row.default_output,
        )
        for row, address in _numbered([row for row in rows if row.max_output_channels])
    )
    return microphones + speakers


def find_host_device(
    rows: Sequence[PortAudioDevice], address: HostAddress
) -> PortAudioDevice | None:
    """Return PortAudio's device for a microphone, or None if PortAudio does not list it (yet)."""
    inputs = [row for row in rows if row.max_input_channels]
    return next((row for row, found in _numbered(inputs) if found == address), None)


def _numbered(rows: Sequence[PortAudioDevice]) -> list[tuple[PortAudioDevice, HostAddress]]:
    seen: Counter[str] = Counter()
    numbered: list[tuple[PortAudioDevice, HostAddress]] = []
    for row in rows:
        if row.preferred_host_api:
            seen[row.name] += 1
            numbered.append((row, HostAddress(row.host_api, row.name, seen[row.name])))
    return numbered


def _label(address: HostAddress) -> str:
    return address.name if address.ordinal == 1 else f"{address.name} #{address.ordinal}"


def _key(address: HostAddress) -> str:
    counter = "" if address.ordinal == 1 else f":{address.ordinal}"
    return f"portaudio:{address.host_api}:{address.name}{counter}"
