"""A fake machine with cameras: sysfs in a folder, and nodes that answer `ioctl`."""

# The structures of videodev2 have no types.
# pyright: basic, reportDeprecated=false

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mediadevices_native.cameras.v4l2 import ioctl as v4l2_ioctl
from mediadevices_native.cameras.v4l2.cameras import LinuxCameras

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Iterator
    from fractions import Fraction
    from pathlib import Path

    from mediadevices_native.cameras.v4l2.ioctl import Call

VIDEO_CAPTURE, VIDEO_CAPTURE_MPLANE, VIDEO_OUTPUT = 0x1, 0x1000, 0x2
META_CAPTURE, VIDEO_M2M, STREAMING, IO_MC = 0x00800000, 0x8000, 0x04000000, 0x20000000
TOUCH = 0x10000000
DEVICE_CAPS = 0x80000000
CAMERA = VIDEO_CAPTURE | STREAMING

HDMI = {
    "width": 1280,
    "height": 720,
    "pixelclock": 74_250_000,
    "hfrontporch": 110,
    "hsync": 40,
    "hbackporch": 220,
    "vfrontporch": 5,
    "vsync": 5,
    "vbackporch": 20,
}
"""What the kernel's `vivid` says of its HDMI input: 1280 x 720, sixty times a second."""


@dataclass
class FakeControl:
    """A control; `menu` has what each number means, for a menu of numbers, or 0."""

    type: int
    minimum: int
    maximum: int
    step: int = 1
    value: int = 0
    flags: int = 0
    menu: dict[int, int] = field(default_factory=dict[int, int])
    set_error: int = 0


@dataclass
class Size:
    """A frame size with its intervals; `to` and `step` make it a range."""

    width: int
    height: int
    intervals: tuple[Fraction, ...] = ()
    to: tuple[int, int] | None = None
    step: tuple[int, int] = (1, 1)


@dataclass
class FakeNode:
    """The driver of a node such as /dev/video0."""

    driver: str = "uvcvideo"
    card: str = "Camera"
    bus_info: str = "platform:camera"
    device_caps: int = CAMERA
    formats: dict[str, list[Size]] = field(default_factory=dict[str, list[Size]])
    """By their FourCC, with the sizes that the driver lists, which may be none."""
    controls: dict[int, FakeControl] = field(default_factory=dict[int, FakeControl])
    interval_ranges: bool = False
    present: tuple[int, int] | None = None
    """The size that is set now."""
    present_interval: Fraction | None = None
    timings: dict[str, int] = field(default_factory=dict[str, int])
    """The digital signal: what is not 0 of ``struct v4l2_bt_timings``."""
    aspect: tuple[int, int] | None = None
    """The shape in which the digital signal is meant to be seen."""
    standard: int = 0
    """The analogue signal, as `v4l2_std_id`."""
    busy: bool = False
    open_error: int = 0
    error: int = 0
    was_opened: int = 0

    def ioctl(self, request: int, structure: ctypes.Structure) -> None:
        """Answer like a kernel driver."""
        if self.error:
            raise OSError(self.error, os.strerror(self.error))
        answers: dict[int, Callable[[ctypes.Structure], int]] = {
            v4l2_ioctl.QUERYCAP: self._querycap,
            v4l2_ioctl.ENUM_FMT: self._format,
            v4l2_ioctl.ENUM_FRAMESIZES: self._size,
            v4l2_ioctl.ENUM_FRAMEINTERVALS: self._interval,
            v4l2_ioctl.G_FMT: self._present_format,
            v4l2_ioctl.G_PARM: self._present_rate,
            v4l2_ioctl.G_DV_TIMINGS: self._timings,
            v4l2_ioctl.G_STD: self._standard,
            v4l2_ioctl.QUERYCTRL: self._query_control,
            v4l2_ioctl.QUERYMENU: self._menu,
            v4l2_ioctl.G_CTRL: self._get_control,
            v4l2_ioctl.S_CTRL: self._set_control,
            v4l2_ioctl.REQBUFS: lambda _: errno.EBUSY if self.busy else 0,
        }
        if code := answers[request](structure):
            raise OSError(code, os.strerror(code))

    def _querycap(self, answer: ctypes.Structure) -> int:
        for name in ("driver", "card", "bus_info"):
            text = getattr(self, name).encode()
            getattr(answer, name)[: len(text)] = text
        # The device has more capabilities than this node, to detect reading the wrong field.
        answer.capabilities = self.device_caps | CAMERA | META_CAPTURE | DEVICE_CAPS
        answer.device_caps = self.device_caps
        return 0

    def _format(self, answer: ctypes.Structure) -> int:
        names = list(self.formats)
        if answer.index >= len(names):
            return errno.EINVAL
        answer.pixelformat = int.from_bytes(names[answer.index].encode("latin-1"), "little")
        return 0

    def _sizes(self, pixel_format: int) -> list[Size]:
        return self.formats[pixel_format.to_bytes(4, "little").decode("latin-1")]

    def _size(self, answer: ctypes.Structure) -> int:
        sizes = self._sizes(answer.pixel_format)
        if answer.index >= len(sizes):
            return errno.EINVAL
        size = sizes[answer.index]
        answer.type = 1 if size.to is None else 3
        if size.to is None:
            answer.discrete.width, answer.discrete.height = size.width, size.height
            return 0
        found = answer.stepwise
        found.min_width, found.min_height = size.width, size.height
        found.max_width, found.max_height = size.to
        found.step_width, found.step_height = size.step
        return 0

    def _interval(self, answer: ctypes.Structure) -> int:
        for size in self._sizes(answer.pixel_format):
            exact = (size.width, size.height) == (answer.width, answer.height)
            if not exact and size.to is None:
                continue
            if answer.index >= len(size.intervals):
                return errno.EINVAL
            interval = size.intervals[answer.index]
            answer.type = 2 if self.interval_ranges else 1
            place = answer.stepwise.min if self.interval_ranges else answer.discrete
            place.numerator, place.denominator = interval.numerator, interval.denominator
            return 0
        return errno.EINVAL

    def _present_format(self, answer: ctypes.Structure) -> int:
        if self.present is None:
            return errno.EINVAL
        # Those of a multi-planar format are in the same place.
        answer.fmt.pix.width, answer.fmt.pix.height = self.present
        return 0

    def _present_rate(self, answer: ctypes.Structure) -> int:
        if self.present_interval is None:
            return errno.ENOTTY
        interval = answer.parm.capture.timeperframe
        interval.numerator = self.present_interval.numerator
        interval.denominator = self.present_interval.denominator
        return 0

    def _timings(self, answer: ctypes.Structure) -> int:
        if not self.timings:
            return errno.ENODATA
        for name, value in self.timings.items():
            setattr(answer.bt, name, value)
        if self.aspect is not None:
            answer.bt.flags = 64
            answer.bt.picture_aspect.numerator = self.aspect[0]
            answer.bt.picture_aspect.denominator = self.aspect[1]
        return 0

    def _standard(self, answer: ctypes.Structure) -> int:
        answer.id = self.standard
        return 0 if self.standard else errno.ENOTTY

    def _query_control(self, answer: ctypes.Structure) -> int:
        if (control := self.controls.get(answer.id)) is None:
            return errno.EINVAL
        for name in ("type", "minimum", "maximum", "step", "flags"):
            setattr(answer, name, getattr(control, name))
        return 0

    def _menu(self, answer: ctypes.Structure) -> int:
        menu = self.controls[answer.id].menu
        if answer.index not in menu:
            return errno.EINVAL
        answer.value = menu[answer.index]
        return 0

    def _get_control(self, answer: ctypes.Structure) -> int:
        answer.value = self.controls[answer.id].value
        return 0

    def _set_control(self, answer: ctypes.Structure) -> int:
        control = self.controls[answer.id]
        if not control.set_error:
            control.value = max(control.minimum, min(control.maximum, answer.value))
        return control.set_error


class FakeMachine:
    """A Linux system whose /sys, /dev and /proc are in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.nodes: dict[str, FakeNode] = {}
        (root / "sys" / "class" / "video4linux").mkdir(parents=True)
        (root / "dev").mkdir()
        (root / "proc").mkdir()

    def cameras(self) -> LinuxCameras:
        """Return the cameras of this machine."""
        return LinuxCameras(
            self.root / "sys", self.root / "dev", self.root / "proc", self.open_node
        )

    @contextmanager
    def open_node(self, path: str | Path) -> Iterator[Call]:
        """Open a node as the kernel would."""
        node = self.nodes.get(str(path).rsplit("/", 1)[-1])
        code = errno.ENOENT if node is None else node.open_error
        if node is None or code:
            raise OSError(code, os.strerror(code))
        node.was_opened += 1
        yield node.ioctl

    def plug(self, name: str, parent: str, node: FakeNode, index: int = 0) -> None:
        """Add a node below a device of sysfs, such as ``platform/vivid.0``."""
        self.nodes[name] = node
        place = self.root / "sys" / "devices" / parent
        folder = place / "video4linux" / name
        folder.mkdir(parents=True)
        (folder / "index").write_text(f"{index}\n")
        (folder / "name").write_text(f"{node.card}\n")
        (folder / "device").symlink_to(place)
        (self.root / "sys" / "class" / "video4linux" / name).symlink_to(folder)
        (self.root / "dev" / name).touch()

    def plug_usb(
        self,
        name: str,
        node: FakeNode,
        *,
        port: str = "1.2",
        bus: int = 1,
        ids: str = "046d:0892",
        serial: str = "",
        interface: int = 0,
        index: int = 0,
    ) -> None:
        """Add a node of a USB device."""
        hub = port.split(".", maxsplit=1)[0]
        device = f"pci0000:00/0000:00:14.0/usb{bus}/{bus}-{hub}/{bus}-{port}"
        folder = self.root / "sys" / "devices" / device
        function = folder / f"{bus}-{port}:1.{interface}"
        function.mkdir(parents=True, exist_ok=True)
        vendor, _, product = ids.partition(":")
        for file, text in (
            ("idVendor", vendor),
            ("idProduct", product),
            ("devpath", port),
            ("busnum", str(bus)),
        ):
            (folder / file).write_text(text + "\n")
        if serial:
            (folder / "serial").write_text(serial + "\n")
        (function / "bInterfaceNumber").write_text(f"{interface:02x}\n")
        self.plug(name, f"{device}/{function.name}", node, index)

    def unplug(self, name: str) -> None:
        """Remove a node."""
        del self.nodes[name]
        link = self.root / "sys" / "class" / "video4linux" / name
        folder = link.resolve()
        link.unlink()
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        (self.root / "dev" / name).unlink()
