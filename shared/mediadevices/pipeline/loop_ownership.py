"""The event loop that owns the devices: checking it, and calling it from other threads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mediadevices.errors import InvalidStateError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["call_on_loop", "check_loop", "other_loop_error"]


def other_loop_error() -> InvalidStateError:
    """Return the error for a call outside the event loop that owns the devices."""
    return InvalidStateError(
        "the devices belong to another event loop of this process: the one that used them first. "
        "Use devices, streams, tracks and readers in that loop alone; from another thread, call "
        "loop.call_soon_threadsafe() or asyncio.run_coroutine_threadsafe()"
    )


def check_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Reject a call outside the event loop that owns an object.

    Between two runs of that loop, a call from a thread without a running loop is allowed. After
    the loop was closed, everything is allowed, because the object can no longer change.

    Args:
        loop: The event loop that owns the object.

    Raises:
        InvalidStateError: Another event loop is running here, or the loop is running in another
            thread.
    """
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is loop or loop.is_closed():
        return
    if running is not None or loop.is_running():
        raise other_loop_error()


def call_on_loop(
    loop: asyncio.AbstractEventLoop, function: Callable[..., object], *arguments: object
) -> bool:
    """Call a function on the event loop, from any thread, after earlier calls.

    Args:
        loop: The event loop.
        function: The function.
        arguments: Its arguments.

    Returns:
        False when the loop is closed, so that the function will never be called.
    """
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise
        return False
    return True
