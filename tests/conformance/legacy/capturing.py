"""What the tests of the old interface have in common: its callbacks, awaited."""

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
    """Return which callback was called, and with what."""
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
    """Capture for the time of a block; the success callback has to be called."""
    which, stream = await outcome(constraints)
    assert which == "success", stream
    assert isinstance(stream, legacy.LocalMediaStream)
    try:
        yield stream
    finally:
        stream.stop()


async def failure(**constraints: object) -> legacy.NavigatorUserMediaError:
    """Return what the error callback gets, which has to be called."""
    which, error = await outcome(constraints)
    if which == "success":
        error.stop()
    assert which == "error", error
    assert isinstance(error, legacy.NavigatorUserMediaError)
    return error
