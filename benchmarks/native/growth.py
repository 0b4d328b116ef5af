"""The plots: CPU time per frame by tracks, consumers, frame size and time."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.native.cameras import MemoryCamera, track_of
from benchmarks.native.memory import resident
from benchmarks.support.figures import Growth, measured
from benchmarks.support.runs import interleaved
from mediadevices import MediaStreamTrackProcessor

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort
    from mediadevices import MediaStreamTrack

_RATE = 100
_COUNTS = (1, 2, 4, 8, 16, 32)
_SIZES = {"VGA": (640, 480), "720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}
_SECONDS = 2.0
_LONG_SECONDS, _WINDOWS = 60, 12


async def _read(track: MediaStreamTrack, format: str | None) -> None:
    async for frame in MediaStreamTrackProcessor(track, format=format).readable:
        frame.close()


@contextlib.asynccontextmanager
async def _reading(
    camera: MemoryCamera, tracks: int, consumers: int, format: str | None = None
) -> AsyncGenerator[None]:
    """Read clones of a track inside a block, each with some consumers."""
    async with track_of(camera) as track:
        clones = [track.clone() for _ in range(tracks - 1)]
        readers = [
            asyncio.create_task(_read(one, format))
            for one in (track, *clones)
            for _ in range(consumers)
        ]
        await asyncio.sleep(0.2)
        yield
        for clone in clones:
            clone.stop()
        track.stop()
        await asyncio.gather(*readers)


async def _cost(camera: MemoryCamera, seconds: float) -> float:
    """Return CPU microseconds per camera frame, measured for some seconds."""
    cpu, sent = time.process_time(), camera.sent
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu) / (camera.sent - sent) * 1e6


async def _run(
    seconds: float, size: tuple[int, int], tracks: int, consumers: int, format: str | None = None
) -> float:
    camera = MemoryCamera(_RATE, size)
    async with _reading(camera, tracks, consumers, format):
        return await _cost(camera, seconds)


async def _line(
    runs: int, ways: dict[float, Callable[[], Awaitable[float]]]
) -> list[tuple[float, float]]:
    found = await interleaved(runs, *ways.values(), warm_up=0)
    return [(x, statistics.median(costs)) for x, costs in zip(ways, found, strict=True)]


async def measure(effort: Effort) -> list[Figure | Growth]:
    """Measure a line for each quantity that grows."""
    runs, seconds = max(3, effort.runs // 3), _SECONDS * effort.scale
    vga = _SIZES["VGA"]
    tracks = await _line(runs, {n: partial(_run, seconds, vga, n, 1) for n in _COUNTS})
    consumers = await _line(runs, {n: partial(_run, seconds, vga, 1, n) for n in _COUNTS})
    sizes = {
        format or "native": await _line(
            runs,
            {
                width * height / 1e6: partial(_run, seconds, (width, height), 1, 1, format)
                for width, height in _SIZES.values()
            },
        )
        for format in (None, "RGB24", "GRAY8")
    }
    cpu = "processor time for a frame, microseconds"
    time_lines, later = await _over_time(effort)
    return [
        later,
        Growth(
            "tracks", "More tracks of one camera, each read", "tracks", cpu, _with_ideal(tracks)
        ),
        Growth(
            "consumers", "More consumers of one track", "consumers", cpu, _with_ideal(consumers)
        ),
        Growth("sizes", "Larger frames, by format (VGA to 4K)", "megapixels", cpu, sizes),
        Growth("time", "Over time (4 consumers, VGA)", "seconds", cpu, time_lines),
    ]


def _with_ideal(line: list[tuple[float, float]]) -> dict[str, list[tuple[float, float]]]:
    """Return a line, and a line of proportional growth for comparison."""
    first, cost = line[0]
    return {"native": line, "linear": [(x, cost * x / first) for x, _ in (line[0], line[-1])]}


async def _over_time(effort: Effort) -> tuple[dict[str, list[tuple[float, float]]], Figure]:
    """Measure one program for a minute, in windows."""
    camera, window = MemoryCamera(_RATE), effort.scale * _LONG_SECONDS / _WINDOWS
    async with _reading(camera, 1, 4):
        before = resident()
        costs = [await _cost(camera, window) for _ in range(_WINDOWS)]
        grown = (resident() - before) / 1024
    title, case = "memory growth at the end", f"4 consumers, {camera.sent} frames"
    figure = measured("growth", title, case, [grown], "KiB", 1024)
    return {"native": [(window * (n + 1), cost) for n, cost in enumerate(costs)]}, figure
