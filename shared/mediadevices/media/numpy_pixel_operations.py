"""Operations on pictures with NumPy.

This module imports NumPy, so import it only where NumPy is wanted.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mediadevices.media.numpy_arrays import Bytes, plane_views, split_planes
from mediadevices.media.pixel_operations import SharedPixelOperations

if TYPE_CHECKING:
    from mediadevices.media.frame_geometry import DOMRectReadOnly
    from mediadevices.media.pixel_formats import PixelFormat, PixelPlane
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["NumpyPixelOperations", "gray_to_luma", "luma_to_gray"]

Integers: TypeAlias = npt.NDArray[np.int32]

_SHIFT = 16
_HALF = 1 << (_SHIFT - 1)


def _fixed(*factors: float) -> Integers:
    return np.array([round(factor * (1 << _SHIFT)) for factor in factors], dtype=np.int32)


# BT.601 in limited range, with the coefficients of OpenCV; the columns are R, G and B.
_TO_YUV = {
    "Y": _fixed(0.257, 0.504, 0.098),
    "U": _fixed(-0.148, -0.291, 0.439),
    "V": _fixed(0.439, -0.368, -0.071),
}
_TO_GRAY = _fixed(0.299, 0.587, 0.114)


class NumpyPixelOperations(SharedPixelOperations):
    """Operations on pictures by NumPy."""

    def converted_bytes(self, frame: VideoFrame, wanted: PixelFormat) -> Bytes:
        """Return the packed bytes of the visible pixels in another format."""
        geometry = frame.geometry
        source, visible = geometry.format, geometry.visible
        planes = plane_views(frame, visible)
        size = visible.width, visible.height
        memory: Bytes = np.empty(wanted.byte_size(*size), np.uint8)
        target = split_planes(memory, wanted, *size)
        if source.family == "rgb":
            channels = {name: planes[0][..., i] for i, name in enumerate(source.channels)}
            if wanted.family == "rgb":
                _put_channels(channels, wanted, target[0])
            elif wanted.family == "gray":
                target[0][...] = _weighted_sum(channels, _TO_GRAY, 0)
            else:
                _rgb_to_yuv(channels, wanted, target)
        elif source.family == "gray":
            if wanted.family == "rgb":
                _put_channels(dict.fromkeys("RGB", planes[0]), wanted, target[0])
            else:
                np.take(gray_to_luma(), planes[0], out=target[0])
                for plane, shape in zip(target[1:], wanted.planes[1:], strict=True):
                    plane[...] = shape.black[0]
        elif wanted.family == "gray":
            np.take(luma_to_gray(), planes[0], out=target[0])
        elif wanted.family == "rgb":
            _put_channels(_yuv_to_rgb(source, planes), wanted, target[0])
        else:
            _yuv_to_yuv(source, planes, wanted, target)
        return memory

    def scaled_bytes(
        self, frame: VideoFrame, crop: DOMRectReadOnly, width: int, height: int
    ) -> Bytes:
        """Return the packed bytes of a part of the picture, scaled to another size."""
        pixel_format = frame.geometry.format
        memory: Bytes = np.empty(pixel_format.byte_size(width, height), np.uint8)
        target = split_planes(memory, pixel_format, width, height)
        enlarge = width > crop.width or height > crop.height
        for plane, smaller in zip(plane_views(frame, crop), target, strict=True):
            if enlarge:
                rows = _nearest(plane.shape[0], smaller.shape[0])
                columns = _nearest(plane.shape[1], smaller.shape[1])
                smaller[...] = plane[rows[:, None], columns]
            else:
                shrunk = _averaged(_averaged(plane, smaller.shape[0], 0), smaller.shape[1], 1)
                smaller[...] = np.rint(shrunk)
        return memory


def _nearest(source: int, target: int) -> npt.NDArray[np.int_]:
    return np.arange(target, dtype=np.int_) * source // target


def _averaged(
    lines: npt.NDArray[np.uint8 | np.float32], target: int, axis: int
) -> npt.NDArray[np.uint8 | np.float32]:
    """Divide an axis into `target` equal intervals, and average each of them."""
    source = lines.shape[axis]
    if source == target:
        return lines
    # Sum whole samples per interval, then correct both ends by the share of the split samples.
    whole, rest = np.divmod(np.arange(target + 1) * source, target)
    first = np.add.reduceat(lines, whole[:-1], axis, np.float32)
    share_shape = [1] * lines.ndim
    share_shape[axis] = target + 1
    share = (rest / target).astype(np.float32).reshape(share_shape)
    bounds = np.take(lines, np.minimum(whole, source - 1), axis) * share
    before = np.take(bounds, np.arange(target), axis)
    after = np.take(bounds, np.arange(1, target + 1), axis)
    result: npt.NDArray[np.float32] = (first - before + after) * np.float32(target / source)
    return result


def _put_channels(channels: dict[str, Bytes], wanted: PixelFormat, target: Bytes) -> None:
    for index, name in enumerate(wanted.channels):
        channel = None if name == "X" else channels.get(name)
        target[..., index] = 255 if channel is None else channel


def _weighted_sum(channels: dict[str, Bytes], factors: Integers, offset: int) -> Bytes:
    # The dtype is given because NumPy 1 would choose one by the value of the factor.
    total = np.multiply(channels["R"], factors[0], dtype=np.int32)
    total += np.multiply(channels["G"], factors[1], dtype=np.int32)
    total += np.multiply(channels["B"], factors[2], dtype=np.int32)
    total += _HALF + (offset << _SHIFT)
    total >>= _SHIFT
    result: Bytes = total.astype(np.uint8)
    return result


def _rgb_to_yuv(channels: dict[str, Bytes], wanted: PixelFormat, target: list[Bytes]) -> None:
    target[0][...] = _weighted_sum(channels, _TO_YUV["Y"], 16)
    step_x, step_y = wanted.planes[1].subsampling_x, wanted.planes[1].subsampling_y
    # A group of pixels gets the colour of its first pixel, as in OpenCV.
    coarse = {name: channels[name][::step_y, ::step_x] for name in "RGB"}
    for name, plane in zip("UV", _chroma_of(wanted, target), strict=True):
        plane[...] = _weighted_sum(coarse, _TO_YUV[name], 128)
    if wanted.has_alpha:
        target[3][...] = channels.get("A", 255)


def _chroma_of(pixel_format: PixelFormat, planes: list[Bytes]) -> tuple[Bytes, Bytes]:
    if pixel_format.planes[1].sample_bytes == 2:
        return planes[1][..., 0], planes[1][..., 1]
    return planes[1], planes[2]


def _spread(plane: npt.NDArray[Any], shape: PixelPlane, size: tuple[int, ...]) -> npt.NDArray[Any]:
    """Repeat each sample for every pixel that shares it (Any: samples of any type)."""
    if shape.subsampling_y > 1:
        plane = plane.repeat(shape.subsampling_y, 0)
    if shape.subsampling_x > 1:
        plane = plane.repeat(shape.subsampling_x, 1)
    return plane[: size[0], : size[1]]


def _yuv_to_yuv(
    source: PixelFormat, planes: list[Bytes], wanted: PixelFormat, target: list[Bytes]
) -> None:
    target[0][...] = planes[0]
    before, after = source.planes[1], wanted.planes[1]
    same = (before.subsampling_x, before.subsampling_y) == (
        after.subsampling_x,
        after.subsampling_y,
    )
    for plane, result in zip(_chroma_of(source, planes), _chroma_of(wanted, target), strict=True):
        if same:
            result[...] = plane
        else:
            full = _spread(plane, before, planes[0].shape)
            result[...] = full[:: after.subsampling_y, :: after.subsampling_x]
    if wanted.has_alpha:
        target[3][...] = planes[3] if source.has_alpha else 255


@cache
def _luma_table() -> Integers:
    luma = np.maximum(np.arange(256) - 16, 0)
    return np.asarray(np.rint(luma * 1.164 * (1 << _SHIFT)) + _HALF, dtype=np.int32)


@cache
def _chroma_table(factor: float) -> Integers:
    chroma = np.arange(256) - 128
    return np.asarray(np.rint(chroma * factor * (1 << _SHIFT)), dtype=np.int32)


def _yuv_to_rgb(source: PixelFormat, planes: list[Bytes]) -> dict[str, Bytes]:
    size, shape = planes[0].shape, source.planes[1]
    luma = _luma_table()[planes[0]]
    first, second = _chroma_of(source, planes)
    colours = {
        "R": _chroma_table(1.596)[second],
        "G": _chroma_table(-0.391)[first] + _chroma_table(-0.813)[second],
        "B": _chroma_table(2.018)[first],
    }
    channels: dict[str, Bytes] = {}
    for name, colour in colours.items():
        total = luma + _spread(colour, shape, size)
        total >>= _SHIFT
        channels[name] = np.clip(total, 0, 255, out=total).astype(np.uint8)
    if source.has_alpha:
        channels["A"] = planes[3]
    return channels


@cache
def gray_to_luma() -> Bytes:
    """Return the table from full-range gray to limited-range luma."""
    return np.rint(16 + np.arange(256) * 219 / 255).astype(np.uint8)


@cache
def luma_to_gray() -> Bytes:
    """Return the table from limited-range luma to full-range gray."""
    return np.minimum(np.rint(1.164 * np.maximum(np.arange(256) - 16, 0)), 255).astype(np.uint8)
