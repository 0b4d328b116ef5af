"""What can be done to a picture without a loop over its pixels, and so fast enough for video.

A picture is red, green, blue and opacity of each pixel, a byte each, row after row. Slices take one
colour out of all of them, tables change all bytes at once, and one big integer compares them all.
"""

from collections.abc import Callable

Filter = Callable[[bytes, int], bytes]
"""Makes another picture of a picture and its width in pixels."""

_INVERTED = bytes(255 - value for value in range(256))
_BLACK_OR_WHITE = bytes(255 if value >= 128 else 0 for value in range(256))
# Half the difference of two bytes, with 127 for none: the further from it, the brighter.
_CONTRAST = bytes(min(255, 6 * abs(value - 127)) for value in range(256))


def shrink(data: memoryview, width: int, height: int, most: int) -> tuple[bytes, int, int]:
    """Return a smaller picture, of every second pixel, or third, …, with its width and height.

    Args:
        data: The picture.
        width: Of the picture.
        height: Of the picture.
        most: How wide the smaller one may be.
    """
    step = -(-width // most)
    if step == 1:
        return bytes(data), width, height
    pixels = data.cast("I")
    rows = [
        pixels[top : top + width : step].tobytes() for top in range(0, len(pixels), width * step)
    ]
    return b"".join(rows), len(rows[0]) // 4, len(rows)


def none(data: bytes, width: int) -> bytes:  # noqa: ARG001  (all filters take the same)
    """Return the picture as it is."""
    return data


def negative(data: bytes, width: int) -> bytes:  # noqa: ARG001  (likewise)
    """Turn light into dark, and each colour into its opposite."""
    changed = bytearray(data.translate(_INVERTED))
    changed[3::4] = data[3::4]  # opaque it stays
    return bytes(changed)


def threshold(data: bytes, width: int) -> bytes:  # noqa: ARG001  (likewise)
    """Leave nothing but black and white."""
    return _gray(data[1::4].translate(_BLACK_OR_WHITE))


def edges(data: bytes, width: int) -> bytes:
    """Show where a pixel differs from the one to the right of it and below."""
    green = data[1::4]
    count = len(green)
    here = int.from_bytes(green, "little")
    other = int.from_bytes(green.translate(_INVERTED), "little") >> 8 * (width + 1)
    # Each byte halved on its own, so that no sum reaches into the byte beside it.
    halves = int.from_bytes(b"\x7f" * count, "little")
    difference = ((here >> 1) & halves) + ((other >> 1) & halves)
    found = bytearray(difference.to_bytes(count, "little").translate(_CONTRAST))
    found[-width - 1 :] = bytes(width + 1)  # the last ones have no such neighbour
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
