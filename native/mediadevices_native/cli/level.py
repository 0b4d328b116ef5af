"""The level of a sound, in numbers and as a bar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices import AudioData

__all__ = ["SILENCE", "decibels", "meter", "peak"]

SILENCE = -96.0
"""The level that stands for silence, in dBFS: the lowest level that 16 bits can express."""

_METER_MIN = -60.0
_FULL_SCALE = 32768


def peak(block: AudioData) -> float:
    """Return the greatest amplitude in a block of samples, from 0 to 1.

    Args:
        block: In the format ``s16``.
    """
    samples = block.data.cast("h")
    highest, lowest = max(samples), min(samples)
    return max(highest, -lowest) / _FULL_SCALE


def decibels(amplitude: float) -> float:
    """Return the level of an amplitude in dBFS, from `SILENCE` to 0.

    Args:
        amplitude: From 0 to 1.
    """
    return max(SILENCE, 20 * math.log10(amplitude)) if amplitude > 0 else SILENCE


def meter(level: float, width: int = 20) -> str:
    """Return a bar from -60 to 0 dBFS, followed by the level as a number.

    Args:
        level: In dBFS.
        width: The length of the bar in characters.
    """
    filled = round(width * min(1.0, max(0.0, (level - _METER_MIN) / -_METER_MIN)))
    number = "silence" if level <= SILENCE else f"{level:.0f} dB"
    return f"{'█' * filled}{'·' * (width - filled)} {number:>7}"
