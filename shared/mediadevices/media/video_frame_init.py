"""Reads the dictionaries that a `VideoFrame` is made from (WebCodecs §9.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediadevices.media.buffer_checks import flat_bytes
from mediadevices.media.dictionary_members import integer, required
from mediadevices.media.frame_geometry import (
    FrameGeometry,
    array_shapes,
    check_rect,
    compute_layout,
    packed_geometry,
    read_layout,
    read_rect,
)
from mediadevices.media.media_resource import MediaResource, resource_from_init
from mediadevices.media.pixel_formats import PIXEL_FORMATS, PixelFormat, find_pixel_format
from mediadevices.webidl.conversion import boolean, wrong_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediadevices.media.media_resource import AnyBuffer

__all__ = ["BUFFER_INIT", "INIT", "apply_init", "read_buffer_init", "read_pixel_format"]

#: The largest width or height, and the most pixels, as in Chromium. Without limits, scaling or
#: blackening a frame could need any amount of memory.
_MAX_SIDE = 32767
_MAX_PIXELS = 2**28
_MAX_ROTATION = 2**31 - 1

#: The members of VideoFrameInit. Members without effect are listed so that they
#: cause no warning.
INIT = (
    *("duration", "timestamp", "visible_rect", "display_width", "display_height"),
    *("rotation", "flip", "alpha", "metadata", "color_space"),
)
#: The members of VideoFrameBufferInit.
BUFFER_INIT = (*INIT, "format", "coded_width", "coded_height", "layout", "transfer")


def read_pixel_format(path: str, value: object) -> PixelFormat:
    """Read the name of a pixel format.

    Raises:
        TypeError: There is no such format.
    """
    if (found := find_pixel_format(value)) is None:
        raise wrong_type(path, f"one of {', '.join(PIXEL_FORMATS)}", value)
    return found


def read_buffer_init(
    path: str, data: AnyBuffer, given: Mapping[str, object]
) -> tuple[MediaResource, FrameGeometry]:
    """Read the part of a VideoFrameBufferInit that describes the memory (WebCodecs §9.4.1).

    Returns:
        The memory, and its geometry without the visible rectangle, orientation and display size.

    Raises:
        TypeError: A member or the buffer is wrong; the message names the path.
    """
    pixel_format = read_pixel_format(f"{path}.format", required(f"{path}.format", given, "format"))
    width, height = (
        integer(f"{path}.{key}", required(f"{path}.{key}", given, name), 1, _MAX_SIDE)
        for key, name in (("codedWidth", "coded_width"), ("codedHeight", "coded_height"))
    )
    planes = read_layout(f"{path}.layout", given["layout"]) if "layout" in given else None
    layout, size = compute_layout(f"{path}.layout", pixel_format, width, height, planes)
    shapes = array_shapes(pixel_format, layout, height)
    view = flat_bytes("VideoFrame: data", data, "B", shapes)
    if view.nbytes < size:
        raise TypeError(
            f"VideoFrame: data: {pixel_format.name} {width}x{height} needs {size} bytes, "
            f"got {view.nbytes}"
        )
    resource = resource_from_init(path, data, view, given)
    return resource, replace(packed_geometry(pixel_format, width, height), layout=layout)


def apply_init(path: str, base: FrameGeometry, given: Mapping[str, object]) -> FrameGeometry:
    """Initialize Visible Rect, Orientation, and Display Size (WebCodecs §9.4.6).

    Args:
        path: The name of the init dictionary in error messages.
        base: The geometry to start from.
        given: The members of the init dictionary.

    Raises:
        TypeError: A member is wrong; the message names the path.
    """
    visible, rotation, flip = base.visible, base.rotation, base.flip
    if "visible_rect" in given:
        visible = read_rect(f"{path}.visibleRect", given["visible_rect"])
        check_rect(f"{path}.visibleRect", visible, base.format, base.coded_width, base.coded_height)
    if "rotation" in given:
        turn = integer(f"{path}.rotation", given["rotation"], -_MAX_ROTATION, _MAX_ROTATION)
        if turn % 90:
            raise TypeError(f"{path}.rotation: expected a multiple of 90, got {turn}")
        rotation = (rotation - turn if flip else rotation + turn) % 360
    if "flip" in given:
        flip ^= boolean(given["flip"], f"{path}.flip")
    if ("display_width" in given) != ("display_height" in given):
        raise TypeError(f"{path}: displayWidth and displayHeight must be given together")
    if "display_width" in given:
        width = integer(f"{path}.displayWidth", given["display_width"], 1, _MAX_SIDE)
        height = integer(f"{path}.displayHeight", given["display_height"], 1, _MAX_SIDE)
    else:
        width, height = base.display_width, base.display_height
        if base.rotation % 180:
            width, height = height, width
        # The aspect ratio of a pixel stays the same.
        width = max(1, round(width * visible.width / base.visible.width))
        height = max(1, round(height * visible.height / base.visible.height))
        if rotation % 180:
            width, height = height, width
    if width * height > _MAX_PIXELS:
        raise TypeError(f"{path}: a picture of {width}x{height} has more than {_MAX_PIXELS} pixels")
    return replace(base, visible=visible).displayed_as((width, height), rotation, flip=flip)
