"""Functions for the page: elements, events, pictures and error messages."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from js import ImageData, document
from pyodide.ffi.wrappers import add_event_listener

_running: set[asyncio.Task[None]] = set()


def element(name: str) -> Any:
    """Return the element with an id."""
    return document.getElementById(name)


def make(tag: str, text: str = "", **attributes: object) -> Any:
    """Return a new element with a text and attributes."""
    made = document.createElement(tag)
    made.textContent = text
    for name, value in attributes.items():
        made.setAttribute(name, str(value))
    return made


def on(target: Any, event: str, action: Callable[[Any], Coroutine[Any, Any, None] | None]) -> None:
    """Call a function with each event. If it returns a coroutine, run that with `start`."""

    def listener(happened: Any) -> None:
        work = action(happened)
        if work is not None:
            start(work)

    add_event_listener(target, event, listener)


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a coroutine in the background, and show its error if it fails."""
    task = asyncio.create_task(work)
    _running.add(task)  # the event loop keeps only a weak reference
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        traceback.print_exception(error)  # to the browser's console
        complain(f"{type(error).__name__}: {error}")


def complain(text: str) -> None:
    """Show an error message to the user; an empty text removes it."""
    element("error").textContent = text


def draw(canvas: Any, pixels: bytes, width: int, height: int) -> None:
    """Show a picture on a canvas, and resize the canvas to it."""
    if (canvas.width, canvas.height) != (width, height):
        canvas.width, canvas.height = width, height
    image = ImageData.new(width, height)
    image.data.assign(pixels)
    canvas.getContext("2d").putImageData(image, 0, 0)
