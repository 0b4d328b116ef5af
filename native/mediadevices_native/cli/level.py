"""How loud it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices import AudioData

__all__ = ["SILENCE", "decibels", "meter", "peak"]

SILENCE = -96.0
"""What is shown for silence: the least that 16 bits can tell from it, in dBFS."""

_FLOOR = -60.0
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
    """Return an amplitude in dBFS: 0 at most, and `SILENCE` for none.

    Args:
        amplitude: From 0 to 1.
    """
    return max(SILENCE, 20 * math.log10(amplitude)) if amplitude > 0 else SILENCE


def meter(level: float, width: int = 20) -> str:
    """Return a bar from -60 to 0 dBFS, with the number.

    Args:
        level: In dBFS.
        width: Characters of the bar.
    """
    filled = round(width * min(1.0, max(0.0, (level - _FLOOR) / -_FLOOR)))
    number = "silence" if level <= SILENCE else f"{level:.0f} dB"
    return f"{'█' * filled}{'·' * (width - filled)} {number:>7}"
