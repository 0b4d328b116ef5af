"""Loads `reader_script.js`, the script that copies frames and samples out of tracks."""

from __future__ import annotations

import asyncio

from mediadevices.errors import SecurityError
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["new_reader", "script"]

_loaded: list[ffi.JsObject] = []


def new_reader(track: ffi.JsObject, capacity: int) -> ffi.JsObject | None:
    """Return a reader of the browser's `MediaStreamTrackProcessor`; None if it has no such class.

    Args:
        track: The browser's track.
        capacity: How many frames or blocks may wait in the browser.
    """
    if not hasattr(ffi.window, "MediaStreamTrackProcessor"):
        return None
    init = ffi.window.Object.new()
    init.track, init.maxBufferSize = track, capacity
    return ffi.new("MediaStreamTrackProcessor", init).readable.getReader()


async def script() -> ffi.JsObject:
    """Run the script, unless it has run; return its functions.

    Raises:
        SecurityError: The page's Content-Security-Policy blocks it.
    """
    if not _loaded:
        _loaded.append(await _run())
    return _loaded[0]


async def _run() -> ffi.JsObject:
    document = ffi.window.document
    element = document.createElement("script")
    outcome: asyncio.Future[str] = promise.running_loop().create_future()

    def settle(event: ffi.JsObject) -> None:
        outcome.set_result(str(event.type))

    with (
        ffi.script_url("mediadevices_pyodide", "reader_script.js") as url,
        ffi.callbacks(settle=settle) as listeners,
    ):
        element.src = url
        element.onload = element.onerror = listeners.settle
        document.head.append(element)
        kind = await outcome
        element.onload = element.onerror = None
    element.remove()
    if kind == "error":
        message = "the page's Content-Security-Policy has to allow `blob:` in its script-src"
        raise SecurityError(message)
    return element.readerScript
