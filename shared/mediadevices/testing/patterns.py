"""The pictures and tones of the fake devices."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from mediadevices.implementations import pixel_operations
from mediadevices.media.video_frame import VideoFrame

__all__ = ["BAR_COLOURS", "frame_number", "numbered_picture", "tone"]

#: The colours of the bars from left to right, as red, green and blue.
BAR_COLOURS = (
    (255, 255, 255),
    (255, 255, 0),
    (0, 255, 255),
    (0, 255, 0),
    (255, 0, 255),
    (255, 0, 0),
    (0, 0, 255),
    (0, 0, 0),
)
_BITS = 32
_BLACK, _WHITE = b"\x10", b"\xeb"


def _yuv(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """Convert to BT.601 in limited range."""
    return (
        round(16 + 0.257 * red + 0.504 * green + 0.098 * blue),
        round(128 - 0.148 * red - 0.291 * green + 0.439 * blue),
        round(128 + 0.439 * red - 0.368 * green - 0.071 * blue),
    )


def _code_rows(height: int) -> int:
    return max(2, height // 16 * 2)


def _bars(width: int, height: int, plane: int) -> bytes:
    edges = [width * index // len(BAR_COLOURS) for index in range(len(BAR_COLOURS) + 1)]
    row = b"".join(
        bytes([_yuv(*colour)[plane]]) * (right - left)
        for colour, left, right in zip(BAR_COLOURS, edges, edges[1:], strict=False)
    )
    return row * height


@lru_cache(maxsize=8)
def _background(width: int, height: int) -> bytes:
    """Return the colour bars in I420, without the rows that show the number."""
    rows, half_width, half_height = _code_rows(height), (width + 1) // 2, (height + 1) // 2
    grey = bytes([128]) * (half_width * (rows // 2))
    return (
        _bars(width, height - rows, 0)
        + grey
        + _bars(half_width, half_height - rows // 2, 1)
        + grey
        + _bars(half_width, half_height - rows // 2, 2)
    )


def numbered_picture(number: int, width: int, height: int) -> bytes:
    """Return a picture in I420: colour bars, and above them the number in black and white.

    Args:
        number: The number that `frame_number` reads back, 32 bits.
        width: The width in pixels, at least 64.
        height: The height in pixels, at least 16.

    Returns:
        The planes, one after the other without padding.
    """
    edges = [width * bit // _BITS for bit in range(_BITS + 1)]
    row = b"".join(
        (_WHITE if number >> (_BITS - 1 - bit) & 1 else _BLACK) * (edges[bit + 1] - edges[bit])
        for bit in range(_BITS)
    )
    return row * _code_rows(height) + _background(width, height)


def frame_number(frame: VideoFrame) -> int:
    """Read the number that a fake camera wrote into a frame.

    Scaling and converting the frame keep the number; cropping its sides does not.

    Args:
        frame: A frame of a fake camera, at least 64 pixels wide and 16 high.

    Returns:
        The number: 0 for the first frame after the camera was opened.

    Raises:
        ValueError: The frame shows no number: it is black, cropped, or from another source.
    """
    with pixel_operations().convert(frame, "GRAY8") as grey:
        width = grey.coded_width
        y = _code_rows(grey.coded_height) // 2
        row = bytes(grey.planes[0][y * width : (y + 1) * width])
        below = bytes(grey.planes[0][-width:])
    number = 0
    for bit in range(_BITS):
        level = row[(width * (2 * bit + 1)) // (2 * _BITS)]
        if 64 < level < 192:
            message = "this frame shows no number; is it from a fake camera, and not cropped?"
            raise ValueError(message)
        number = number << 1 | (level >= 192)
    if number == 0 and max(below) < 32:
        message = "this frame is black; is its track enabled and unmuted?"
        raise ValueError(message)
    return number


@lru_cache(maxsize=8)
def tone(frequency: float, level: float, sample_rate: int, channels: int) -> bytes:
    """Return one second of a sine tone as interleaved 32-bit floats.

    Args:
        frequency: The frequency in Hertz, a whole number, so that repeating the second gives a
            steady tone.
        level: The amplitude, from 0 to 1.
        sample_rate: The sample rate in Hertz.
        channels: The number of channels, which are all equal.
    """
    step = 2 * math.pi * frequency / sample_rate
    samples = array("f")
    for index in range(sample_rate):
        samples.extend([level * math.sin(step * index)] * channels)
    return samples.tobytes()
