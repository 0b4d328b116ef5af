"""Which pixel formats to ask the browser for, and what it really gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mediadevices.errors import DOMException
from mediadevices.media.pixel_formats import PIXEL_FORMATS, find_pixel_format
from mediadevices.webidl import conversion
from mediadevices_pyodide import ffi

__all__ = ["ByteOrder", "browser_format", "byte_order"]

# The four that the standard lets `copyTo` convert to (WebCodecs §9.4.5), and the one from which a
# format of Python's own is made by leaving bytes out.
_FROM_BROWSER: Mapping[str, str] = MappingProxyType(
    {name: name for name in ("RGBA", "RGBX", "BGRA", "BGRX")} | {"RGB24": "RGBX", "BGR24": "RGBX"}
)
# Three channels that differ, so that an order can be read off; opaque.
_COLOUR = {"R": 200, "G": 100, "B": 50, "A": 255, "X": 255}
_SIZE = 16


def browser_format(wanted: str | None) -> str | None:
    """Return the format to ask the browser for; None is the one that the frame has.

    Args:
        wanted: The format that the consumer wants; None for whichever it is.

    Raises:
        TypeError: There is no such format.
    """
    if wanted is None:
        return None
    found = find_pixel_format(wanted)
    if found is None:
        raise conversion.wrong_type("format", "a pixel format such as 'RGB24'", wanted)
    return _FROM_BROWSER.get(found.name)


@dataclass(frozen=True, slots=True)
class ByteOrder:
    """What an engine's `copyTo` really does.

    Attributes:
        converts: Whether it gives the format that it is asked for.
        native: For a format that it claims, the one that it gives, where they differ.
    """

    converts: bool
    native: Mapping[str, str]


_found: list[ByteOrder] = []


async def byte_order() -> ByteOrder:
    """Return what this engine does, found out once with a picture of a known colour.

    WebKit has been seen to ignore the format it is asked for, and to call one order by the name of
    the other.
    """
    if not _found:
        _found.append(await _find_out())
    return _found[0]


async def _find_out() -> ByteOrder:
    canvas = ffi.window.document.createElement("canvas")
    canvas.width = canvas.height = _SIZE
    context = canvas.getContext("2d")
    context.fillStyle = "rgb({R}, {G}, {B})".format(**_COLOUR)
    context.fillRect(0, 0, _SIZE, _SIZE)
    frame = ffi.new("VideoFrame", canvas, ffi.to_js({"timestamp": 0}))
    try:
        claimed = str(frame.format)
        native: dict[str, str] = {}
        if claimed in _FROM_BROWSER and (actual := _order(await _pixel(frame, None))) is not None:
            alpha = claimed[-1]  # the same byte, whether it means something or not
            if actual + alpha != claimed:
                native[claimed] = actual + alpha
        try:
            converted = _order(await _pixel(frame, "RGBA"))
        except (DOMException, TypeError):
            converted = None
        return ByteOrder(converted == "RGB", MappingProxyType(native))
    finally:
        frame.close()


async def _pixel(frame: ffi.JsObject, wanted: str | None) -> bytes:
    options = ffi.to_js({} if wanted is None else {"format": wanted})
    target = ffi.window.Uint8Array.new(frame.allocationSize(options))
    await ffi.awaited(frame.copyTo(target, options))
    return bytes(target.subarray(0, 4).to_py())


def _order(pixel: bytes) -> str | None:
    """Return the order of the colour channels, if it is one of those that there are."""
    for name in ("RGBX", "BGRX"):
        channels = PIXEL_FORMATS[name].channels
        if all(abs(byte - _COLOUR[c]) <= 2 for byte, c in zip(pixel, channels, strict=True)):
            return name[:3]
    return None
