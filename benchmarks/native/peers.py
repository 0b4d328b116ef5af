"""N11: the same work with other libraries, each in its own process."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import time
from bisect import bisect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2

from benchmarks.native import files, throughput
from benchmarks.native.cameras import FilmCameras, MemoryCamera, PacedFilm, film_driver, track_of
from benchmarks.support.figures import Figure, ratio, unmeasured
from benchmarks.support.runs import Effort, interleaved
from mediadevices import MediaStreamTrack, MediaStreamTrackProcessor
from mediadevices.driver import VideoMode
from mediadevices.testing import FakeCamera, install_fake_devices

_SCRIPTS = Path(__file__).parents[1] / "peers"
_PACED, _PACED_FRAMES = 60, 100
_FILM = "Motion JPEG, 1080p"
_SYNTHETIC = f"synthetic cameras, 1080p, {_PACED} frames/s"
_MEMORY = f"its synthetic camera, ours from memory, 1080p, {_PACED} frames/s"


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a run; ages are microseconds from the driver to the consumer."""

    frames: int
    seconds: float
    cpu: float
    ages: list[float]

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self.frames / self.seconds

    @property
    def milliseconds(self) -> float:
        """CPU milliseconds per frame."""
        return self.cpu / self.frames * 1000

    @property
    def age(self) -> float:
        """The median of the ages."""
        return statistics.median(self.ages)


async def _peer(script: str, *arguments: object) -> Run:
    command = [str(part) for part in (files.PEERS, _SCRIPTS / script, *arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise files.CannotMeasureError(done.stderr.strip().rpartition("\n")[2])
    return Run(**json.loads(done.stdout.splitlines()[-1]))


async def _film(rate: float) -> Run:
    """Read a film to its end, or the first frames of a paced one."""
    cameras = FilmCameras(files.mjpeg(), rate)
    async with track_of(film_driver(cameras)) as track:
        frames, ages = 0, list[float]()
        wall, cpu = time.perf_counter(), time.process_time()
        async for frame in MediaStreamTrackProcessor(track, max_buffer_size=4).readable:
            if rate:
                now, taken_at = time.monotonic_ns(), cameras.films[0].taken_at
                # A frame is stamped when it is grabbed, and taken when it is in memory.
                ages.append((now - taken_at[bisect(taken_at, frame.timestamp * 1000)]) / 1000)
            frames += 1
            frame.close()
            if rate and frames == _PACED_FRAMES:
                break
        return Run(frames, time.perf_counter() - wall, time.process_time() - cpu, ages)


async def _bare_film() -> Run:
    """Read a film to its end in a bare OpenCV loop."""
    run = await throughput.bare(files.mjpeg())
    return Run(run.frames, run.seconds, run.cpu, [])


async def _bare_hand_over() -> Run:
    """Read a paced film in a thread that only wakes a coroutine for each frame."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    film = PacedFilm(cv2.VideoCapture(str(files.mjpeg()), cv2.CAP_FFMPEG), _PACED)

    def read() -> None:
        for _ in range(_PACED_FRAMES):
            film.read()
            loop.call_soon_threadsafe(came.set)

    wall, cpu = time.perf_counter(), time.process_time()
    reading = asyncio.create_task(asyncio.to_thread(read))
    ages: list[float] = []
    while len(film.taken_at) < _PACED_FRAMES:
        await came.wait()
        ages.append((time.monotonic_ns() - film.taken_at[-1]) / 1000)
        came.clear()
    await reading
    film.release()
    return Run(len(ages), time.perf_counter() - wall, time.process_time() - cpu, ages)


async def _synthetic(count: int) -> Run:
    """Read the library's own synthetic camera, which draws its pictures."""
    camera = FakeCamera(modes=(VideoMode(files.WIDTH, files.HEIGHT, _PACED, "I420"),))
    with install_fake_devices([camera], 0, 0) as fakes:
        async with track_of(fakes.driver) as track:
            return await _read(track, count)


async def _memory(count: int) -> Run:
    """Read a camera that stamps a frame just before its delivery."""
    async with track_of(MemoryCamera(_PACED, (files.WIDTH, files.HEIGHT))) as track:
        return await _read(track, count)


async def _read(track: MediaStreamTrack, count: int) -> Run:
    frames, ages = 0, list[float]()
    wall, cpu = time.perf_counter(), time.process_time()
    async for frame in MediaStreamTrackProcessor(track).readable:
        ages.append(time.monotonic_ns() / 1000 - frame.timestamp)
        frames += 1
        frame.close()
        if frames == count:
            break
    return Run(frames, time.perf_counter() - wall, time.process_time() - cpu, ages)


async def measure(effort: Effort) -> list[Figure]:
    """Compare with each installed peer."""
    if not files.PEERS.exists():
        return [unmeasured("N11", "peers", "", "there is no .venv-peers: run `make bench`")]
    path, count = files.mjpeg(), effort.count(300)
    runs = max(3, effort.runs // 2)
    found: list[Figure] = []
    for name, script in (
        ("aiortc MediaPlayer", "aiortc_player.py"),
        ("vidgear CamGear", "vidgear_camgear.py"),
    ):
        there = partial(_peer, script, path)
        ways = _Ways(partial(_film, 0), partial(there, 0), _bare_film, "a bare loop of OpenCV")
        found += await _against(runs, name, _FILM, "rate cpu", ways)
        ways = _Ways(
            *(partial(_film, _PACED), partial(there, _PACED)),
            *(_bare_hand_over, "OpenCV in a thread that wakes a coroutine"),
        )
        found += await _against(runs, name, f"{_FILM}, {_PACED} frames/s", "age", ways)
    there = partial(_peer, "wrtc_processor.py", files.WIDTH, files.HEIGHT, _PACED, count)
    name, synthetic = "wrtc processor", _Ways(partial(_synthetic, count), there)
    found += await _against(runs, name, _SYNTHETIC, "rate cpu", synthetic)
    memory = _Ways(partial(_memory, count), there)
    return [*found, *await _against(runs, name, _MEMORY, "age", memory)]


_Way = Callable[[], Awaitable[Run]]


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways to do the same work.

    Attributes:
        ours: The library's way.
        peer: The other library's way.
        floor: A bare way without either library, as the lower limit; None if there is none.
        by_hand: What the bare way is, for the title.
    """

    ours: _Way
    peer: _Way
    floor: _Way | None = None
    by_hand: str = ""


async def _against(runs: int, name: str, case: str, quantities: str, ways: _Ways) -> list[Figure]:
    taken = [ways.ours, ways.peer, *([ways.floor] if ways.floor else [])]
    try:
        mine, theirs, *floor = await interleaved(runs, *taken)
    except files.CannotMeasureError as error:
        return [unmeasured("N11", f"against {name}", case, str(error))]
    found = _figures(f"against {name}", case, quantities, mine, theirs, targeted=True)
    for bare in floor:
        title = f"of {ways.by_hand}, the floor, against {name}"
        found += _figures(title, case, quantities, bare, theirs, targeted=False)
    return found


def _figures(
    against: str,
    case: str,
    quantities: str,
    mine: list[Run],
    theirs: list[Run],
    *,
    targeted: bool,
) -> list[Figure]:
    target = 1 if targeted else None
    found: list[Figure] = []
    if "rate" in quantities:
        rates = [run.rate for run in mine], [run.rate for run in theirs]
        title = f"frames/s {against}"
        found.append(
            ratio("N11", title, case, *rates, of="frames/s", target=target, better="higher")
        )
    if "cpu" in quantities:
        costs = [run.milliseconds for run in mine], [run.milliseconds for run in theirs]
        title = f"CPU per frame {against}"
        found.append(ratio("N11", title, case, *costs, of="ms", target=target))
    if "age" in quantities:
        ages = [run.age for run in mine], [run.age for run in theirs]
        title = f"latency, p50, {against}"
        found.append(ratio("N11", title, case, *ages, of="µs", target=target))
    return found
