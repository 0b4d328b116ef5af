"""B4: the number of lost samples."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.browser.page import has_processor, plain
from benchmarks.support.figures import Figure, measured
from mediadevices import AudioData, MediaStreamTrackProcessor
from support.page_sound import oscillator

if TYPE_CHECKING:
    from benchmarks.support.runs import Effort

_SECONDS = 60
# A missing block of 10 ms shifts the phase of this tone by a quarter.
_TONE = 1025
_EXACT = 0.01
_BUSY = 0.05
"""Seconds during which the page is busy, followed by as many idle seconds."""


async def measure(effort: Effort) -> list[Figure]:
    """Record a tone while the page is busy half of the time.

    The browser itself may lose samples, because it plays the tone in the busy page. A separate
    worklet counts these gaps; the library lost the others.
    """
    seconds = _SECONDS * effort.scale
    heard = await _heard(seconds)
    title = f"samples lost in {seconds:g} s, the page busy half the time"
    case = f"{heard.samples} received"
    lost = max(heard.dropped, heard.broken - heard.seams) * heard.block
    found = [measured("B4", title, case, [lost], "samples", 0)]
    if not has_processor():
        seams = "gaps in the browser's sound, counted by a JavaScript worklet"
        found.append(measured("B4", seams, "the same tone", [heard.seams], "", None))
    return found


@dataclass(frozen=True, slots=True)
class _Heard:
    """A recorded tone.

    Attributes:
        samples: The number of samples.
        block: The number of samples in a block.
        dropped: The number of blocks that the library reports as dropped.
        broken: The number of blocks that do not continue the previous one.
        seams: The number of gaps in the browser's sound; 0 without a worklet.
    """

    samples: int
    block: int
    dropped: int
    broken: int
    seams: int


async def _heard(seconds: float) -> _Heard:
    seams = plain().seams(_TONE, _EXACT)
    try:
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
                    if heard > rate:  # Skip the first second, in which the tone starts.
                        if before is not None:
                            # Each sample of a sine is determined by the previous two.
                            step = 2 * math.cos(2 * math.pi * _TONE / rate)
                            broken += abs(step * before[1] - before[0] - samples[0]) > _EXACT
                        before = samples[-2], samples[-1]
                    if heard > rate * (seconds + 1):
                        break
            finally:
                busy.cancel()
                with suppress(asyncio.CancelledError):
                    await busy
            return _Heard(heard, frames, processor.dropped, broken, int(seams.count))
    finally:
        seams.restore()


async def _busy() -> None:
    while True:
        end = time.monotonic() + _BUSY
        while time.monotonic() < end:
            pass
        await asyncio.sleep(_BUSY)
