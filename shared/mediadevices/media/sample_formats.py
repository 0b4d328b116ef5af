"""The sample formats, and conversion between them (WebCodecs §9.2, "Audio Sample Formats")."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Buffer

__all__ = [
    "SAMPLE_FORMATS",
    "SampleFormat",
    "Samples",
    "convert_channel",
    "join_channels",
    "read_samples",
    "split_channels",
]

Samples: TypeAlias = "array[int] | array[float]"


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """The layout of samples in memory.

    Attributes:
        name: The standard's name, such as ``"s16-planar"``.
        typecode: The type of a sample, as a typecode of `array.array` and NumPy.
        sample_bytes: Bytes of one sample.
        planar: Whether each channel has a plane of its own; otherwise channels are interleaved.
        zero: The value of silence.
        scale: The difference between full scale and silence.
    """

    name: str
    typecode: str
    sample_bytes: int
    planar: bool
    zero: int
    scale: int

    def has_type_of(self, other: SampleFormat) -> bool:
        """Tell whether both formats have the same type of numbers."""
        return self.typecode == other.typecode

    def array_shape(self, frames: int, channels: int) -> tuple[int, int]:
        """Return the shape of an array of samples."""
        return (channels, frames) if self.planar else (frames, channels)


SAMPLE_FORMATS: Mapping[str, SampleFormat] = MappingProxyType(
    {
        name + suffix: SampleFormat(name + suffix, typecode, size, bool(suffix), zero, scale)
        for name, typecode, size, zero, scale in (
            ("u8", "B", 1, 128, 128),
            ("s16", "h", 2, 0, 1 << 15),
            ("s32", "i", 4, 0, 1 << 31),
            ("f32", "f", 4, 0, 1),
        )
        for suffix in ("", "-planar")
    }
)


def read_samples(memory: Buffer, sample_format: SampleFormat) -> Samples:
    """Copy memory to an array of samples."""
    samples: Samples = array(sample_format.typecode)
    samples.frombytes(memory)
    return samples


def split_channels(samples: Samples, sample_format: SampleFormat, channels: int) -> list[Samples]:
    """Split samples into one array per channel."""
    if channels == 1:
        return [samples]
    if sample_format.planar:
        frames = len(samples) // channels
        return [samples[start : start + frames] for start in range(0, frames * channels, frames)]
    return [samples[channel::channels] for channel in range(channels)]


def join_channels(channels: Sequence[Samples], sample_format: SampleFormat) -> Samples:
    """Join channels in the layout of a format; they must already have its type of numbers."""
    if len(channels) == 1:
        return channels[0]
    size = len(channels) * len(channels[0])
    result: Samples = array(sample_format.typecode, bytes(size * sample_format.sample_bytes))
    for index, channel in enumerate(channels):
        if sample_format.planar:
            start = index * len(channel)
            result[start : start + len(channel)] = channel  # type: ignore[assignment]  # same type
        else:
            result[index :: len(channels)] = channel  # type: ignore[assignment]  # same type
    return result


def convert_channel(samples: Samples, source: SampleFormat, target: SampleFormat) -> Samples:
    """Convert samples to the numbers of another format.

    Silence and negative full scale convert exactly, and so does every integer to a wider format
    and back. A number above the range (+1.0 in integer formats) becomes the largest value.
    """
    if source.has_type_of(target):
        return samples
    zero, scale = source.zero, source.scale
    if target.typecode == "f":
        return array("f", [(sample - zero) / scale for sample in samples])
    offset, full = target.zero, target.scale
    low, high = offset - full, offset + full - 1
    if source.typecode != "f":
        if full >= scale:
            factor = full // scale
            return array(
                target.typecode, [(int(sample) - zero) * factor + offset for sample in samples]
            )
        divisor = scale // full
        half = divisor // 2
        return array(
            target.typecode,
            [min(high, (int(sample) - zero + half) // divisor + offset) for sample in samples],
        )
    return array(
        target.typecode, [_to_integer(sample, low, high, offset, full) for sample in samples]
    )


def _to_integer(sample: float, low: int, high: int, offset: int, full: int) -> int:
    if sample >= 1:
        return high
    if sample > -1:
        return min(high, round(sample * full) + offset)
    return low if sample <= -1 else offset  # NaN becomes silence
