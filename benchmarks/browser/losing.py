"""B4: how many samples are lost."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from benchmarks.support.figures import Figure, measured
from mediadevices import AudioData, MediaStreamTrackProcessor
from support.page_sound import oscillator

if TYPE_CHECKING:
    from benchmarks.support.measuring import Effort

_SECONDS = 60
# A block of 10 ms that is missing shifts its phase by a quarter.
_TONE = 1025
_EXACT = 0.01
_BUSY = 0.05
"""Seconds that the page is busy, and then as long is not."""


async def measure(effort: Effort) -> list[Figure]:
    """Listen to a tone while the page is busy half of the time."""
    seconds = _SECONDS * effort.scale
    lost, heard = await _lost(seconds)
    title = f"samples lost in {seconds:g} s, the page busy half the time"
    return [measured("B4", title, f"{heard} were heard", [lost], "samples", 0)]


async def _lost(seconds: float) -> tuple[int, int]:
    """Return how many samples were lost, and how many were heard."""
    async with oscillator(_TONE) as track:
        processor = MediaStreamTrackProcessor(track)
        busy = asyncio.create_task(_busy())
        heard, broken, frames = 0, 0, 0
        before: tuple[float, float] | None = None
        try:
            async for block in processor.readable:
                assert isinstance(block, AudioData)
                with block:
                    frames, rate = block.number_of_frames, block.sample_rate
                    samples = block.converted("f32").channels()[0]
                heard += frames
                if heard > rate:  # The first second is the tone's to begin in.
                    if before is not None:
                        # Each sample of a tone follows from the two before it.
                        step = 2 * math.cos(2 * math.pi * _TONE / rate)
                        broken += abs(step * before[1] - before[0] - samples[0]) > _EXACT
                    before = samples[-2], samples[-1]
                if heard > rate * (seconds + 1):
                    break
        finally:
            busy.cancel()
            with suppress(asyncio.CancelledError):
                await busy
        return max(processor.dropped, broken) * frames, heard


async def _busy() -> None:
    while True:
        end = time.monotonic() + _BUSY
        while time.monotonic() < end:
            pass
        await asyncio.sleep(_BUSY)
