"""The native modes of a V4L2 camera: sizes, rates and pixel formats."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from mediadevices.driver import VideoMode
from mediadevices_native.cameras.pixel_formats import COMPRESSED_FORMATS
from mediadevices_native.cameras.v4l2_ioctl import (
    Call,
    FrameSize,
    formats,
    frame_rates,
    frame_sizes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DECODABLE_FORMATS", "USUAL_SIZES", "video_modes"]

DECODABLE_FORMATS = frozenset(
    {"YUYV", "UYVY", "MJPG", "JPEG", "NV12", "YU12", "YV12", "RGB3", "BGR3", "GREY"}
)
"""What OpenCV turns into a picture by itself. It knows no compressed video such as H.264."""

USUAL_SIZES = (
    (640, 480),
    (320, 240),
    (640, 360),
    (800, 600),
    (1024, 768),
    (1280, 720),
    (1280, 960),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
)
"""What to offer of a camera that takes any size within a range, the preferred one first."""

_ASSUMED_RATE = 30.0
"""For drivers that cannot say how fast they are; the rate is then read from the open device."""


def video_modes(call: Call, buffer_type: int) -> tuple[VideoMode, ...]:
    """List the modes of a camera that OpenCV can use.

    Of modes that differ in the format alone the agent takes the first. So the compressed ones come
    last, and are for what the others do not reach. Beside that, the order is the driver's.

    Args:
        call: ``ioctl`` on the camera's node.
        buffer_type: The type of its buffers.

    Raises:
        OSError: The device went away while it was being asked.
    """
    modes = (
        VideoMode(width, height, rate, pixel_format)
        for pixel_format in formats(call, buffer_type)
        if pixel_format in DECODABLE_FORMATS
        for width, height in _sizes(call, pixel_format)
        for rate in _rates(call, pixel_format, width, height)
    )
    distinct = dict.fromkeys(modes)
    return tuple(sorted(distinct, key=lambda mode: mode.pixel_format in COMPRESSED_FORMATS))


def sizes_within(limits: FrameSize) -> Iterator[tuple[int, int]]:
    """Choose sizes of a range: the usual ones that are in it, then its largest and smallest."""
    for width, height in chain(
        USUAL_SIZES,
        ((limits.max_width, limits.max_height), (limits.width, limits.height)),
    ):
        if (
            limits.width <= width <= limits.max_width
            and limits.height <= height <= limits.max_height
            and (width - limits.width) % limits.step_width == 0
            and (height - limits.height) % limits.step_height == 0
        ):
            yield width, height


def _sizes(call: Call, pixel_format: str) -> Iterator[tuple[int, int]]:
    for size in frame_sizes(call, pixel_format):
        if size.max_width:
            yield from dict.fromkeys(sizes_within(size))
        else:
            yield size.width, size.height


def _rates(call: Call, pixel_format: str, width: int, height: int) -> Iterator[float]:
    """Give the frame rates of a size, the fastest first."""
    rates = set(frame_rates(call, pixel_format, width, height)) or {_ASSUMED_RATE}
    yield from sorted(rates, reverse=True)
