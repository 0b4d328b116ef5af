"""Which pixel formats to request from the browser, and what it really delivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mediadevices.errors import DOMException
from mediadevices.media.pixel_formats import PIXEL_FORMATS, find_pixel_format
from mediadevices.webidl import conversion
from mediadevices_pyodide import ffi

__all__ = ["ByteOrder", "browser_format", "byte_order"]

# `copyTo` can convert to four formats (WebCodecs §9.4.5). Python makes RGB24 and BGR24 from them by
# leaving out the fourth byte.
_REQUESTED: Mapping[str, str] = MappingProxyType(
    {name: name for name in ("RGBA", "RGBX", "BGRA", "BGRX")} | {"RGB24": "RGBX", "BGR24": "RGBX"}
)
# An opaque colour whose channels differ, so that a pixel shows the order of the channels.
_COLOUR = {"R": 200, "G": 100, "B": 50, "A": 255, "X": 255}
_SIZE = 16


def browser_format(wanted: str | None) -> str | None:
    """Return the format to request from the browser; None for the native format.

    Args:
        wanted: The consumer's format; None for the native format.

    Raises:
        TypeError: The format is unknown.
    """
    if wanted is None:
        return None
    found = find_pixel_format(wanted)
    if found is None:
        raise conversion.wrong_type("format", "a pixel format such as 'RGB24'", wanted)
    return _REQUESTED.get(found.name)


@dataclass(frozen=True, slots=True)
class ByteOrder:
    """The real behaviour of an engine's `copyTo`.

    Attributes:
        converts: Whether it delivers the requested format.
        native: Maps a format that it claims to the format that it delivers, if they differ.
    """

    converts: bool
    native: Mapping[str, str]


_found: list[ByteOrder] = []


async def byte_order() -> ByteOrder:
    """Probe once how this engine's `copyTo` behaves, with a picture of a known colour.

    Some versions of WebKit ignore the requested format, and confuse RGBA with BGRA.
    """
    if not _found:
        _found.append(await _probe())
    return _found[0]


async def _probe() -> ByteOrder:
    canvas = ffi.window.document.createElement("canvas")
    canvas.width = canvas.height = _SIZE
    context = canvas.getContext("2d")
    context.fillStyle = "rgb({R}, {G}, {B})".format(**_COLOUR)
    context.fillRect(0, 0, _SIZE, _SIZE)
    frame = ffi.new("VideoFrame", canvas, ffi.to_js({"timestamp": 0}))
    try:
        claimed = str(frame.format)
        native: dict[str, str] = {}
        if claimed in _REQUESTED and (actual := _order(await _pixel(frame, None))) is not None:
            alpha = claimed[-1]  # the fourth byte, alpha or padding
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
    """Return the order of the colour channels, "RGB" or "BGR"; None if it is neither."""
    for name in ("RGBX", "BGRX"):
        channels = PIXEL_FORMATS[name].channels
        if all(abs(byte - _COLOUR[c]) <= 2 for byte, c in zip(pixel, channels, strict=True)):
            return name[:3]
    return None
