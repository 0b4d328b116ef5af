"""Shared memory seen as NumPy arrays.

This module imports NumPy; it is imported by those who have been asked for an array, and by nobody
else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mediadevices.media.resource import MediaResource
    from mediadevices.media.sample_formats import SampleFormat

__all__ = ["Bytes", "SampleArray", "memory_array", "sample_array"]

Bytes: TypeAlias = npt.NDArray[np.uint8]
SampleArray: TypeAlias = "npt.NDArray[np.uint8 | np.int16 | np.int32 | np.float32]"


class _Holder:
    """What an array is made from, and keeps, so that the memory is not released under it."""

    __slots__ = ("__array_interface__", "_resource")

    def __init__(self, resource: MediaResource, array: Bytes) -> None:
        self._resource = resource
        # Any: the array interface is a dictionary of many types.
        self.__array_interface__: dict[str, Any] = array.__array_interface__


def memory_array(resource: MediaResource) -> Bytes:
    """Return memory as a flat read-only array, which may be kept for as long as one likes."""
    array = np.frombuffer(resource.view, np.uint8)
    return np.asarray(_Holder(resource, array)) if resource.pooled else array


def sample_array(
    resource: MediaResource, source: SampleFormat, shape: tuple[int, int], target: SampleFormat
) -> SampleArray:
    """Return samples as a read-only array in a format.

    Args:
        resource: The memory.
        source: The format that it is in.
        shape: Frames and channels.
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
    if not source.is_like(target):
        array = _converted(array, source, target)
        array.flags.writeable = False
    return array


def _converted(array: SampleArray, source: SampleFormat, target: SampleFormat) -> SampleArray:
    """Do as `sample_formats.convert_channel` does (Any: numbers of whatever type)."""
    if target.typecode == "f":
        return ((array.astype(np.float64) - source.zero) / source.scale).astype(np.float32)
    offset, full = target.zero, target.scale
    if source.typecode == "f":
        numbers = np.nan_to_num(np.clip(array.astype(np.float64), -1, 1), nan=0.0)
        # Any: of whatever type NumPy calculates in.
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
