"""Finds the USB device of a device node in sysfs, without opening a device.

Cameras and microphones use the same functions, so that a webcam and its microphone get the same
group.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["UsbDevice", "find_usb_device", "usb_group_key"]

_SYSFS = Path("/sys")


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A USB device and its port.

    Attributes:
        vendor: Four hexadecimal digits.
        product: Four hexadecimal digits.
        serial: The serial number, or ``""``.
        port: The host controller and the chain of ports below it, such as ``0000:00:14.0/1.2``.
            The bus number is no part of it, because it can change when the system restarts.
    """

    vendor: str
    product: str
    serial: str
    port: str


def read_attribute(directory: Path, name: str) -> str:
    """Return the text of an attribute file of sysfs, or ``""`` if it cannot be read."""
    try:
        return (directory / name).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def find_usb_device(sysfs_path: str | Path) -> UsbDevice | None:
    """Find the USB device of a node in sysfs.

    Args:
        sysfs_path: A path in sysfs, with links or without, such as
            ``/sys/class/video4linux/video0`` or ``/sys/class/sound/card1``. The prefix ``/sys`` may
            be missing, as in the paths of udev and PulseAudio.

    Returns:
        The device, or `None` if the node belongs to no USB device.
    """
    path = Path(sysfs_path)
    if path.is_relative_to("/devices"):
        path = _SYSFS / path.relative_to("/")
    path = path.resolve()
    for directory in (path, *path.parents):
        # The interfaces, which lie below their device, have neither of these files.
        if (directory / "idVendor").is_file() and (directory / "devpath").is_file():
            return UsbDevice(
                vendor=read_attribute(directory, "idVendor").lower(),
                product=read_attribute(directory, "idProduct").lower(),
                serial=read_attribute(directory, "serial"),
                port=f"{_host_controller(directory)}/{read_attribute(directory, 'devpath')}",
            )
    return None


def usb_group_key(sysfs_path: str | Path) -> str:
    """Return a key that all functions of a USB device share, or ``""`` for another device.

    A webcam and its microphone have the same key; two webcams of the same model have different
    keys.

    Args:
        sysfs_path: As for `find_usb_device`.
    """
    device = find_usb_device(sysfs_path)
    return "" if device is None else f"usb:{device.port}"


def _host_controller(device: Path) -> str:
    """Return the name of the host controller, which is above the root hub (``usb1``)."""
    for directory in device.parents:
        if directory.name.startswith("usb") and directory.name[3:].isdigit():
            return directory.parent.name
    return ""
