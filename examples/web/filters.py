"""Filters that are fast enough for video, because they have no loop over pixels.

A picture has four bytes for each pixel: red, green, blue and opacity, row after row. A slice takes
one colour of all pixels, a table changes all bytes at once, and one big integer compares all bytes.
"""

from collections.abc import Callable

Filter = Callable[[bytes, int], bytes]
"""A function that takes a picture and its width in pixels, and returns the filtered picture."""

_INVERTED = bytes(255 - value for value in range(256))
_BLACK_OR_WHITE = bytes(255 if value >= 128 else 0 for value in range(256))
# For half the difference of two bytes, where 127 means equal: the larger, the brighter.
_CONTRAST = bytes(min(255, 6 * abs(value - 127)) for value in range(256))


def shrink(data: memoryview, width: int, height: int, most: int) -> tuple[bytes, int, int]:
    """Return a smaller picture, of every second or third (…) pixel, with its width and height.

    Args:
        data: The picture.
        width: Its width in pixels.
        height: Its height in pixels.
        most: The largest width of the smaller picture.
    """
    step = -(-width // most)
    if step == 1:
        return bytes(data), width, height
    pixels = data.cast("I")
    rows = [
        pixels[top : top + width : step].tobytes() for top in range(0, len(pixels), width * step)
    ]
    return b"".join(rows), len(rows[0]) // 4, len(rows)


def none(data: bytes, width: int) -> bytes:  # noqa: ARG001  (all filters have the same parameters)
    """Return the picture as it is."""
    return data


def negative(data: bytes, width: int) -> bytes:  # noqa: ARG001  (likewise)
    """Turn light into dark, and each colour into its opposite."""
    changed = bytearray(data.translate(_INVERTED))
    changed[3::4] = data[3::4]  # keep the opacity
    return bytes(changed)


def threshold(data: bytes, width: int) -> bytes:  # noqa: ARG001  (likewise)
    """Return a picture in black and white only."""
    return _gray(data[1::4].translate(_BLACK_OR_WHITE))


def edges(data: bytes, width: int) -> bytes:
    """Show where a pixel differs from its neighbour at the lower right."""
    green = data[1::4]
    count = len(green)
    here = int.from_bytes(green, "little")
    other = int.from_bytes(green.translate(_INVERTED), "little") >> 8 * (width + 1)
    # Halve each byte first, so that no sum overflows into the next byte.
    halves = int.from_bytes(b"\x7f" * count, "little")
    difference = ((here >> 1) & halves) + ((other >> 1) & halves)
    found = bytearray(difference.to_bytes(count, "little").translate(_CONTRAST))
    found[-width - 1 :] = bytes(width + 1)  # the last pixels have no such neighbour
    found[width - 1 :: width] = bytes(count // width)
    return _gray(bytes(found))


def _gray(brightness: bytes) -> bytes:
    picture = bytearray(b"\xff" * (4 * len(brightness)))
    for colour in range(3):
        picture[colour::4] = brightness
    return bytes(picture)


FILTERS: dict[str, Filter] = {
    "none": none,
    "negative": negative,
    "threshold": threshold,
    "edges": edges,
}
