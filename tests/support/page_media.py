"""Sources with known content in a web page, and functions that read what the page shows.

Only for tests in a page: functions import `js`.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mediadevices import MediaStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Mapping

__all__ = ["Painting", "painted_stream", "pixel_of", "shown_pixel", "without"]

_INTERVAL = 0.02
_SECONDS = 10


class Painting:
    """A canvas that is redrawn repeatedly, so that its stream has frames.

    Args:
        colour: Red, green and blue.
        width: Pixels.
        height: Pixels.
    """

    def __init__(self, colour: tuple[int, int, int], width: int, height: int) -> None:
        js = import_module("js")
        self.colour = colour
        self._canvas: Any = js.document.createElement("canvas")
        self.resize(width, height)
        self._context: Any = self._canvas.getContext("2d")
        # Frames are requested, because WebKit delivers none of a canvas that changes often.
        self.js: Any = self._canvas.captureStream(0)
        """The browser's stream of the canvas."""
        self.paint()

    def resize(self, width: int, height: int) -> None:
        """Resize the canvas."""
        self._canvas.width, self._canvas.height = width, height

    def paint(self) -> None:
        """Fill the canvas with the colour."""
        self._context.fillStyle = f"rgb{self.colour}"
        self._context.fillRect(0, 0, self._canvas.width, self._canvas.height)
        # In Firefox the stream has requestFrame(), in the other browsers the track.
        stream, (track,) = self.js, self.js.getTracks()
        (track if hasattr(track, "requestFrame") else stream).requestFrame()

    async def keep_painting(self, interval: float) -> None:
        """Redraw at an interval, in seconds, until cancelled."""
        while True:
            self.paint()
            await asyncio.sleep(interval)


@asynccontextmanager
async def painted_stream(
    colour: tuple[int, int, int] = (200, 100, 50),
    width: int = 64,
    height: int = 48,
    interval: float = _INTERVAL,
) -> AsyncGenerator[tuple[MediaStream, Painting]]:
    """Yield a stream of one colour and its painting."""
    painting = Painting(colour, width, height)
    painter = asyncio.create_task(painting.keep_painting(interval))
    stream = MediaStream.from_js(painting.js)
    try:
        yield stream, painting
    finally:
        painter.cancel()
        await asyncio.wait([painter])
        for track in stream.get_tracks():
            track.stop()


@contextmanager
def without(*names: str) -> Generator[None]:
    """Hide global classes of the browser inside a block."""
    js = import_module("js")
    hidden: Mapping[str, Any] = {name: getattr(js, name) for name in names if hasattr(js, name)}
    for name in hidden:
        delattr(js, name)
    try:
        yield
    finally:
        for name, value in hidden.items():
            setattr(js, name, value)


def pixel_of(data: memoryview, width: int, x: int, y: int) -> tuple[int, ...]:
    """Return a pixel of a packed picture of four channels."""
    start = 4 * (y * width + x)
    return tuple(data[start : start + 4])


async def shown_pixel(element: Any, expected: tuple[int, int, int]) -> tuple[int, int, int]:
    """Wait until the centre of an element has a colour, and return its colour then.

    On a timeout, return the last colour.
    """
    js = import_module("js")
    canvas = js.document.createElement("canvas")
    canvas.width = canvas.height = 1
    context = canvas.getContext("2d")
    seen = (0, 0, 0)
    for _ in range(int(_SECONDS / _INTERVAL)):
        if element.videoWidth:
            middle = (element.videoWidth // 2, element.videoHeight // 2)
            context.drawImage(element, *middle, 1, 1, 0, 0, 1, 1)
            red, green, blue, _alpha = context.getImageData(0, 0, 1, 1).data.to_py()
            seen = (red, green, blue)
            if all(abs(is_ - was) <= 6 for is_, was in zip(seen, expected, strict=True)):
                break
        await asyncio.sleep(_INTERVAL)
    return seen
