"""The program under test: consumers that keep capturing whatever happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from mediadevices import (
    InvalidStateError,
    MediaStream,
    MediaStreamTrack,
    NotAllowedError,
    NotFoundError,
    NotReadableError,
    OverconstrainedError,
    navigator,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping
    from random import Random

__all__ = ["HungError", "Program", "deadline"]

#: Allowed errors when a device is unplugged, broken, in use or forbidden.
EXPECTED = (NotAllowedError, NotFoundError, NotReadableError, OverconstrainedError)

ASKED: tuple[Mapping[str, object], ...] = (
    {"video": True},
    {"video": {"width": 320, "frameRate": 10}},
    {"audio": True},
    {"audio": {"sampleRate": 16000}},
    {"video": {"width": {"max": 640}}, "audio": True},
)


class HungError(Exception):
    """An operation took longer than allowed."""


@asynccontextmanager
async def deadline(what: str, seconds: float) -> AsyncGenerator[None]:
    """Fail if a block takes too long.

    Args:
        what: The operation, for the error message.
        seconds: The longest time allowed.

    Raises:
        HungError: The block took longer.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise HungError(what) from None


class Program:
    """Several concurrent consumers.

    Args:
        random: Chooses their constraints.
        patience: The longest time, in seconds, that an operation may take.

    Attributes:
        seen: Counts of events, errors and frames.
        tracks: The tracks being read.
    """

    def __init__(self, random: Random, patience: float) -> None:
        self._random = random
        self._patience = patience
        self._stopping = asyncio.Event()
        self._consumers: list[asyncio.Task[None]] = []
        self.seen: Counter[str] = Counter()
        self.tracks: list[MediaStreamTrack] = []

    def start(self, consumers: int = 3) -> None:
        """Start the consumers."""
        self._stopping.clear()
        self._consumers = [
            asyncio.create_task(self._consume(), name=f"consumer {number}")
            for number in range(consumers)
        ]

    def check(self) -> None:
        """Raise the exception of a consumer that failed, if any.

        Raises:
            Exception: The consumer's.
        """
        for consumer in self._consumers:
            if consumer.done():
                consumer.result()

    async def stop(self) -> None:
        """Stop the consumers and wait for them."""
        self._stopping.set()
        async with deadline("the consumers do not end", 3 * self._patience):
            await asyncio.gather(*self._consumers)
        self._consumers = []

    async def open(self, asked: Mapping[str, object]) -> MediaStream | None:
        """Request devices; return None if that fails with an allowed error."""
        try:
            async with deadline(f"get_user_media({asked})", self._patience):
                return await navigator.media_devices.get_user_media(asked)
        except EXPECTED as error:
            self.seen[type(error).__name__] += 1
            return None

    async def _consume(self) -> None:
        while not self._stopping.is_set():
            stream = await self.open(self._random.choice(ASKED))
            if stream is None:
                await asyncio.sleep(self._random.uniform(0.1, 0.5))
                continue
            self.seen["streams"] += 1
            async with deadline("a stream does not end", 4 * self._patience), stream:
                await asyncio.gather(*(self._read(track) for track in stream.get_tracks()))

    async def _read(self, track: MediaStreamTrack) -> None:
        seconds, pause = self._random.uniform(0.5, 6), self._random.choice((0, 0, 0.1, 0.4))
        until = asyncio.get_running_loop().time() + seconds
        track.onmute = track.onunmute = track.onended = self._note
        self.tracks.append(track)
        try:
            async for _ in self._media(track):
                self.seen["frames and blocks"] += 1
                await asyncio.sleep(pause)
                if self._stopping.is_set() or asyncio.get_running_loop().time() > until:
                    break
        except InvalidStateError:
            assert track.ready_state == "ended", "only an ended track cannot be read"
        finally:
            self.tracks.remove(track)

    async def _media(self, track: MediaStreamTrack) -> AsyncIterator[None]:
        frames = track.frames()
        try:
            while True:
                async with deadline(f"no frame from {track!r}", self._patience):
                    media = await anext(frames, None)
                if media is None:
                    return
                media.close()
                yield
        finally:
            await frames.aclose()

    def _note(self, event: object) -> None:
        self.seen[f"{getattr(event, 'type', event)!s}"] += 1
