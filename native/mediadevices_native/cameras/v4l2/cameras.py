"""Cameras on Linux: sysfs lists them, V4L2 tells their capabilities."""

from __future__ import annotations

import sys

assert sys.platform == "linux"  # Elsewhere nothing imports this, and nothing checks its types.

import errno
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices.driver import ControlValue, Device, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices_native.cameras.pixel_formats import DECODABLE_FORMATS
from mediadevices_native.cameras.v4l2.controls import find_controls, read_controls, write_controls
from mediadevices_native.cameras.v4l2.ioctl import (
    Call,
    buffers_are_free,
    capability,
    formats,
    open_node,
)
from mediadevices_native.cameras.v4l2.modes import USUAL_SIZES, video_modes
from mediadevices_native.cameras.v4l2.node_holders import describe_holders
from mediadevices_native.cameras.v4l2.obstacles import (
    NO_SIZE,
    Obstacle,
    obstacle_of,
    undecodable,
    unreachable,
)
from mediadevices_native.diagnostics import Finding
from mediadevices_native.hardware.device_keys import unique_key
from mediadevices_native.hardware.device_permissions import permission_hint
from mediadevices_native.hardware.hotplug import watch_directory, watch_udev
from mediadevices_native.hardware.usb import find_usb_device, read_attribute, usb_group_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from mediadevices_native.cameras.system import Location

__all__ = ["LinuxCameras"]

_GONE = {errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.EIO}


class LinuxCameras:
    """The cameras of a Linux system.

    The key of a USB camera is made of its host controller, its chain of ports, its vendor, product
    and serial number, and its USB function. The key of another camera is made of its place in the
    system's device tree and its name. So the key stays the same when the camera is plugged into the
    same port again, and when another camera comes or goes; ``/dev/video0`` is no part of it.

    Args:
        sysfs: Where sysfs is mounted.
        dev: The folder of the device nodes.
        proc: Where procfs is mounted.
        open_node: Opens a node, and returns its ``ioctl``.
    """

    backend = "CAP_V4L2"
    has_kernel_timestamps = True

    def __init__(
        self,
        sysfs: Path = Path("/sys"),
        dev: Path = Path("/dev"),
        proc: Path = Path("/proc"),
        open_node: Callable[[str | Path], AbstractContextManager[Call]] = open_node,
    ) -> None:
        self._class = sysfs / "class" / "video4linux"
        self._dev = dev
        self._proc = proc
        self._open_node = open_node

    def list_devices(self) -> list[Device]:
        """Find the cameras: the nodes that capture pictures which OpenCV can decode."""
        found: dict[str, Device] = {}
        for node in self._nodes():
            device = self._look_at(node)
            if isinstance(device, Device):
                key = unique_key(device.key, found)
                found[key] = replace(device, key=key)
        return list(found.values())

    def locate(self, device: Device) -> Location | None:
        """Return the present node of a camera."""
        # Try the last node first: listing all cameras with their modes takes longer.
        if isinstance(device.address, Path):
            node = self._class / device.address.name
            if node.exists() and _key(node) == device.key:
                return str(device.address)
        for other in self.list_devices():
            if other.key == device.key:
                return str(other.address)
        return None

    def is_present(self, location: Location) -> bool:
        """Tell whether a node is still there."""
        return (self._class / Path(str(location)).name).exists()

    def read_controls(self, location: Location) -> dict[str, ControlValue]:
        """Read the present values of the controls."""
        with self._open_node(str(location)) as call:
            return read_controls(call, find_controls(call))

    def write_controls(self, location: Location, wanted: Mapping[str, ControlValue]) -> None:
        """Set controls, which V4L2 allows while the camera captures."""
        if wanted:
            with self._open_node(str(location)) as call:
                write_controls(call, find_controls(call), wanted)

    def refusal(self, device: Device, location: Location) -> NotReadableError:
        """Return the error that says why a node could not be opened."""
        label, path = device.label, Path(str(location))
        try:
            with self._open_node(path) as call:
                free = buffers_are_free(call, capability(call).buffer_type)
        except OSError as error:
            if isinstance(error, PermissionError):
                return NotReadableError(
                    f"{label}: no permission for {path}; {permission_hint(path)}"
                )
            if error.errno in _GONE:
                return NotReadableError(f"{label}: the camera is gone; plug it in again")
            free = error.errno != errno.EBUSY
        if free:
            return NotReadableError(f"{label}: OpenCV could not start {path}")
        holders = describe_holders(path, self._proc) or "another program"
        return NotReadableError(f"{label}: {path} is in use by {holders}; close it there first")

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Watch the kernel's events, or the folder of the nodes where there are no events."""
        return watch_udev("video4linux", changed) or watch_directory(self._class, changed)

    def diagnose(self) -> list[Finding]:
        """Check every video node: whether it is a camera, and what keeps it from being used."""
        seen = {node: self._look_at(node) for node in self._nodes()}
        units = {_unit(node) for node, found in seen.items() if isinstance(found, Device)}
        findings = [
            self._examine(found)
            if isinstance(found, Device)
            else self._explain(node, found, beside_a_camera=_unit(node) in units)
            for node, found in seen.items()
        ]
        if not units:
            findings.append(
                Finding(
                    "cameras",
                    False,
                    "no camera was found",
                    "plug one in; in a virtual machine or container, pass it through",
                )
            )
        return findings

    def _examine(self, device: Device) -> Finding:
        """Check whether a camera can be opened now."""
        path = Path(str(device.address))
        try:
            with self._open_node(path) as call:
                free = buffers_are_free(call, capability(call).buffer_type)
        except OSError as error:
            obstacle = unreachable(error, path)
            return Finding(str(path), False, f"{device.label}: {obstacle.text}", obstacle.remedy)
        if free:
            return Finding(str(path), True, f"{device.label}: {len(device.modes)} modes")
        holders = describe_holders(path, self._proc) or "another program"
        text = f"{device.label}: in use by {holders}"
        return Finding(str(path), False, text, "close it there first")

    def _explain(self, node: Path, obstacle: Obstacle, *, beside_a_camera: bool) -> Finding:
        """Say why a node is no camera; no problem if another node of the device is a camera."""
        label = _label(node, read_attribute(node, "name") or node.name)
        fine = obstacle.expected or beside_a_camera
        text = f"{label}: {obstacle.text}"
        return Finding(str(self._dev / node.name), fine, text, obstacle.remedy)

    def _nodes(self) -> list[Path]:
        """List the nodes in sysfs, ordered by number."""
        try:
            nodes = [path for path in self._class.iterdir() if path.name.startswith("video")]
        except OSError:
            return []
        return sorted(nodes, key=lambda path: (len(path.name), path.name))

    def _look_at(self, node: Path) -> Device | Obstacle:
        """Return the camera of a node, or why the node is no camera."""
        path = self._dev / node.name
        try:
            with self._open_node(path) as call:
                about = capability(call)
                if (obstacle := obstacle_of(about)) is not None:
                    return obstacle
                modes = video_modes(call, about.buffer_type)
                if not modes:
                    known = list(formats(call, about.buffer_type))
                    return NO_SIZE if DECODABLE_FORMATS & set(known) else undecodable(known)
                controls = find_controls(call)
                initial = read_controls(call, controls)
        except PermissionError as error:
            return self._forbidden_device(node) or unreachable(error, path)
        except OSError as error:
            return unreachable(error, path)  # it was unplugged meanwhile, or is broken
        return Device(
            kind="videoinput",
            key=_key(node),
            label=_label(node, about.card),
            group_key=usb_group_key(node) or about.bus_info,
            modes=modes,
            controls={control.name: control.control for control in controls},
            initial=initial,
            address=path,
        )

    def _forbidden_device(self, node: Path) -> Device | None:
        """Return a camera without permission; opening it fails and says how to get permission."""
        # The first node of a camera delivers the pictures, later nodes deliver metadata.
        if read_attribute(node, "index") not in {"", "0"}:
            return None
        return Device(
            kind="videoinput",
            key=_key(node),
            label=_label(node, read_attribute(node, "name") or node.name),
            group_key=usb_group_key(node),
            modes=tuple(VideoMode(width, height, 30.0) for width, height in USUAL_SIZES),
            address=self._dev / node.name,
        )


def _unit(node: Path) -> str:
    """Return the same text for all nodes of one physical device."""
    return usb_group_key(node) or str((node / "device").resolve())


def _label(node: Path, name: str) -> str:
    """Return the name to show, followed by the USB ids as in Chromium."""
    usb = find_usb_device(node)
    if usb is None:
        return name
    ids = f"({usb.vendor}:{usb.product})"
    return name if ids in name else f"{name} {ids}"


def _key(node: Path) -> str:
    """Return the key of a node; see `LinuxCameras`."""
    place = (node / "device").resolve()
    index = read_attribute(node, "index") or "0"
    usb = find_usb_device(node)
    if usb is not None:
        interface = read_attribute(place, "bInterfaceNumber")
        model = f"{usb.vendor}:{usb.product}:{usb.serial}"
        return f"usb:{usb.port}:{model}:{interface}.{index}"
    # Only the number of the node distinguishes virtual cameras with the same name.
    position = "/".join(place.parts[-2:]) if (node / "device").exists() else node.name
    return f"{position}:{read_attribute(node, 'name')}:{index}"
