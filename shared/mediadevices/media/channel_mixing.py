"""Up-mixing and down-mixing of channels, as Web Audio has it (Web Audio §4.5)."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from operator import mul
from types import MappingProxyType
from typing import TypeAlias

from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_formats import (
    SAMPLE_FORMATS,
    SampleFormat,
    Samples,
    join_channels,
)

__all__ = ["mix_channels"]

# For each channel that comes out: how much of each channel that comes in. The order is left, right,
# centre, LFE, surround left, surround right.
_Matrix: TypeAlias = Sequence[Sequence[float]]

_H = math.sqrt(0.5)
_SPEAKERS: Mapping[tuple[int, int], _Matrix] = MappingProxyType(
    {
        # From mono.
        (1, 2): ((1,), (1,)),
        (1, 4): ((1,), (1,), (0,), (0,)),
        (1, 6): ((0,), (0,), (1,), (0,), (0,), (0,)),
        # From stereo.
        (2, 1): ((0.5, 0.5),),
        (2, 4): ((1, 0), (0, 1), (0, 0), (0, 0)),
        (2, 6): ((1, 0), (0, 1), (0, 0), (0, 0), (0, 0), (0, 0)),
        # From quad.
        (4, 1): ((0.25, 0.25, 0.25, 0.25),),
        (4, 2): ((0.5, 0, 0.5, 0), (0, 0.5, 0, 0.5)),
        (4, 6): (
            *((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)),
            *((0, 0, 1, 0), (0, 0, 0, 1)),
        ),
        # From 5.1.
        (6, 1): ((_H, _H, 1, 0, 0.5, 0.5),),
        (6, 2): ((1, 0, _H, 0, _H, 0), (0, 1, _H, 0, 0, _H)),
        (6, 4): (
            *((1, 0, _H, 0, 0, 0), (0, 1, _H, 0, 0, 0)),
            *((0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 1)),
        ),
    }
)


def mix_channels(data: AudioData, channels: int) -> AudioData:
    """Change the number of channels, as Web Audio's interpretation "speakers" does (§4.5).

    Mono, stereo, quad and 5.1 are mixed into each other. From or to any other number, channels
    that are too many are left out, and missing ones are silent. What is louder than an integer
    format can hold becomes its largest value.

    Args:
        data: The block; its channels are in the order of Web Audio.
        channels: How many channels there shall be.

    Returns:
        A new block in the same format; it shares the memory where nothing changes.

    Raises:
        InvalidStateError: The block is closed.
    """
    count = data.number_of_channels
    if count == channels:
        return data.clone()
    given = data.channels()
    name = str(data.format)
    sample_format = SAMPLE_FORMATS[name]
    matrix = _SPEAKERS.get((count, channels)) or _discrete(count, channels)
    return AudioData.wrap(
        join_channels([_mixed(given, row, sample_format) for row in matrix], sample_format),
        name,
        data.sample_rate,
        data.number_of_frames,
        channels,
        timestamp=data.timestamp,
    )


def _discrete(given: int, wanted: int) -> _Matrix:
    return [[float(out == into) for into in range(given)] for out in range(wanted)]


def _mixed(
    channels: Sequence[Samples], row: Sequence[float], sample_format: SampleFormat
) -> Samples:
    """Return one channel that comes out."""
    heard = [(channel, share) for channel, share in zip(channels, row, strict=True) if share]
    shares = [share for _, share in heard]
    typecode, zero = sample_format.typecode, sample_format.zero
    if not heard:
        return array(typecode, [zero]) * len(channels[0])
    if shares == [1]:
        return heard[0][0]
    sums = (
        sum(map(mul, samples, shares))
        for samples in zip(*(channel for channel, _ in heard), strict=True)
    )
    if typecode == "f":
        return array(typecode, sums)
    low, high = zero - sample_format.scale, zero + sample_format.scale - 1
    offset = zero - zero * sum(shares) + 0.5  # the half rounds, since `floor` goes down
    return array(typecode, [max(low, min(high, math.floor(one + offset))) for one in sums])
