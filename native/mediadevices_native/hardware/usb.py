"""The USB device that a device node belongs to, read from sysfs.

Nothing here opens a device. Cameras and microphones use the same functions, so that the two
functions of one webcam name the same unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["UsbDevice", "find_usb_device", "usb_group_key"]

_SYSFS = Path("/sys")


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A USB device, and the port that it is plugged into.

    Attributes:
        vendor: Four hexadecimal digits.
        product: Four hexadecimal digits.
        serial: The serial number as the device says it, or ``""``.
        port: The host controller and the chain of ports below it, such as ``0000:00:14.0/1.2``.
            It does not hold the number of the bus, which may change from one start to the next.
    """

    vendor: str
    product: str
    serial: str
    port: str


def read_attribute(directory: Path, name: str) -> str:
    """Return the text of an attribute file of sysfs, or ``""`` where there is none to read."""
    try:
        return (directory / name).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def find_usb_device(sysfs_path: str | Path) -> UsbDevice | None:
    """Find the USB device that a node of sysfs is part of.

    Args:
        sysfs_path: A path in sysfs, with links or without, such as
            ``/sys/class/video4linux/video0`` or ``/sys/class/sound/card1``. A path as udev and
            PulseAudio write it, without ``/sys`` in front, will do.

    Returns:
        The device, or `None` where the node does not belong to one.
    """
    path = Path(sysfs_path)
    if path.is_relative_to("/devices"):
        path = _SYSFS / path.relative_to("/")
    path = path.resolve()
    for directory in (path, *path.parents):
        # Interfaces lie below their device, and have neither of these files.
        if (directory / "idVendor").is_file() and (directory / "devpath").is_file():
            return UsbDevice(
                vendor=read_attribute(directory, "idVendor").lower(),
                product=read_attribute(directory, "idProduct").lower(),
                serial=read_attribute(directory, "serial"),
                port=f"{_host_controller(directory)}/{read_attribute(directory, 'devpath')}",
            )
    return None


def usb_group_key(sysfs_path: str | Path) -> str:
    """Return what the functions of one USB device have in common, or ``""`` for another device.

    A webcam and its own microphone have the same key; two webcams of one model have not.

    Args:
        sysfs_path: As for `find_usb_device`.
    """
    device = find_usb_device(sysfs_path)
    return "" if device is None else f"usb:{device.port}"


def _host_controller(device: Path) -> str:
    """Return the name of the controller above the root hub (``usb1``) that a device hangs on."""
    for directory in device.parents:
        if directory.name.startswith("usb") and directory.name[3:].isdigit():
            return directory.parent.name
    return ""
