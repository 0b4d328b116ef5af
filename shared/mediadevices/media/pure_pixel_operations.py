"""Operations on pictures with the standard library alone.

A loop over pixels would take seconds, so each operation handles a whole plane at once. Slicing
moves bytes, and `bytes.translate` applies tables. Sums use one big integer in which every pixel has
a lane of 16 or 32 bits; no sum overflows its lane.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from mediadevices.media.pixel_operations import SharedPixelOperations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mediadevices.media.frame_geometry import DOMRectReadOnly
    from mediadevices.media.pixel_formats import PixelFormat, PixelPlane
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["PurePixelOperations"]

# BT.601 in limited range, with the coefficients of OpenCV.
_TO_YUV = {
    "Y": (0.257, 0.504, 0.098, 16.5),
    "U": (-0.148, -0.291, 0.439, 128.5),
    "V": (0.439, -0.368, -0.071, 128.5),
}
_TO_RGB = {"R": (0.0, 1.596), "G": (-0.391, -0.813), "B": (2.018, 0.0)}
_TO_GRAY = (0.299, 0.587, 0.114, 0.5)


class _Table(NamedTuple):
    """A table from a byte to a 16-bit number, as two tables of bytes."""

    low: bytes
    high: bytes


class PurePixelOperations(SharedPixelOperations):
    """Operations on pictures with the standard library alone."""

    def converted_bytes(self, frame: VideoFrame, wanted: PixelFormat) -> bytes | bytearray:
        """Return the packed bytes of the visible pixels in another format."""
        geometry = frame.geometry
        source, visible = geometry.format, geometry.visible
        planes = [_plane_bytes(frame, index, visible) for index in range(len(source.planes))]
        width, height = visible.width, visible.height
        if source.family == "rgb":
            samples = _split(planes[0], len(source.channels))
            channels = dict(zip(source.channels, samples, strict=True))
            if wanted.family == "rgb":
                return _interleave_channels(channels, wanted, width * height)
            if wanted.family == "gray":
                return _weighted_sum(channels, _TO_GRAY)
            return _rgb_to_yuv(channels, wanted, width, height)
        if source.family == "gray":
            if wanted.family == "rgb":
                return _interleave_channels(dict.fromkeys("RGB", planes[0]), wanted, width * height)
            luma = planes[0].translate(_gray_to_luma())
            return luma + wanted.black(width, height)[len(luma) :]
        if wanted.family == "gray":
            return planes[0].translate(_luma_to_gray())
        if wanted.family == "rgb":
            return _yuv_to_rgb(source, planes, wanted, width, height)
        return _yuv_to_yuv(source, planes, wanted, width, height)

    def scaled_bytes(
        self, frame: VideoFrame, crop: DOMRectReadOnly, width: int, height: int
    ) -> bytes:
        """Return the packed bytes of a part of the picture, scaled to another size."""
        enlarge = width > crop.width or height > crop.height
        planes: list[bytes] = []
        for index, plane in enumerate(frame.geometry.format.planes):
            sizes = (plane.columns(crop.width), plane.columns(width), plane.rows(crop.height))
            planes.append(
                _scaled_plane(
                    _plane_bytes(frame, index, crop),
                    plane.sample_bytes,
                    _weights(sizes[0], sizes[1], enlarge=enlarge),
                    _weights(sizes[2], plane.rows(height), enlarge=enlarge),
                )
            )
        return b"".join(planes)


def _plane_bytes(frame: VideoFrame, index: int, rect: DOMRectReadOnly) -> bytes:
    """Return the packed bytes of a part of one plane."""
    geometry, view = frame.geometry, frame.resource.view
    plane, stride = geometry.format.planes[index], geometry.layout[index].stride
    start = geometry.first_sample(index, rect)
    row_bytes, rows = plane.row_bytes(rect.width), plane.rows(rect.height)
    if stride == row_bytes:
        return view[start : start + rows * row_bytes].tobytes()
    return b"".join(
        view[here : here + row_bytes] for here in range(start, start + rows * stride, stride)
    )


def _split(samples: bytes, channels: int) -> list[bytes]:
    return [samples[channel::channels] for channel in range(channels)]


def _interleave(channels: Sequence[bytes]) -> bytearray:
    result = bytearray(len(channels) * len(channels[0]))
    for index, channel in enumerate(channels):
        result[index :: len(channels)] = channel
    return result


def _interleave_channels(channels: dict[str, bytes], wanted: PixelFormat, pixels: int) -> bytearray:
    opaque = b"\xff" * pixels
    return _interleave(
        [opaque if name == "X" else channels.get(name, opaque) for name in wanted.channels]
    )


def _table(function: Callable[[int], float], fraction_bits: int) -> _Table:
    values = [round(function(byte) * (1 << fraction_bits)) for byte in range(256)]
    return _Table(bytes(value & 255 for value in values), bytes(value >> 8 for value in values))


def _lanes(plane: bytes, table: _Table) -> int:
    """Apply a table to every byte, and return the results in lanes of 16 bits."""
    lanes = bytearray(2 * len(plane))
    lanes[0::2] = plane.translate(table.low)
    lanes[1::2] = plane.translate(table.high)
    return int.from_bytes(lanes, "little")


@cache
def _weight_tables(weights: tuple[float, float, float, float]) -> tuple[_Table, ...]:
    """Return tables for R, G and B whose non-negative results add up to the weighted sum."""
    *factors, offset = weights
    lifts = [max(0.0, -factor * 255) for factor in factors]
    lifts[-1] += offset - sum(lifts)
    lines = [partial(_linear, *line) for line in zip(factors, lifts, strict=True)]
    return tuple(_table(line, 8) for line in lines)


def _linear(factor: float, lift: float, byte: int) -> float:
    return factor * byte + lift


def _weighted_sum(channels: dict[str, bytes], weights: tuple[float, float, float, float]) -> bytes:
    tables = _weight_tables(weights)
    total = sum(_lanes(channels[name], table) for name, table in zip("RGB", tables, strict=True))
    return total.to_bytes(2 * len(channels["R"]), "little")[1::2]


def _rgb_to_yuv(channels: dict[str, bytes], wanted: PixelFormat, width: int, height: int) -> bytes:
    luma = _weighted_sum(channels, _TO_YUV["Y"])
    chroma_plane = wanted.planes[1]
    # A group of pixels gets the colour of its first pixel, as in OpenCV.
    coarse = {name: _subsampled(channels[name], chroma_plane, width, height) for name in "RGB"}
    chroma = [_weighted_sum(coarse, _TO_YUV[name]) for name in "UV"]
    alpha = channels.get("A", b"\xff" * (width * height)) if wanted.has_alpha else b""
    return b"".join([luma, *_joined_chroma(wanted, chroma), alpha])


def _joined_chroma(wanted: PixelFormat, chroma: list[bytes]) -> Sequence[bytes | bytearray]:
    return [_interleave(chroma)] if wanted.planes[1].sample_bytes == 2 else chroma


def _subsampled(plane: bytes, shape: PixelPlane, width: int, height: int) -> bytes:
    """Keep the first sample of each group of pixels; `plane` has one sample per pixel."""
    if shape.subsampling_x == shape.subsampling_y == 1:
        return plane
    step = shape.subsampling_x
    return b"".join(
        plane[row * width : (row + 1) * width : step]
        for row in range(0, height, shape.subsampling_y)
    )


def _spread(plane: bytes, shape: PixelPlane, width: int, height: int) -> bytes:
    """Repeat each sample for every pixel that shares it; the reverse of `_subsampled`."""
    columns, step = shape.columns(width), shape.subsampling_x
    if step == shape.subsampling_y == 1:
        return plane
    rows: list[bytes] = []
    for start in range(0, len(plane), columns):
        row = plane[start : start + columns]
        wide = bytes(_interleave([row] * step)[:width])
        rows.extend([wide] * shape.subsampling_y)
    return b"".join(rows[:height])


def _separated_chroma(source: PixelFormat, planes: list[bytes]) -> tuple[bytes, bytes]:
    if source.planes[1].sample_bytes == 2:
        first, second = _split(planes[1], 2)
        return first, second
    return planes[1], planes[2]


def _yuv_to_yuv(
    source: PixelFormat, planes: list[bytes], wanted: PixelFormat, width: int, height: int
) -> bytes:
    before, after = source.planes[1], wanted.planes[1]
    chroma = list(_separated_chroma(source, planes))
    if (before.subsampling_x, before.subsampling_y) != (after.subsampling_x, after.subsampling_y):
        chroma = [
            _subsampled(_spread(plane, before, width, height), after, width, height)
            for plane in chroma
        ]
    alpha = b""
    if wanted.has_alpha:
        alpha = planes[3] if source.has_alpha else b"\xff" * (width * height)
    return b"".join([planes[0], *_joined_chroma(wanted, chroma), alpha])


# The sums for a colour have 5 bits of fraction. Adding 512 makes them positive, so the high byte of
# the whole part tells the range: 2 means 0…255, less means below 0, more means above 255. Adding
# 0.5 rounds them.
_FRACTION_BITS = 5
_LUMA_LIFT, _CHROMA_LIFT = 128.5, 384
_IN_RANGE = bytes(255 if high == 2 else 0 for high in range(256))
_ABOVE = bytes(255 if high > 2 else 0 for high in range(256))


@cache
def _luma_table() -> _Table:
    return _table(lambda luma: 1.164 * max(0, luma - 16) + _LUMA_LIFT, _FRACTION_BITS)


@cache
def _chroma_table(factor: float, lift: float) -> _Table:
    return _table(partial(_linear, factor, lift - 128 * factor), _FRACTION_BITS)


def _yuv_to_rgb(
    source: PixelFormat, planes: list[bytes], wanted: PixelFormat, width: int, height: int
) -> bytearray:
    pixels = width * height
    luma = _lanes(planes[0], _luma_table())
    first, second = (
        _spread(plane, source.planes[1], width, height)
        for plane in _separated_chroma(source, planes)
    )
    channels: dict[str, bytes] = {}
    for name, (by_u, by_v) in _TO_RGB.items():
        total = luma
        if by_u and by_v:
            total += _lanes(first, _chroma_table(by_u, _CHROMA_LIFT / 2))
            total += _lanes(second, _chroma_table(by_v, _CHROMA_LIFT / 2))
        elif by_u:
            total += _lanes(first, _chroma_table(by_u, _CHROMA_LIFT))
        else:
            total += _lanes(second, _chroma_table(by_v, _CHROMA_LIFT))
        channels[name] = _clipped(total, pixels)
    if source.has_alpha:
        channels["A"] = planes[3]
    return _interleave_channels(channels, wanted, pixels)


@lru_cache(maxsize=4)
def _whole_part_mask(pixels: int) -> int:
    return int.from_bytes(b"\xff\x07" * pixels, "little")


def _clipped(total: int, pixels: int) -> bytes:
    """Return the whole part of each lane without the added 512, clipped to a byte."""
    whole = ((total >> _FRACTION_BITS) & _whole_part_mask(pixels)).to_bytes(2 * pixels, "little")
    value, high = whole[0::2], whole[1::2]
    result = int.from_bytes(value, "little")
    result &= int.from_bytes(high.translate(_IN_RANGE), "little")
    result |= int.from_bytes(high.translate(_ABOVE), "little")
    return result.to_bytes(pixels, "little")


@cache
def _gray_to_luma() -> bytes:
    return bytes(round(16 + gray * 219 / 255) for gray in range(256))


@cache
def _luma_to_gray() -> bytes:
    return bytes(min(255, round(1.164 * max(0, luma - 16))) for luma in range(256))


# For each sample of the result, the source samples that count, with their weights out of 65536.
_Weights = tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(maxsize=32)
def _weights(source: int, target: int, *, enlarge: bool) -> _Weights:
    if enlarge:
        return tuple(((index * source // target, 65536),) for index in range(target))
    result: list[tuple[tuple[int, int], ...]] = []
    for index in range(target):
        # In units of 1/target of a source sample, the interval is [start, start + source).
        start, done, entries = index * source, 0, list[tuple[int, int]]()
        for sample in range(start // target, -(-(start + source) // target)):
            covered = min((sample + 1) * target, start + source) - start
            # Rounding the running sum keeps the total at exactly 65536.
            until = (covered * 65536 + source // 2) // source
            entries.append((sample, until - done))
            done = until
        result.append(tuple(entries))
    return tuple(result)


def _scaled_plane(plane: bytes, sample_bytes: int, across: _Weights, down: _Weights) -> bytes:
    row_bytes = len(plane) // (down[-1][-1][0] + 1)
    rows = [plane[start : start + row_bytes] for start in range(0, len(plane), row_bytes)]
    plane = b"".join(_averages(rows, down))
    columns = [plane[index::row_bytes] for index in range(row_bytes)]
    target_row_bytes = len(across) * sample_bytes
    result = bytearray(target_row_bytes * len(down))
    for channel in range(sample_bytes):
        for index, column in enumerate(_averages(columns[channel::sample_bytes], across)):
            result[index * sample_bytes + channel :: target_row_bytes] = column
    return bytes(result)


def _averages(lines: list[bytes], weights: _Weights) -> list[bytes]:
    """Return weighted averages of rows or columns of equal length."""
    length = len(lines[0])
    half = int.from_bytes(b"\x00\x80\x00\x00" * length, "little")
    wide: dict[int, int] = {}

    def lane(index: int) -> int:
        if (found := wide.get(index)) is None:
            lanes = bytearray(4 * length)
            lanes[0::4] = lines[index]
            found = wide[index] = int.from_bytes(lanes, "little")
        return found

    result: list[bytes] = []
    for entries in weights:
        if len(entries) == 1:
            result.append(lines[entries[0][0]])
            continue
        total = half + sum(lane(index) * weight for index, weight in entries)
        result.append(total.to_bytes(4 * length, "little")[2::4])
        wide = {entries[-1][0]: lane(entries[-1][0])}  # only the last one can be needed again
    return result
