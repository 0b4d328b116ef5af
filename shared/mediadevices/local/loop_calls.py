"""Calls into the event loop from any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["call_on_loop"]


def call_on_loop(
    loop: asyncio.AbstractEventLoop, function: Callable[..., object], *arguments: object
) -> bool:
    """Call a function on the event loop, from any thread, after what was called before.

    Args:
        loop: The event loop.
        function: The function.
        arguments: What to call it with.

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
