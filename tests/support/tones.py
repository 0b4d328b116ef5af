"""Generates tones, and measures them after processing."""

from __future__ import annotations

import cmath
import math
from array import array
from typing import TYPE_CHECKING

from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_formats import SAMPLE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["blocks_of_tone", "level_of_tone", "loudest_tone", "samples_of"]


def blocks_of_tone(
    frequency: float,
    sample_rate: int,
    *,
    blocks: int,
    frames: int,
    channels: int = 1,
    name: str = "f32",
    amplitude: float = 0.5,
) -> Iterator[AudioData]:
    """Yield blocks with one tone in all channels, starting at time 1 s."""
    f32, wanted = SAMPLE_FORMATS["f32"], SAMPLE_FORMATS[name]
    for block in range(blocks):
        start = block * frames
        wave = array(
            "f",
            [
                amplitude * math.sin(2 * math.pi * frequency * at / sample_rate)
                for at in range(start, start + frames)
                for _ in range(channels)
            ],
        )
        made = AudioData.wrap(
            wave,
            f32.name,
            sample_rate,
            frames,
            channels,
            timestamp=1_000_000 + start * 1_000_000 // sample_rate,
        )
        yield made.converted(wanted.name)


def samples_of(blocks: Iterable[AudioData], channel: int = 0) -> list[float]:
    """Return one channel of a stream, from -1 to 1."""
    return [sample for block in blocks for sample in block.converted("f32").channels()[channel]]


def level_of_tone(samples: Sequence[float], frequency: float, sample_rate: float) -> float:
    """Return the amplitude of one tone, with a Hann window."""
    count = len(samples)
    total = 0j
    weight = 0.0
    for index, sample in enumerate(samples):
        window = 0.5 - 0.5 * math.cos(2 * math.pi * index / count)
        weight += window
        total += window * sample * cmath.exp(-2j * math.pi * frequency * index / sample_rate)
    return 2 * abs(total) / weight


def loudest_tone(
    samples: Sequence[float], candidates: Iterable[float], sample_rate: float
) -> float:
    """Return the candidate with the highest level."""
    return max(candidates, key=lambda tone: level_of_tone(samples, tone, sample_rate))
