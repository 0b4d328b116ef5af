"""The native modes of a V4L2 camera: sizes, rates and pixel formats."""

from __future__ import annotations

import sys

assert sys.platform == "linux"  # Elsewhere nothing imports this, and nothing checks its types.

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from mediadevices.driver import VideoMode
from mediadevices_native.cameras.pixel_formats import (
    COLOUR_FORMATS,
    COMPRESSED_FORMATS,
    DECODABLE_FORMATS,
)
from mediadevices_native.cameras.v4l2.ioctl import (
    Call,
    FrameSize,
    Signal,
    formats,
    frame_rates,
    frame_sizes,
    present_rate,
    present_signal,
    present_size,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["USUAL_SIZES", "video_modes"]

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

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
"""The sizes to offer for a camera with a range of sizes, the preferred one first."""

_SHAPE_TOLERANCE = 0.01

_ASSUMED_RATE = 30.0
"""For drivers that do not tell their rates; the real rate is read from the open device."""


def video_modes(call: Call, buffer_type: int) -> tuple[VideoMode, ...]:
    """List the modes of a camera that OpenCV can use.

    The agent takes the first of the modes that differ only in the format. So compressed modes come
    after the others, and modes without true colours come last. Otherwise the order is the driver's.

    If a driver lists no sizes, as with some capture boards, the only size is that of the signal.
    A board that lists many sizes scales the signal. Then only sizes with the signal's aspect ratio
    are offered, because others distort the picture, and the agent can crop instead.

    Args:
        call: ``ioctl`` on the camera's node.
        buffer_type: The type of its buffers.

    Raises:
        OSError: The device was unplugged meanwhile.
    """
    signal = present_signal(call)
    assumed = (signal.frame_rate if signal is not None else 0.0) or present_rate(call, buffer_type)
    modes = (
        VideoMode(width, height, rate, pixel_format)
        for pixel_format in formats(call, buffer_type)
        if pixel_format in DECODABLE_FORMATS
        for width, height in _sizes(call, buffer_type, pixel_format, signal)
        for rate in _rates(call, pixel_format, width, height) or (assumed or _ASSUMED_RATE,)
    )
    return tuple(sorted(dict.fromkeys(modes), key=_rank))


def sizes_within(limits: FrameSize, *, own: tuple[int, int] | None = None) -> Iterator[Size]:
    """Yield sizes of a range: the usual ones within it, then its largest and smallest.

    Args:
        limits: The range.
        own: One more size, if it is within the range.
    """
    for width, height in chain(
        USUAL_SIZES,
        (own,) if own is not None else (),
        ((limits.max_width, limits.max_height), (limits.width, limits.height)),
    ):
        if (
            limits.width <= width <= limits.max_width
            and limits.height <= height <= limits.max_height
            and (width - limits.width) % limits.step_width == 0
            and (height - limits.height) % limits.step_height == 0
        ):
            yield width, height


def _rank(mode: VideoMode) -> int:
    if mode.pixel_format in COLOUR_FORMATS:
        return 0
    return 1 if mode.pixel_format in COMPRESSED_FORMATS else 2


def _sizes(
    call: Call, buffer_type: int, pixel_format: str, signal: Signal | None
) -> Iterable[Size]:
    own = signal.size if signal is not None else None
    listed: dict[Size, None] = {}
    for size in frame_sizes(call, pixel_format):
        many = sizes_within(size, own=own) if size.max_width else ((size.width, size.height),)
        listed.update(dict.fromkeys(many))
    if not listed:
        # Prefer the signal's size: another program may have set the present size.
        only = own or present_size(call, buffer_type)
        return (only,) if only is not None else ()
    if signal is None:
        return listed
    shape = signal.shape
    return [size for size in listed if _is_near(size[0] / size[1], shape)] or listed


def _is_near(shape: float, other: float) -> bool:
    """Tell whether two aspect ratios look the same, such as 1366 x 768 and 16:9."""
    return abs(shape - other) <= _SHAPE_TOLERANCE * other


def _rates(call: Call, pixel_format: str, width: int, height: int) -> list[float]:
    """Return the frame rates of a size, the fastest first."""
    return sorted(set(frame_rates(call, pixel_format, width, height)), reverse=True)
