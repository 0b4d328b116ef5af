"""Converts Python frames to the browser's `VideoFrame` objects."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mediadevices.errors import DOMException
from mediadevices.implementations import pixel_operations
from mediadevices.media.video_frame import VideoFrame
from mediadevices_pyodide import ffi

__all__ = ["can_hold", "js_frame", "js_pixels"]

# For each format that only Python has, the browser's format to convert to.
_BROWSER_FORMAT = {"RGB24": "RGBX", "BGR24": "BGRX", "GRAY8": "I420"}
# The matrix of our YUV conversions; without it browsers assume BT.709. The other values are those
# of RGB.
_COLOUR_SPACE = {
    "matrix": "smpte170m",
    "fullRange": False,
    "primaries": "bt709",
    "transfer": "iec61966-2-1",
}


def js_frame(frame: VideoFrame) -> ffi.JsObject:
    """Return a frame as the browser's `VideoFrame`; the caller closes it.

    Args:
        frame: A frame for which `can_hold` is True.

    Raises:
        DOMException: The browser rejects the frame; or TypeError.
    """
    geometry = frame.geometry
    shown = [geometry.display_width, geometry.display_height]
    view: dict[str, object] = {}
    if geometry.rotation or geometry.flip:
        view |= {"rotation": geometry.rotation, "flip": geometry.flip}
        if geometry.rotation % 180 and _orientation() == "swaps the display size":
            shown.reverse()
    view["displayWidth"], view["displayHeight"] = shown
    return _construct(frame, view)


def js_pixels(frame: VideoFrame) -> ffi.JsObject:
    """Return the visible pixels as the browser's `VideoFrame`, neither rotated nor scaled.

    Raises:
        DOMException: The browser rejects the frame; or TypeError.
    """
    return _construct(frame, {})


def can_hold(frame: VideoFrame) -> bool:
    """Return whether this engine's frames support the frame's rotation and flip."""
    geometry = frame.geometry
    return not (geometry.rotation or geometry.flip) or _orientation() != "none"


def _construct(frame: VideoFrame, view: Mapping[str, object]) -> ffi.JsObject:
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
    """Probe how this engine treats rotation and flip: "correct", "swaps the display size", "none".

    In the standard, the display size is the size after the rotation. Chromium uses it as the size
    before the rotation.
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
        return "correct" if frame.displayWidth == 2 else "swaps the display size"
    finally:
        frame.close()
