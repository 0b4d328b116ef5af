"""Frames and samples as NumPy arrays over the shared memory.

This module imports NumPy, so import it only where a program asked for an array.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mediadevices.media.frame_geometry import packed_geometry

if TYPE_CHECKING:
    from mediadevices.media.frame_geometry import DOMRectReadOnly, FrameGeometry
    from mediadevices.media.media_resource import MediaResource
    from mediadevices.media.pixel_formats import PixelFormat
    from mediadevices.media.sample_formats import SampleFormat
    from mediadevices.media.video_frame import VideoFrame

__all__ = [
    "Bytes",
    "SampleArray",
    "frame_array",
    "memory_array",
    "plane_views",
    "sample_array",
    "split_planes",
]

Bytes: TypeAlias = npt.NDArray[np.uint8]
SampleArray: TypeAlias = "npt.NDArray[np.uint8 | np.int16 | np.int32 | np.float32]"


class _Holder:
    """The base object of an array; it keeps the resource alive as long as the array."""

    __slots__ = ("__array_interface__", "_resource")

    def __init__(self, resource: MediaResource, array: Bytes) -> None:
        self._resource = resource
        # Any: the array interface is a dictionary of many types.
        self.__array_interface__: dict[str, Any] = array.__array_interface__


def memory_array(resource: MediaResource) -> Bytes:
    """Return memory as a flat read-only array that a program can keep."""
    array = np.frombuffer(resource.view, np.uint8)
    return np.asarray(_Holder(resource, array)) if resource.pooled else array


def frame_array(frame: VideoFrame) -> Bytes:
    """Return the visible pixels in the frame's own format; see `VideoFrame.to_ndarray`."""
    geometry, resource = frame.geometry, frame.resource
    if (shape := _packed_shape(geometry)) is not None:
        return memory_array(resource)[: math.prod(shape)].reshape(shape)
    pixel_format, visible = geometry.format, geometry.visible
    if len(pixel_format.planes) == 1 or geometry.is_packed:
        memory = memory_array(resource)
    else:
        memory = np.concatenate([plane.reshape(-1) for plane in plane_views(frame, visible)])
        memory.flags.writeable = False
        geometry = packed_geometry(pixel_format, visible.width, visible.height)
    if len(pixel_format.planes) == 1:
        return _plane_view(memory, geometry, 0, geometry.visible)
    memory = memory[: pixel_format.byte_size(visible.width, visible.height)]
    if visible.width % pixel_format.subsampling_x or len(memory) % visible.width:
        return memory
    return memory.reshape(-1, visible.width)


@lru_cache(maxsize=256)
def _packed_shape(geometry: FrameGeometry) -> tuple[int, ...] | None:
    """Return the shape of a picture with one plane and no padding, else None."""
    if len(geometry.format.planes) != 1 or not geometry.is_packed:
        return None
    size, samples = geometry.visible, geometry.format.planes[0].sample_bytes
    pixel: tuple[int, ...] = () if samples == 1 else (samples,)
    return (size.height, size.width, *pixel)


def _plane_view(memory: Bytes, geometry: FrameGeometry, index: int, rect: DOMRectReadOnly) -> Bytes:
    """Return a rectangle of one plane as a view of the memory."""
    plane, stride = geometry.format.planes[index], geometry.layout[index].stride
    columns, rows = plane.columns(rect.width), plane.rows(rect.height)
    samples = plane.sample_bytes
    start, row_bytes = geometry.first_sample(index, rect), columns * samples
    if stride == row_bytes:
        array = memory[start : start + rows * row_bytes]
        return array.reshape((rows, columns) if samples == 1 else (rows, columns, samples))
    shape: tuple[int, ...] = (rows, columns)
    strides: tuple[int, ...] = (stride, samples)
    if samples > 1:
        shape, strides = (*shape, samples), (*strides, 1)
    # The memory can end before the stride of the last row does, so `reshape` is impossible.
    return np.lib.stride_tricks.as_strided(memory[start:], shape, strides, writeable=False)


def plane_views(frame: VideoFrame, rect: DOMRectReadOnly) -> list[Bytes]:
    """Return a part of each plane without a copy; use it only while you hold the frame.

    Args:
        frame: The picture.
        rect: The part, in coded pixels.

    Returns:
        For each plane an array of shape (rows, columns), or (rows, columns, bytes) if a sample has
        several bytes.
    """
    geometry = frame.geometry
    memory: Bytes = np.frombuffer(frame.resource.view, np.uint8)
    if rect is geometry.visible and (shape := _packed_shape(geometry)) is not None:
        return [memory[: math.prod(shape)].reshape(shape)]
    return [
        _plane_view(memory, geometry, index, rect) for index in range(len(geometry.format.planes))
    ]


def split_planes(memory: Bytes, pixel_format: PixelFormat, width: int, height: int) -> list[Bytes]:
    """Return the planes of packed memory as writable views, in the shapes of `plane_views`."""
    geometry = packed_geometry(pixel_format, width, height)
    return [
        _plane_view(memory, geometry, index, geometry.visible)
        for index in range(len(pixel_format.planes))
    ]


def sample_array(
    resource: MediaResource, source: SampleFormat, shape: tuple[int, int], target: SampleFormat
) -> SampleArray:
    """Return samples as a read-only array in any format.

    Args:
        resource: The memory.
        source: The format of the memory.
        shape: The numbers of frames and channels.
        target: The format of the array.

    Returns:
        An array of shape (frames, channels), or (channels, frames) in a planar format.
    """
    frames, channels = shape
    memory = memory_array(resource)[: frames * channels * source.sample_bytes]
    array = memory.view(np.dtype(source.typecode))
    array = array.reshape(source.array_shape(frames, channels))
    if source.planar != target.planar:
        array = array.T
    if not source.has_type_of(target):
        array = _converted(array, source, target)
        array.flags.writeable = False
    return array


def _converted(array: SampleArray, source: SampleFormat, target: SampleFormat) -> SampleArray:
    """Convert samples like `sample_formats.convert_channel`."""
    if target.typecode == "f":
        return ((array.astype(np.float64) - source.zero) / source.scale).astype(np.float32)
    offset, full = target.zero, target.scale
    if source.typecode == "f":
        numbers = np.nan_to_num(np.clip(array.astype(np.float64), -1, 1), nan=0.0)
        # Any: the type depends on NumPy's rules of promotion.
        scaled: npt.NDArray[Any] = np.rint(numbers * full) + offset
    elif full >= source.scale:
        scaled = (array.astype(np.int64) - source.zero) * (full // source.scale) + offset
    else:
        divisor = source.scale // full
        scaled = (array.astype(np.int64) - source.zero + divisor // 2) // divisor + offset
    # Any: likewise.
    clipped: npt.NDArray[Any] = np.clip(scaled, offset - full, offset + full - 1)
    result: SampleArray = clipped.astype(np.dtype(target.typecode))
    return result
