"""B1, B3: the time to copy a frame into Python's memory."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.browser.page import (
    FLOOR,
    camera,
    compared,
    has_processor,
    per_frame,
    plain,
    proxy,
    size_name,
)
from benchmarks.support.figures import Figure, measured, ratio
from benchmarks.support.runs import Effort
from mediadevices_pyodide.video.formats import byte_order

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from benchmarks.browser.page import Camera

SIZES = ((640, 480), (1920, 1080))


def _nothing(_time: float, _duration: int | None, _lost: int) -> None:
    """Do nothing: the cheapest callback."""


async def measure(effort: Effort) -> list[Figure]:
    """Measure each size in the camera's own format and in RGBA."""
    found: list[Figure] = []
    few = replace(effort, runs=3)  # these are slow, and far from the target
    for width, height in SIZES:
        async with camera(width, height) as opened:
            with opened.unpaced():
                for wanted in (None, "RGBA"):
                    case = f"{size_name(width, height)}, {wanted or 'own format'}"
                    async with Routes.of(opened, wanted) as routes:
                        ways = (routes.ours, routes.raw, routes.floor)
                        mine, theirs, floor = await compared(effort, *ways)
                        ways = (routes.ours, routes.usual, routes.pyscript)
                        again, usual, pyscript = await compared(few, *ways)
                    titles = (
                        "a frame ÷ plain JavaScript",
                        "a frame ÷ getImageData + to_py",
                        "a frame ÷ a canvas under a stream of pyscript.media",
                    )
                    found += [
                        ratio("B1", titles[0], case, mine, theirs, "ms", 1.25),
                        ratio("B1", FLOOR, case, floor, theirs, "ms", None),
                        ratio("B3", titles[1], case, again, usual, "ms", 0.3),
                        ratio("B3", titles[2], case, again, pyscript, "ms", 0.3),
                    ]
    tasks = [float(await plain().tasks(200)) for _ in range(effort.runs)]
    note = "part of each frame above, on both sides"
    return [*found, measured("B1", "a browser task", "", tasks, "ms", None, note=note)]


@dataclass(frozen=True, slots=True)
class Routes:
    """The ways to copy a frame of one track in one format."""

    opened: Camera
    wanted: str | None
    way: Any  # a JavaScript object
    canvas: Canvas

    @classmethod
    @asynccontextmanager
    async def of(cls, opened: Camera, wanted: str | None) -> AsyncGenerator[Routes]:
        """Prepare the ways, for use inside a block.

        Args:
            opened: The track, unpaced.
            wanted: The format; None for the frames' own.
        """
        converts = (await byte_order()).converts
        way: dict[str, Any] = {
            "video": opened.video,
            "track": opened.track.js,
            "format": wanted,
            "turns": not converts,
            "draws": wanted is not None and converts and not has_processor(),
        }
        js, to_js = import_module("js"), import_module("pyodide.ffi").to_js
        given = to_js(way, dict_converter=js.Object.fromEntries)
        with proxy(bytearray(plain().bytes(given))) as memory:
            given.memory = memory
            yield cls(opened, wanted, given, Canvas(opened.video))

    async def ours(self, count: int) -> float:
        """Copy frames with the library; return milliseconds per frame."""
        return await per_frame(self.opened.track, self.wanted, count)

    async def raw(self, count: int) -> float:
        """Copy frames in JavaScript by the same route, into Python's memory."""
        return float(await plain().read(self.way, count))

    async def floor(self, count: int) -> float:
        """Copy like `raw`, and call an empty Python function for each frame."""
        with proxy(_nothing) as tell:
            return float(await plain().read(self.way, count, tell))

    async def usual(self, count: int) -> float:
        """Copy frames with getImageData and to_py, as is common."""
        return await self._each(lambda: self.canvas.read().to_py(), count)

    async def pyscript(self, count: int) -> float:
        """Copy frames as with PyScript, whose `pyscript.media` provides only the stream."""
        return await self._each(lambda: self.canvas.read().to_bytes(), count)

    async def _each(self, take: Callable[[], object], count: int) -> float:
        with proxy(take) as taken:
            return float(await plain().call(taken, count))


class Canvas:
    """The common way to read the pixels of a `<video>`: a canvas."""

    def __init__(self, video: Any) -> None:
        self._video = video
        self._canvas = import_module("js").document.createElement("canvas")
        self._canvas.width, self._canvas.height = video.videoWidth, video.videoHeight
        self._context = self._canvas.getContext("2d")

    def read(self) -> Any:
        """Return the pixels, in JavaScript's memory."""
        width, height = self._canvas.width, self._canvas.height
        self._context.drawImage(self._video, 0, 0, width, height)
        return self._context.getImageData(0, 0, width, height).data
