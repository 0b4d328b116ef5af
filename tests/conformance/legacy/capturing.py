"""Coroutines that await the callbacks of the old interface."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mediadevices import legacy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["capture", "failure", "outcome"]

SECONDS = 10


async def outcome(constraints: object) -> tuple[str, Any]:
    """Return the called callback and its argument."""
    called: asyncio.Future[tuple[str, Any]] = asyncio.get_running_loop().create_future()
    legacy.navigator.get_user_media(
        constraints,
        lambda stream: called.set_result(("success", stream)),
        lambda error: called.set_result(("error", error)),
    )
    assert not called.done(), "callbacks are called in a task of their own"
    async with asyncio.timeout(SECONDS):
        return await called


@asynccontextmanager
async def capture(**constraints: object) -> AsyncGenerator[legacy.LocalMediaStream]:
    """Capture in a `with` block; the success callback must be called."""
    which, stream = await outcome(constraints)
    assert which == "success", stream
    assert isinstance(stream, legacy.LocalMediaStream)
    try:
        yield stream
    finally:
        stream.stop()


async def failure(**constraints: object) -> legacy.NavigatorUserMediaError:
    """Return the argument of the error callback, which must be called."""
    which, error = await outcome(constraints)
    if which == "success":
        error.stop()
    assert which == "error", error
    assert isinstance(error, legacy.NavigatorUserMediaError)
    return error
