"""N9: the time to import the library and to open a camera."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import cv2

from benchmarks.native import files
from benchmarks.native.cameras import FilmCameras, PacedFilm, film_driver, track_of
from benchmarks.support.figures import measured, ratio
from benchmarks.support.runs import interleaved
from mediadevices import MediaStreamTrackProcessor

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort

_RATE = 30

_IMPORT = """
import {before}
import time
start = time.process_time()
import {module}
print(time.process_time() - start)
"""


async def _import(module: str, before: str = "time") -> float:
    """Return the CPU milliseconds of an import in a new process.

    Args:
        module: The module to import.
        before: A module imported before it.
    """
    code = _IMPORT.format(before=before, module=module)
    # The first import is a warm-up: it compiles the library, as an installation does.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


async def _bare(path: Path) -> float:
    start = time.perf_counter()
    film = PacedFilm(cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), _RATE)
    assert film.read()[0]
    took = time.perf_counter() - start
    film.release()
    return took * 1000


async def _ours(path: Path) -> float:
    start = time.perf_counter()
    async with track_of(film_driver(FilmCameras(path, rate=_RATE))) as track:
        async for _frame in MediaStreamTrackProcessor(track).readable:
            return (time.perf_counter() - start) * 1000
    raise AssertionError("the film is empty")


async def measure(effort: Effort) -> list[Figure]:
    """Measure an import in a new process, and the opening of a camera in this one."""
    mine, loop, more = await interleaved(
        effort.runs + 2,
        partial(_import, "mediadevices"),
        partial(_import, "asyncio"),
        partial(_import, "mediadevices", "asyncio"),
    )
    path = files.mjpeg()
    ours, bare = await interleaved(2 * effort.runs + 1, partial(_ours, path), partial(_bare, path))
    return [
        measured("N9", "import mediadevices", "a new process, CPU", mine, "ms", 60),
        measured(
            "N9", "import mediadevices, after asyncio", "a new process, CPU", more, "ms", None
        ),
        ratio("N9", "import mediadevices, against import asyncio", "", mine, loop, "ms", None),
        ratio(
            "N9",
            "time to the first frame",
            f"Motion JPEG, 1080p, {_RATE} frames/s",
            ours,
            bare,
            "ms",
            1.05,
        ),
    ]
