"""Helpers of the conformance tests, which capture and read with a time limit."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

from mediadevices import navigator

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from mediadevices import AudioData, MediaStream, MediaStreamTrack, VideoFrame

__all__ = ["SECONDS", "capture", "no_event", "read", "tracks_of", "until"]

# Much longer than anything takes; the virtual machine is about ten times slower.
SECONDS = 30 if "IN_TEST_VM" in os.environ else 10


@asynccontextmanager
async def capture(**constraints: object) -> AsyncGenerator[MediaStream]:
    """Capture in a `with` block: ``async with capture(video=True) as stream``."""
    async with asyncio.timeout(SECONDS):
        stream = await navigator.media_devices.get_user_media(constraints)
    try:
        yield stream
    finally:
        for track in stream.get_tracks():
            track.stop()


async def read(track: MediaStreamTrack, count: int = 1) -> list[VideoFrame | AudioData]:
    """Return the next frames or blocks of a track; fail if it ends before."""
    found: list[VideoFrame | AudioData] = []
    async with asyncio.timeout(SECONDS), aclosing(track.frames()) as frames:
        async for data in frames:
            found.append(data)
            if len(found) == count:
                break
    assert len(found) == count, "the track ended too early"
    return found


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds that no event announces."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110  (there is no event)
            await asyncio.sleep(0.01)


async def no_event(fired: list[object], seconds: float = 0.1) -> None:
    """Wait briefly, and check that no event was fired."""
    await asyncio.sleep(seconds)
    assert fired == []


@asynccontextmanager
async def tracks_of(stream: MediaStream) -> AsyncGenerator[list[MediaStreamTrack]]:
    """Stop the tracks of a stream, such as a clone, at the end of a `with` block."""
    try:
        yield stream.get_tracks()
    finally:
        for track in stream.get_tracks():
            track.stop()
