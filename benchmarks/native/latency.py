"""N3: the time from the driver's delivery of a frame to the consumer's coroutine."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.native.cameras import MemoryCamera, track_of
from benchmarks.support.figures import ratio
from benchmarks.support.runs import interleaved
from mediadevices import MediaStreamTrackProcessor, VideoFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort

_RATE = 1000


def _age(frame: VideoFrame) -> float:
    return time.monotonic_ns() / 1000 - frame.timestamp


async def bare(count: int) -> list[float]:
    """Pass frames with `call_soon_threadsafe` and a future only."""
    loop, camera, stop = asyncio.get_running_loop(), MemoryCamera(_RATE), threading.Event()
    turn: asyncio.Future[VideoFrame] = loop.create_future()

    def receive(frame: VideoFrame) -> None:
        if not turn.done():
            turn.set_result(frame)

    thread = threading.Thread(target=camera.run, args=(partial(_hand_over, loop, receive), stop))
    thread.start()
    ages: list[float] = []
    while len(ages) < count:
        frame = await turn
        ages.append(_age(frame))
        turn = loop.create_future()
    stop.set()
    await asyncio.to_thread(thread.join)
    return ages


def _hand_over(
    loop: asyncio.AbstractEventLoop, receive: Callable[[VideoFrame], None], frame: VideoFrame
) -> None:
    loop.call_soon_threadsafe(receive, frame)


async def ours(count: int) -> list[float]:
    """Read a processor of a track."""
    ages: list[float] = []
    async with track_of(MemoryCamera(_RATE)) as track:
        async for frame in MediaStreamTrackProcessor(track).readable:
            assert isinstance(frame, VideoFrame)
            ages.append(_age(frame))
            frame.close()
            if len(ages) == count:
                break
    return ages


async def measure(effort: Effort) -> list[Figure]:
    """Compare the medians and the 99th percentiles."""
    count = effort.count(2000)
    raw, mine = await interleaved(2 * effort.runs + 1, partial(bare, count), partial(ours, count))
    case = f"{_RATE} frames/s from memory"

    def of(runs: list[list[float]], percent: int) -> list[float]:
        return [statistics.quantiles(ages, n=100)[percent - 1] for ages in runs]

    return [
        ratio("N3", f"latency, p{percent}", case, of(mine, percent), of(raw, percent), "µs", 1.2)
        for percent in (50, 99)
    ]
