"""Makes devices from the lists of a sound server: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediadevices.driver import AudioMode, Device
from mediadevices_native.hardware.device_keys import unique_key
from mediadevices_native.microphones.capture import CONTROLS
from mediadevices_native.microphones.pulse.source_channels import SourceChannels, source_channels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mediadevices_native.microphones.pulse.sound_server import Endpoint, ServerSnapshot

__all__ = ["PulseAddress", "pulse_devices"]


@dataclass(frozen=True, slots=True)
class PulseAddress:
    """How to reach a microphone of a sound server.

    Attributes:
        name: The source's name.
        channels: Which channels to open and to keep.
    """

    name: str
    channels: SourceChannels


def pulse_devices(
    snapshot: ServerSnapshot, usb_group_key: Callable[[str], str]
) -> tuple[Device, ...]:
    """Return the microphones and the speakers of a sound server.

    A sink's monitor records what the computer plays, so it is no microphone. A source that a
    program derived from a monitor, such as an echo-cancelling one, is a microphone.

    Args:
        snapshot: The server's lists.
        usb_group_key: Returns the group key of a USB device, from a path in sysfs.
    """

    def group_key(endpoint: Endpoint) -> str:
        properties = endpoint.properties
        if (path := properties.get("sysfs.path")) and (key := usb_group_key(path)):
            return key
        if bus_path := properties.get("device.bus_path"):
            return f"bus:{bus_path}"
        return "" if endpoint.card is None else f"pulse-card:{endpoint.card}"

    def microphone(key: str, source: Endpoint) -> Device:
        channels = source_channels(source.channel_map, pipewire=snapshot.is_pipewire)
        return Device(
            kind="audioinput",
            key=key,
            label=source.description,
            group_key=group_key(source),
            default=source.name == snapshot.default_source,
            modes=(AudioMode(source.sample_rate, len(channels.kept), source.sample_size),),
            controls=CONTROLS,
            initial=dict.fromkeys(CONTROLS, False),
            address=PulseAddress(source.name, channels),
        )

    microphones = tuple(
        microphone(key, source)
        for key, source in _keyed(one for one in snapshot.sources if not one.is_monitor)
    )
    speakers = tuple(
        Device(
            kind="audiooutput",
            key=key,
            label=sink.description,
            group_key=group_key(sink),
            default=sink.name == snapshot.default_sink,
        )
        for key, sink in _keyed(snapshot.sinks)
    )
    return microphones + speakers


def _keyed(endpoints: Iterable[Endpoint]) -> list[tuple[str, Endpoint]]:
    """Return the endpoints with their keys.

    The server numbers USB devices of the same model in the order in which it finds them, so their
    keys are made of the port instead. The server still knows the port while a device is unplugged,
    when sysfs has already forgotten it.
    """
    found: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        properties = endpoint.properties
        key = f"pulse:{endpoint.name}"
        if properties.get("device.bus") == "usb" and (port := properties.get("device.bus_path")):
            rest = (properties.get(name, "") for name in ("device.serial", "alsa.device"))
            key = ":".join(("usb", port, *rest))
        # Two profiles of one device have the same key, and so have devices without properties.
        found[unique_key(key, found)] = endpoint
    return list(found.items())
