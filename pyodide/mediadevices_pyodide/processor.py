"""The browser's `MediaStreamTrackProcessor`."""

from __future__ import annotations

import asyncio

from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["Processor"]


class Processor:
    """Reads a track through the browser's own processor.

    Args:
        track: The browser's track.
        capacity: How many frames or blocks may wait in the browser.
    """

    def __init__(self, track: ffi.JsObject, capacity: int) -> None:
        init = ffi.window.Object.new()
        init.track, init.maxBufferSize = track, capacity
        self._reader = ffi.new("MediaStreamTrackProcessor", init).readable.getReader()

    def read(self) -> asyncio.Future[ffi.JsObject | None]:
        """Return a future of the next frame or block, which the caller closes; None at the end."""
        return promise.then(self._reader.read(), _value)

    def stop(self) -> None:
        """Let go of the track; who waits sees the end."""
        self._reader.cancel()


def _value(result: ffi.JsObject) -> ffi.JsObject | None:
    return None if result.done else result.value
