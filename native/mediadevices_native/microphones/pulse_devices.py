"""The devices of a sound server, from what it lists: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediadevices.driver import AudioMode, Device
from mediadevices_native.microphones.capture import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices_native.microphones.sound_server import Endpoint, ServerSnapshot

__all__ = ["PulseAddress", "pulse_devices"]


@dataclass(frozen=True, slots=True)
class PulseAddress:
    """Where a microphone of a sound server is.

    Attributes:
        name: The source's name.
    """

    name: str


def pulse_devices(
    snapshot: ServerSnapshot, usb_group_key: Callable[[str], str]
) -> tuple[Device, ...]:
    """Return the microphones and the speakers of a sound server.

    A sink's monitor hears what the computer plays, and is no microphone. What was made of one by
    a program, such as a remapped or an echo-cancelling source, is.

    Args:
        snapshot: What the server has.
        usb_group_key: Gives what the functions of a USB device have in common, by a path in sysfs.
    """

    def group_key(endpoint: Endpoint) -> str:
        properties = endpoint.properties
        if (path := properties.get("sysfs.path")) and (key := usb_group_key(path)):
            return key
        if bus_path := properties.get("device.bus_path"):
            return f"bus:{bus_path}"
        return "" if endpoint.card is None else f"pulse-card:{endpoint.card}"

    microphones = tuple(
        Device(
            kind="audioinput",
            key=f"pulse:{source.name}",
            label=source.description,
            group_key=group_key(source),
            default=source.name == snapshot.default_source,
            modes=(AudioMode(source.sample_rate, source.channel_count, source.sample_size),),
            controls=CONTROLS,
            initial=dict.fromkeys(CONTROLS, False),
            address=PulseAddress(source.name),
        )
        for source in snapshot.sources
        if not source.is_monitor
    )
    speakers = tuple(
        Device(
            kind="audiooutput",
            key=f"pulse:{sink.name}",
            label=sink.description,
            group_key=group_key(sink),
            default=sink.name == snapshot.default_sink,
        )
        for sink in snapshot.sinks
    )
    return microphones + speakers
