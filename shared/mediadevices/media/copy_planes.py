"""Copies planes between memory layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediadevices.media.frame_geometry import DOMRectReadOnly, FrameGeometry, PlaneLayout
    from mediadevices.media.media_resource import MediaResource

__all__ = ["copy_planes"]


def copy_planes(
    resource: MediaResource,
    geometry: FrameGeometry,
    rect: DOMRectReadOnly,
    target: memoryview,
    places: Sequence[PlaneLayout],
) -> None:
    """Copy a rectangle of each plane to other memory.

    Args:
        resource: The memory of the frame.
        geometry: The geometry of the frame.
        rect: The rectangle, in coded pixels.
        target: The bytes to copy to.
        places: The positions of the planes in the target.
    """
    source = resource.view
    for index, (plane, place) in enumerate(zip(geometry.format.planes, places, strict=True)):
        start, stride = geometry.first_sample(index, rect), geometry.layout[index].stride
        row_bytes, rows = plane.row_bytes(rect.width), plane.rows(rect.height)
        if stride == place.stride == row_bytes:
            size = row_bytes * rows
            target[place.offset : place.offset + size] = source[start : start + size]
            continue
        for row in range(rows):
            here, there = start + row * stride, place.offset + row * place.stride
            target[there : there + row_bytes] = source[here : here + row_bytes]
