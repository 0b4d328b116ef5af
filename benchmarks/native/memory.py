"""N6: the memory of a program that is far slower than its camera."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.native.cameras import MemoryCamera, track_of
from benchmarks.support.figures import measured
from mediadevices import MediaStreamTrackProcessor

if TYPE_CHECKING:
    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort

_SECONDS = 60
_RATE = 60
_SIZE = (1920, 1080)


def resident() -> int:
    """Return the bytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _picture(size_in_bytes: int) -> object:
    return np.full(size_in_bytes, 128, np.uint8)  # new memory for each frame, and all of it used


async def measure(effort: Effort) -> list[Figure]:
    """Take one frame a second, and see how much more memory there is than before the camera."""
    camera = MemoryCamera(_RATE, _SIZE, _picture)
    seconds = effort.count(_SECONDS)
    async with track_of(camera):  # what is loaded or kept at the first time is no growth
        await asyncio.sleep(0.5)
    gc.collect()
    before, most = resident(), 0
    taken = dropped = 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, resident())
            await asyncio.sleep(0.021)  # so that it is not always the same moment of a frame

    async with track_of(camera) as track:
        looking = asyncio.create_task(look())
        processor = MediaStreamTrackProcessor(track)
        async for frame in processor.readable:
            taken += 1
            frame.close()
            if taken > seconds:
                break
            await asyncio.sleep(1)
        dropped = processor.dropped
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
    case = f"1080p, {_RATE} frames/s, {seconds} s"
    note = f"{taken} taken, {dropped} dropped of {camera.sent}"
    grown = (most - before) / camera.frame_bytes
    return [measured("N6", "most memory beyond that before", case, [grown], "frames", 3, note=note)]
