"""N1, N2, N4, N5: reading a film with the library, and in a bare OpenCV loop."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2

from benchmarks.native import files
from benchmarks.native.cameras import FilmCameras, film_driver, track_of
from benchmarks.support.figures import ratio, unmeasured
from benchmarks.support.runs import interleaved
from mediadevices import MediaStreamTrackProcessor

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort
    from mediadevices import MediaStreamTrack

_THROUGHPUT, _CPU = "frames/s", "CPU per frame"


@dataclass(frozen=True, slots=True)
class Run:
    """The result of reading a film from its second frame to its end."""

    frames: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self.frames / self.seconds

    @property
    def milliseconds(self) -> float:
        """CPU milliseconds per frame."""
        return self.cpu / files.FRAMES * 1000


class _Watch:
    """Measures the CPU time of all threads, and the elapsed time."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def run(self, frames: int) -> Run:
        return Run(frames, time.perf_counter() - self._wall, time.process_time() - self._cpu)


async def bare(path: Path) -> Run:
    """Read a film in a loop with OpenCV only."""
    film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    film.read()
    watch, frames = _Watch(), 0
    while film.read()[0]:
        frames += 1
    run = watch.run(frames)
    film.release()
    return run


async def ours(path: Path, consumers: int) -> Run:
    """Read it with several processors of one track, or keep the track live without any."""
    async with track_of(film_driver(FilmCameras(path))) as track:
        ended = asyncio.Event()

        def over(_event: object) -> None:
            ended.set()

        track.onended = over
        watch = _Watch()
        counts = await asyncio.gather(*(_consume(track) for _ in range(consumers)))
        await ended.wait()
        return watch.run(min(counts, default=files.FRAMES))


async def _consume(track: MediaStreamTrack) -> int:
    frames = 0
    async for frame in MediaStreamTrackProcessor(track, max_buffer_size=4).readable:
        frames += 1
        frame.close()
    return frames


async def measure(effort: Effort) -> list[Figure]:
    """Measure the four figures, on both films."""
    path = files.mjpeg()
    ways = [partial(bare, path), *(partial(ours, path, consumers) for consumers in (1, 0, 4))]
    raw, one, none, four = await interleaved(effort.runs, *ways)
    case = "Motion JPEG, 1080p"
    unread, more = "a live track without readers, CPU per frame", "4 consumers, CPU, against 1"
    found = [
        *_pair(case, raw, one),
        ratio("N4", unread, case, _costs(none), _costs(raw), "ms", 1.02),
        ratio("N5", more, case, _costs(four), _costs(one), "ms", 1.15),
    ]
    case = "H.264, 1080p"
    try:
        path = files.h264()
    except files.CannotMeasureError as error:
        return [*found, unmeasured("N1, N2", _THROUGHPUT, case, str(error))]
    raw, one = await interleaved(effort.runs, partial(bare, path), partial(ours, path, 1))
    return [*found, *_pair(case, raw, one)]


def _pair(case: str, raw: list[Run], one: list[Run]) -> list[Figure]:
    rates = [run.rate for run in one], [run.rate for run in raw]
    return [
        ratio("N1", _THROUGHPUT, case, *rates, of="frames/s", target=0.97, better="higher"),
        ratio("N2", _CPU, case, _costs(one), _costs(raw), "ms", 1.05),
    ]


def _costs(runs: list[Run]) -> list[float]:
    return [run.milliseconds for run in runs]
