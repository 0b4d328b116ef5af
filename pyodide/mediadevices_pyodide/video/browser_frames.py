"""Frames of Python's as the browser's own `VideoFrame`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mediadevices.errors import DOMException
from mediadevices.implementations import pixel_operations
from mediadevices.media.video_frame import VideoFrame
from mediadevices_pyodide import ffi

__all__ = ["can_hold", "js_frame", "js_pixels"]

# What the browser knows in place of Python's own formats.
_BROWSER_FORMAT = {"RGB24": "RGBX", "BGR24": "BGRX", "GRAY8": "I420"}
# How Python makes YUV, where a browser that is not told supposes BT.709; the rest is as in RGB.
_COLOUR_SPACE = {
    "matrix": "smpte170m",
    "fullRange": False,
    "primaries": "bt709",
    "transfer": "iec61966-2-1",
}


def js_frame(frame: VideoFrame) -> ffi.JsObject:
    """Return a frame as the browser's `VideoFrame`, which is the caller's to close.

    Args:
        frame: One that the browser's can hold; see `can_hold`.

    Raises:
        DOMException: The browser does not take it; or TypeError.
    """
    geometry = frame.geometry
    shown = [geometry.display_width, geometry.display_height]
    view: dict[str, object] = {}
    if geometry.rotation or geometry.flip:
        view |= {"rotation": geometry.rotation, "flip": geometry.flip}
        if geometry.rotation % 180 and _orientation() == "turns the display size":
            shown.reverse()
    view["displayWidth"], view["displayHeight"] = shown
    return _made(frame, view)


def js_pixels(frame: VideoFrame) -> ffi.JsObject:
    """Return the visible pixels as the browser's `VideoFrame`, neither turned nor stretched.

    Raises:
        DOMException: The browser does not take it; or TypeError.
    """
    return _made(frame, {})


def can_hold(frame: VideoFrame) -> bool:
    """Return whether this engine's frames can be turned as a frame of Python's is."""
    geometry = frame.geometry
    return not (geometry.rotation or geometry.flip) or _orientation() != "none"


def _made(frame: VideoFrame, view: Mapping[str, object]) -> ffi.JsObject:
    name = frame.geometry.format.name
    with pixel_operations().convert(frame, _BROWSER_FORMAT.get(name, name)) as known:
        geometry, pixels = known.geometry, ffi.to_typed_array(known.data)
        init: dict[str, object] = {
            "format": geometry.format.name,
            "codedWidth": geometry.coded_width,
            "codedHeight": geometry.coded_height,
            "timestamp": known.timestamp,
            "layout": [plane._asdict() for plane in geometry.layout],
            "visibleRect": geometry.visible._asdict(),
            **view,
        }
        if geometry.format.family != "rgb":
            init["colorSpace"] = _COLOUR_SPACE
        if known.duration is not None:
            init["duration"] = known.duration
    return ffi.new("VideoFrame", pixels, ffi.to_js(init))


@cache
def _orientation() -> str:
    """Return what this engine does with the orientation of a frame: found out with a small one.

    The display size that a program asks for is that of the picture as it is shown, but Chromium
    takes it for that of the picture before it is turned.
    """
    init = {
        "format": "RGBA",
        "codedWidth": 2,
        "codedHeight": 1,
        "timestamp": 0,
        "rotation": 90,
        "flip": True,
        "displayWidth": 2,
        "displayHeight": 1,
    }
    try:
        frame = ffi.new("VideoFrame", ffi.to_typed_array(memoryview(bytes(8))), ffi.to_js(init))
    except (DOMException, TypeError):
        return "none"
    try:
        if getattr(frame, "rotation", 0) != 90 or not getattr(frame, "flip", False):
            return "none"
        return "as the standard says" if frame.displayWidth == 2 else "turns the display size"
    finally:
        frame.close()
