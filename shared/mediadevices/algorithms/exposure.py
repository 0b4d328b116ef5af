"""Device information exposure: which devices a program may see, and in which order (§9.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mediadevices.kinds import INPUT_OF_DEVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from mediadevices.driver import Device
    from mediadevices.kinds import DeviceKind, PermissionName

__all__ = ["DeviceInfo", "enumeration_order", "exposed_devices", "inserted_devices"]

_ORDER: tuple[DeviceKind, ...] = ("audioinput", "videoinput", "audiooutput")
#: Audio outputs are exposed together with microphones.
_EXPOSED_WITH: Mapping[DeviceKind, PermissionName] = {
    **{kind: row.permission for kind, row in INPUT_OF_DEVICE.items()},
    "audiooutput": "microphone",
}


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """The information about a device that the program may see now.

    Attributes:
        kind: ``"audioinput"``, ``"videoinput"`` or ``"audiooutput"``.
        device_id: The id; ``""`` while the device is not exposed.
        label: The label; ``""`` while the device is not exposed.
        group_id: The group id; ``""`` while the device is not exposed.
        capabilities: The capabilities of the device's tracks; empty for an output, and while the
            device is not exposed. They can change, so they do not count for equality.
    """

    kind: DeviceKind
    device_id: str
    label: str
    group_id: str
    capabilities: Mapping[str, object] = field(compare=False)


def enumeration_order(devices: Iterable[Device]) -> tuple[Device, ...]:
    """Sort devices: microphones, cameras, outputs; the default device of each kind first."""
    return tuple(
        sorted(devices, key=lambda device: (_ORDER.index(device.kind), not device.default))
    )


def exposed_devices(
    devices: Sequence[Device],
    exposed: Collection[PermissionName],
    describe: Callable[[Device], DeviceInfo],
) -> list[DeviceInfo]:
    """Create the list of device info objects (§9.2.2).

    Args:
        devices: All devices, in the order of the enumeration.
        exposed: The permissions whose devices are exposed.
        describe: Returns the information about an exposed device.

    Returns:
        All exposed devices. For a kind of input that is not exposed, one device with nothing but
        its kind; for outputs that are not exposed, none.
    """
    result: list[DeviceInfo] = []
    nameless: set[DeviceKind] = {"audiooutput"}
    for device in devices:
        if _EXPOSED_WITH[device.kind] in exposed:
            result.append(describe(device))
        elif device.kind not in nameless:
            nameless.add(device.kind)
            result.append(DeviceInfo(device.kind, "", "", "", {}))
    return result


def inserted_devices(old: Sequence[DeviceInfo], new: Sequence[DeviceInfo]) -> list[DeviceInfo]:
    """Return the exposed devices of the new list that were not in the old list."""
    known = {(info.kind, info.device_id) for info in old}
    return [info for info in new if info.device_id and (info.kind, info.device_id) not in known]
