"""N6: the memory of a program that is much slower than its camera."""

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
    """Return the resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _picture(size_in_bytes: int) -> object:
    return np.full(size_in_bytes, 128, np.uint8)  # new memory for each frame, all of it written


async def measure(effort: Effort) -> list[Figure]:
    """Read one frame per second, and compare the peak memory with that before opening."""
    camera = MemoryCamera(_RATE, _SIZE, _picture)
    seconds = effort.count(_SECONDS)
    async with track_of(camera):  # load everything first, so that loading does not count as growth
        await asyncio.sleep(0.5)
    gc.collect()
    before, most = resident(), 0
    taken = dropped = 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, resident())
            await asyncio.sleep(0.021)  # not a multiple of the frame interval

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
    return [measured("N6", "peak memory growth", case, [grown], "frames", 3, note=note)]
