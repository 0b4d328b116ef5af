"""Shared by the figures of a page: a camera, and plain JavaScript."""

from __future__ import annotations

import time
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks.support.runs import Effort, interleaved
from mediadevices import attach, navigator

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from mediadevices import MediaStreamTrack
    from mediadevices.interfaces.closable_iterator import ClosableIterator

__all__ = [
    "FLOOR",
    "Camera",
    "Way",
    "camera",
    "compared",
    "has_processor",
    "per_block",
    "per_frame",
    "plain",
    "proxy",
    "shown",
    "size_name",
]

FLOOR = "floor: the same JavaScript, calling an empty Python function each time"
_WARM_UP = 5
_MILLISECONDS = 250
"""The duration of one run of one way, at full effort."""


@cache
def plain() -> Any:
    """Return the functions of `plain.js`."""
    text = Path(__file__).with_name("plain.js").read_text("utf-8")
    return import_module("pyodide.code").run_js(text)


def has_processor() -> bool:
    """Return True if the browser has MediaStreamTrackProcessor."""
    return hasattr(import_module("js"), "MediaStreamTrackProcessor")


def size_name(width: int, height: int) -> str:
    return f"{width}x{height}"


@contextmanager
def proxy(value: object) -> Generator[Any]:
    """Yield a proxy for JavaScript, and destroy it after the block."""
    made = import_module("pyodide.ffi").create_proxy(value)
    try:
        yield made
    finally:
        made.destroy()


@dataclass(frozen=True, slots=True)
class Camera:
    """A track, and a `<video>` that shows it (Any: a JavaScript object)."""

    track: MediaStreamTrack
    video: Any

    @contextmanager
    def unpaced(self) -> Generator[None]:
        """Deliver frames as fast as they are read, inside a block."""
        restore = plain().unpaced(self.video)
        try:
            yield
        finally:
            restore()


@asynccontextmanager
async def camera(width: int, height: int) -> AsyncGenerator[Camera]:
    """Open the camera with a size."""
    constraints = {"width": {"exact": width}, "height": {"exact": height}}
    stream = await navigator.media_devices.get_user_media({"video": constraints})
    async with stream, shown(stream) as opened:
        yield opened


@asynccontextmanager
async def shown(stream: Any) -> AsyncGenerator[Camera]:
    """Show a stream in a `<video>`, and wait until it plays."""
    video = import_module("js").document.createElement("video")
    video.muted = True
    await attach(stream, video)
    await video.play()
    try:
        yield Camera(stream.get_tracks()[0], video)
    finally:
        video.pause()
        video.srcObject = None


async def per_frame(track: MediaStreamTrack, wanted: str | None, count: int) -> float:
    """Read frames as a program does; return milliseconds per frame."""
    return await _per_one(track.frames(format=wanted), count)


async def per_block(track: MediaStreamTrack, count: int) -> float:
    """Read blocks of samples; return milliseconds per block."""
    return await _per_one(track.frames(), count)


async def _per_one(frames: ClosableIterator[Any], count: int) -> float:
    start = 0.0
    left = count + _WARM_UP
    async with aclosing(frames):
        async for frame in frames:
            frame.close()
            left -= 1
            if left == count:
                start = time.perf_counter()
            if not left:
                break
    return (time.perf_counter() - start) * 1000 / count


Way: TypeAlias = "Callable[[int], Awaitable[float]]"
"""Copies this many, and returns milliseconds for one."""


async def compared(effort: Effort, *ways: Way) -> tuple[list[float], ...]:
    """Measure ways in turn, each for about the same time."""
    timed = [await _timed(way, _MILLISECONDS * effort.scale) for way in ways]
    return await interleaved(effort.runs, *timed)


async def _timed(way: Way, milliseconds: float) -> Callable[[], Awaitable[float]]:
    count = round(milliseconds / max(0.01, await way(5)))
    return partial(way, min(max(count, 5), 5000))
