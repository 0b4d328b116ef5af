"""Up-mixing and down-mixing of channels (Web Audio §4.5)."""

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

# One row per output channel, with the weight of each input channel. The order of channels is left,
# right, centre, LFE, surround left, surround right.
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
    """Change the number of channels, with Web Audio's "speakers" interpretation (§4.5).

    It mixes mono, stereo, quad and 5.1 into each other. For any other number of channels it drops
    surplus channels and adds silent ones. Samples that are too loud for an integer format become
    its largest value.

    Args:
        data: The block; its channels are in the order of Web Audio.
        channels: The wanted number of channels.

    Returns:
        A new block in the same format; it shares the memory if nothing changes.

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


def _discrete(source: int, target: int) -> _Matrix:
    return [[float(out == into) for into in range(source)] for out in range(target)]


def _mixed(
    channels: Sequence[Samples], row: Sequence[float], sample_format: SampleFormat
) -> Samples:
    """Return one output channel."""
    audible = [(channel, weight) for channel, weight in zip(channels, row, strict=True) if weight]
    weights = [weight for _, weight in audible]
    typecode, zero = sample_format.typecode, sample_format.zero
    if not audible:
        return array(typecode, [zero]) * len(channels[0])
    if weights == [1]:
        return audible[0][0]
    sums = (
        sum(map(mul, samples, weights))
        for samples in zip(*(channel for channel, _ in audible), strict=True)
    )
    if typecode == "f":
        return array(typecode, sums)
    low, high = zero - sample_format.scale, zero + sample_format.scale - 1
    offset = zero - zero * sum(weights) + 0.5  # `floor` of a number plus 0.5 rounds it
    return array(typecode, [max(low, min(high, math.floor(one + offset))) for one in sums])
