"""The Video4Linux2 requests that the cameras need, as typed functions.

Each takes a `Call`, which is ``ioctl`` bound to an open node, and returns plain values. The
structures are those of the package videodev2, except for three that it lacks.
"""

from __future__ import annotations

import sys

assert sys.platform == "linux"  # Elsewhere nothing imports this, and nothing checks its types.

import ctypes
import errno
import fcntl
import os
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from pathlib import Path

with warnings.catch_warnings():
    # Python 3.14 warns about packed structures, because it will change the layout of bit fields.
    # These have none.
    warnings.simplefilter("ignore", DeprecationWarning)
    # The package has no types, so the functions below declare the type of each field they read.
    import videodev2.videodev2 as v4l2  # type: ignore[import-untyped]  # it has no types  # pyright: ignore[reportMissingTypeStubs]  # likewise

__all__ = [
    "Call",
    "Capability",
    "ControlInfo",
    "FrameSize",
    "Signal",
    "buffers_are_free",
    "capability",
    "control_info",
    "control_value",
    "formats",
    "frame_rates",
    "frame_sizes",
    "menu_items",
    "open_node",
    "present_rate",
    "present_signal",
    "present_size",
    "set_control_value",
    "v4l2",
]

Call: TypeAlias = Callable[[int, ctypes.Structure], None]
"""``ioctl(request, structure)`` on an open node; it raises `OSError` as ``ioctl`` does."""

_MOST_ENTRIES = 1024
"""The most entries of a list, for drivers whose lists never end."""


_FASTEST_RATE = 1000.0
"""Hertz; a driver that reports more does not know its rate."""


_TELEVISION = 4 / 3
"""The aspect ratio of analogue television, whatever the shape of its pixels."""


class FrameSizeEnumeration(ctypes.Structure):
    """``struct v4l2_frmsizeenum``."""

    class _Size(ctypes.Union):
        _fields_ = (
            ("discrete", v4l2.v4l2_frmsize_discrete),
            ("stepwise", v4l2.v4l2_frmsize_stepwise),
        )

    _anonymous_ = ("size",)
    _fields_ = (
        ("index", ctypes.c_uint32),
        ("pixel_format", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("size", _Size),
        ("reserved", ctypes.c_uint32 * 2),
    )


class FrameIntervalEnumeration(ctypes.Structure):
    """``struct v4l2_frmivalenum``."""

    class _Interval(ctypes.Union):
        _fields_ = (
            ("discrete", v4l2.v4l2_fract),
            ("stepwise", v4l2.v4l2_frmival_stepwise),
        )

    _anonymous_ = ("interval",)
    _fields_ = (
        ("index", ctypes.c_uint32),
        ("pixel_format", ctypes.c_uint32),
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("interval", _Interval),
        ("reserved", ctypes.c_uint32 * 2),
    )


class Standard(ctypes.Structure):
    """``v4l2_std_id``: the possible standards of analogue television, as bits."""

    _fields_ = (("id", ctypes.c_uint64),)


def _read_write(number: int, structure: type[ctypes.Structure]) -> int:
    """Return ``_IOWR('V', number, structure)``."""
    return 3 << 30 | ctypes.sizeof(structure) << 16 | ord("V") << 8 | number


def _request(name: str) -> int:
    """Return a request of videodev2, which has signed numbers, as the unsigned one for `ioctl`."""
    return cast("int", getattr(v4l2, name)) & 0xFFFFFFFF


QUERYCAP = _request("VIDIOC_QUERYCAP")
ENUM_FMT = _request("VIDIOC_ENUM_FMT")
ENUM_FRAMESIZES = _read_write(74, FrameSizeEnumeration)
ENUM_FRAMEINTERVALS = _read_write(75, FrameIntervalEnumeration)
G_FMT = _request("VIDIOC_G_FMT")
G_PARM = _request("VIDIOC_G_PARM")
G_DV_TIMINGS = _request("VIDIOC_G_DV_TIMINGS")
G_STD = 2 << 30 | ctypes.sizeof(Standard) << 16 | ord("V") << 8 | 23
QUERYCTRL = _request("VIDIOC_QUERYCTRL")
QUERYMENU = _request("VIDIOC_QUERYMENU")
G_CTRL = _request("VIDIOC_G_CTRL")
S_CTRL = _request("VIDIOC_S_CTRL")
REQBUFS = _request("VIDIOC_REQBUFS")

CAPTURE, CAPTURE_MPLANE = 1, 9
"""``enum v4l2_buf_type``."""
DISCRETE = 1
"""``V4L2_FRMSIZE_TYPE_DISCRETE`` and ``V4L2_FRMIVAL_TYPE_DISCRETE``."""


@dataclass(frozen=True, slots=True)
class Capability:
    """The capabilities of a node (``VIDIOC_QUERYCAP``)."""

    driver: str
    card: str
    bus_info: str
    device_caps: int

    @property
    def buffer_type(self) -> int:
        """The type of the node's capture buffers; 0 if it captures no pictures."""
        if self.device_caps & v4l2.V4L2_CAP_VIDEO_CAPTURE:
            return CAPTURE
        several_planes = self.device_caps & v4l2.V4L2_CAP_VIDEO_CAPTURE_MPLANE
        return CAPTURE_MPLANE if several_planes else 0


@dataclass(frozen=True, slots=True)
class FrameSize:
    """A size in pixels, or, with `max_width`, a range of sizes."""

    width: int
    height: int
    max_width: int = 0
    max_height: int = 0
    step_width: int = 1
    step_height: int = 1


@dataclass(frozen=True, slots=True)
class Signal:
    """The signal that a capture board receives.

    Attributes:
        shape: The aspect ratio of the picture on a screen.
        size: Width and height in pixels; `None` for an analogue or interlaced signal, of which the
            driver makes whole pictures.
        frame_rate: Hertz; 0 if unknown.
    """

    shape: float
    size: tuple[int, int] | None = None
    frame_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class ControlInfo:
    """A control of a camera (``VIDIOC_QUERYCTRL``), in units of the driver."""

    type: int
    minimum: int
    maximum: int
    step: int
    flags: int


@contextmanager
def open_node(path: str | Path) -> Generator[Call]:
    """Open a node for requests; this neither starts the camera nor disturbs a program that uses it.

    Raises:
        OSError: The node cannot be opened.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:

        def call(request: int, structure: ctypes.Structure) -> None:
            fcntl.ioctl(descriptor, request, structure)

        yield call
    finally:
        os.close(descriptor)


def _text(characters: ctypes.Array[ctypes.c_uint8]) -> str:
    return bytes(characters).split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def _is_supported(call: Call, request: int, structure: ctypes.Structure) -> bool:
    """Make a request, and return whether the driver supports it.

    Raises:
        OSError: The request failed for another reason, for example because the device is gone.
    """
    try:
        call(request, structure)
    except OSError as error:
        if error.errno in {errno.EINVAL, errno.ENOTTY}:
            return False
        raise
    return True


def _succeeds(call: Call, request: int, structure: ctypes.Structure) -> bool:
    """Make an optional request, and return whether it succeeded.

    Raises:
        OSError: The device is gone.
    """
    try:
        call(request, structure)
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise
        return False
    return True


def capability(call: Call) -> Capability:
    """Read the capabilities of a node."""
    answer = v4l2.v4l2_capability()
    call(QUERYCAP, answer)
    caps: int = answer.capabilities
    # Old drivers tell only the capabilities of the whole device.
    node_caps: int = answer.device_caps if caps & v4l2.V4L2_CAP_DEVICE_CAPS else caps
    return Capability(_text(answer.driver), _text(answer.card), _text(answer.bus_info), node_caps)


def formats(call: Call, buffer_type: int) -> Iterator[str]:
    """Yield the FourCC of each pixel format, in the driver's order."""
    for index in range(_MOST_ENTRIES):
        answer = v4l2.v4l2_fmtdesc(index=index, type=buffer_type)
        if not _is_supported(call, ENUM_FMT, answer):
            return
        pixel_format: int = answer.pixelformat
        yield pixel_format.to_bytes(4, "little").decode("latin-1")


def frame_sizes(call: Call, pixel_format: str) -> Iterator[FrameSize]:
    """Yield the frame sizes of a pixel format, in the driver's order."""
    for index in range(_MOST_ENTRIES):
        answer = FrameSizeEnumeration(index=index, pixel_format=_fourcc(pixel_format))
        if not _is_supported(call, ENUM_FRAMESIZES, answer):
            return
        if answer.type == DISCRETE:
            yield FrameSize(answer.discrete.width, answer.discrete.height)
            continue
        sizes = answer.stepwise
        yield FrameSize(
            sizes.min_width,
            sizes.min_height,
            sizes.max_width,
            sizes.max_height,
            max(sizes.step_width, 1),
            max(sizes.step_height, 1),
        )
        return  # a range is the only entry


def frame_rates(call: Call, pixel_format: str, width: int, height: int) -> Iterator[float]:
    """Yield the frame rates of a pixel format and size in hertz; of a range, only the fastest."""
    for index in range(_MOST_ENTRIES):
        answer = FrameIntervalEnumeration(
            index=index, pixel_format=_fourcc(pixel_format), width=width, height=height
        )
        if not _is_supported(call, ENUM_FRAMEINTERVALS, answer):
            return
        discrete = answer.type == DISCRETE
        interval = answer.discrete if discrete else answer.stepwise.min
        if interval.numerator and interval.denominator:
            yield round(interval.denominator / interval.numerator, 3)
        if not discrete:
            return


def present_size(call: Call, buffer_type: int) -> tuple[int, int] | None:
    """Read the present size; `None` if there is none."""
    answer = v4l2.v4l2_format(type=buffer_type)
    if not _succeeds(call, G_FMT, answer):
        return None
    # A multi-planar format has both fields in the same place.
    width, height = answer.fmt.pix.width, answer.fmt.pix.height
    return (width, height) if width and height else None


def present_rate(call: Call, buffer_type: int) -> float:
    """Read the present frame rate in hertz; 0 if the driver does not know it."""
    answer = v4l2.v4l2_streamparm(type=buffer_type)
    if not _succeeds(call, G_PARM, answer):
        return 0.0
    interval = answer.parm.capture.timeperframe
    return _hertz(interval.denominator, interval.numerator)


def present_signal(call: Call) -> Signal | None:
    """Read the signal of a capture board; `None` for a camera."""
    timings = v4l2.v4l2_dv_timings()
    if _succeeds(call, G_DV_TIMINGS, timings):
        return _digital_signal(timings.bt) if timings.type == v4l2.V4L2_DV_BT_656_1120 else None
    standard = Standard()
    if _succeeds(call, G_STD, standard) and standard.id:
        return Signal(_TELEVISION)
    return None


def _digital_signal(bt: Any) -> Signal | None:
    if not bt.width or not bt.height:
        return None
    interlaced = bt.interlaced == v4l2.V4L2_DV_INTERLACED
    columns = bt.width + bt.hfrontporch + bt.hsync + bt.hbackporch
    lines = bt.height + bt.vfrontporch + bt.vsync + bt.vbackporch
    if interlaced:
        lines += bt.il_vfrontporch + bt.il_vsync + bt.il_vbackporch
    shape, aspect = bt.width / bt.height, bt.picture_aspect
    if bt.flags & v4l2.V4L2_DV_FL_HAS_PICTURE_ASPECT and aspect.numerator and aspect.denominator:
        shape = aspect.numerator / aspect.denominator
    size = None if interlaced else (bt.width, bt.height)
    return Signal(shape, size, _hertz(bt.pixelclock, columns * lines))


def _hertz(count: int, time: int) -> float:
    """Return a frame rate; 0 for one that is impossibly high."""
    rate = round(count / time, 3) if time else 0.0
    return rate if rate <= _FASTEST_RATE else 0.0


def control_info(call: Call, control: int) -> ControlInfo | None:
    """Read the range of a control; `None` if the device does not have the control."""
    answer = v4l2.v4l2_queryctrl(id=control)
    if not _is_supported(call, QUERYCTRL, answer) or answer.flags & v4l2.V4L2_CTRL_FLAG_DISABLED:
        return None
    return ControlInfo(answer.type, answer.minimum, answer.maximum, answer.step, answer.flags)


def menu_items(call: Call, control: int, info: ControlInfo) -> Iterator[tuple[int, int]]:
    """Yield the entries of a menu: the index to set and, in a menu of numbers, its value."""
    for index in range(info.minimum, min(info.maximum, info.minimum + _MOST_ENTRIES) + 1):
        answer = v4l2.v4l2_querymenu(id=control, index=index)
        if _is_supported(call, QUERYMENU, answer):  # a menu may have gaps
            yield index, answer.value


def control_value(call: Call, control: int) -> int:
    """Read a control."""
    answer = v4l2.v4l2_control(id=control)
    call(G_CTRL, answer)
    value: int = answer.value
    return value


def set_control_value(call: Call, control: int, value: int) -> None:
    """Write a control."""
    call(S_CTRL, v4l2.v4l2_control(id=control, value=value))


def buffers_are_free(call: Call, buffer_type: int) -> bool:
    """Return whether no program captures from the node: allocate a buffer and free it."""
    try:
        for count in (1, 0):
            call(REQBUFS, v4l2.v4l2_requestbuffers(count=count, type=buffer_type, memory=1))
    except OSError as error:
        return error.errno != errno.EBUSY
    return True


def _fourcc(name: str) -> int:
    return int.from_bytes(name.encode("latin-1"), "little")
