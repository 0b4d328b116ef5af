"""Which devices a program may see, in which order, and when the list has changed (§9.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mediadevices.driver import Device, DeviceKind

__all__ = ["DeviceInfo", "enumeration_order", "exposed_devices", "inserted_devices"]

_ORDER: tuple[DeviceKind, ...] = ("audioinput", "videoinput", "audiooutput")


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device as the program may see it now.

    Attributes:
        kind: ``"audioinput"``, ``"videoinput"`` or ``"audiooutput"``.
        device_id: ``""`` while it is not exposed.
        label: ``""`` while it is not exposed.
        group_id: ``""`` while it is not exposed.
        capabilities: Those of a track of an input; empty while it is not exposed. A device that
            has others now, or whose driver knows more of them, is the same device.
    """

    kind: DeviceKind
    device_id: str
    label: str
    group_id: str
    capabilities: Mapping[str, object] = field(compare=False)


def enumeration_order(devices: Iterable[Device]) -> tuple[Device, ...]:
    """Sort devices: microphones, cameras, outputs; the default one of each kind first."""
    return tuple(
        sorted(devices, key=lambda device: (_ORDER.index(device.kind), not device.default))
    )


def exposed_devices(
    devices: Sequence[Device],
    *,
    camera: bool,
    microphone: bool,
    describe: Callable[[Device], DeviceInfo],
) -> list[DeviceInfo]:
    """Return the list as the program may see it ("create a list of device info objects", §9.2.2).

    Args:
        devices: All devices, in the order of the enumeration.
        camera: Whether camera information may be exposed.
        microphone: Whether microphone information may be exposed; outputs go with it.
        describe: Makes the description of a device that may be seen.

    Returns:
        Of a kind that may not be seen, at most one input with nothing but its kind, and no output.
    """
    may_see = {"videoinput": camera, "audioinput": microphone, "audiooutput": microphone}
    result: list[DeviceInfo] = []
    nameless: set[DeviceKind] = {"audiooutput"}
    for device in devices:
        if may_see[device.kind]:
            result.append(describe(device))
        elif device.kind not in nameless:
            nameless.add(device.kind)
            result.append(DeviceInfo(device.kind, "", "", "", {}))
    return result


def inserted_devices(old: Sequence[DeviceInfo], new: Sequence[DeviceInfo]) -> list[DeviceInfo]:
    """Return the devices of the new list that are exposed there and were not in the old one."""
    known = {(info.kind, info.device_id) for info in old}
    return [info for info in new if info.device_id and (info.kind, info.device_id) not in known]
