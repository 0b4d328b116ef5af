"""B4: how many samples are lost."""

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
# A block of 10 ms that is missing shifts its phase by a quarter.
_TONE = 1025
_EXACT = 0.01
_BUSY = 0.05
"""Seconds that the page is busy, and then as long is not."""


async def measure(effort: Effort) -> list[Figure]:
    """Listen to a tone while the page is busy half of the time.

    It may have seams when it comes out of the browser, which has to play it in a busy page too. A
    worklet beside the library's own counts these; what is broken beyond them the library has lost.
    """
    seconds = _SECONDS * effort.scale
    heard = await _heard(seconds)
    title = f"samples lost in {seconds:g} s, the page busy half the time"
    case = f"{heard.samples} were heard"
    lost = max(heard.dropped, heard.broken - heard.seams) * heard.block
    found = [measured("B4", title, case, [lost], "samples", 0)]
    if not has_processor():
        seams = "seams in what the browser gives, as JavaScript's own worklet hears it"
        found.append(measured("B4", seams, "the same tone", [heard.seams], "", None))
    return found


@dataclass(frozen=True, slots=True)
class _Heard:
    """What has come of a tone.

    Attributes:
        samples: How many.
        block: How many samples a block has.
        dropped: Blocks that the library has dropped, as it says itself.
        broken: Blocks that do not follow from the one before.
        seams: Samples that do not follow from the one before in what the browser gives; 0 where
            nobody but the library takes it.
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
            return _Heard(heard, frames, processor.dropped, broken, int(seams.count))
    finally:
        seams.restore()


async def _busy() -> None:
    while True:
        end = time.monotonic() + _BUSY
        while time.monotonic() < end:
            pass
        await asyncio.sleep(_BUSY)
