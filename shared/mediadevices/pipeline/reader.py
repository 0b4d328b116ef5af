"""The bounded queue from a track to one consumer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from mediadevices.agent_protocol.handles import FrameReader, MediaData
from mediadevices.pipeline.immediate_future import ImmediateFuture
from mediadevices.pipeline.loop_ownership import check_loop

__all__ = ["LocalReader"]


class LocalReader(FrameReader):
    """A queue that drops its oldest item when full, and converts an item only when it is read.

    Args:
        capacity: How many frames or blocks may wait.
        convert: Converts an item for the consumer, for example scales a frame.
        on_close: Called when the consumer has closed the reader.
        loop: The event loop that owns the track; None where there is only one.
    """

    __slots__ = (
        "__weakref__",
        "_capacity",
        "_closed",
        "_convert",
        "_dropped",
        "_items",
        "_loop",
        "_on_close",
        "_unannounced",
        "_waiters",
    )

    def __init__(
        self,
        capacity: int,
        convert: Callable[[MediaData], MediaData],
        on_close: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._capacity = capacity
        self._loop = loop
        self._convert = convert
        self._on_close = on_close
        self._items: deque[MediaData] = deque()
        self._waiters: deque[ImmediateFuture] = deque()
        self._unannounced = 0  # items put since the last `wake`
        self._dropped = 0
        self._closed = False

    @property
    def capacity(self) -> int:
        """How many items may wait."""
        return self._capacity

    @property
    def closed(self) -> bool:
        """Whether the track has ended, or the consumer has closed the reader."""
        return self._closed

    @property
    def dropped(self) -> int:
        """How many items were dropped because the consumer did not keep up."""
        return self._dropped

    def put(self, item: MediaData) -> None:
        """Queue an item and take ownership of it. `wake` then resumes the consumers."""
        if self._closed:
            item.close()
            return
        if len(self._items) >= self._capacity:
            self._items.popleft().close()
            self._dropped += 1
        self._items.append(item)
        self._unannounced += 1

    def wake(self) -> None:
        """Resume a waiting consumer for each new item, within this call if possible."""
        announced, self._unannounced = self._unannounced, 0
        for _ in range(announced):
            if self._items:  # A resumed consumer may have taken several.
                self._resume_one(at_once=True)

    def count_lost(self, count: int) -> None:
        """Count items that were lost before they reached the reader, because the loop was busy."""
        self._dropped += count

    def end(self) -> None:
        """End the reader once its queued items are read."""
        self._closed = True
        while self._waiters:
            self._resume_one(at_once=False)

    async def read(self) -> MediaData | None:
        """Wait for the next item; None when the track has ended or the reader was closed.

        Raises:
            InvalidStateError: Another event loop owns the track.
        """
        if self._loop is not None:
            check_loop(self._loop)
        while not self._items:
            if self._closed or (self._loop is not None and self._loop.is_closed()):
                return None
            waiter = ImmediateFuture(loop=asyncio.get_running_loop())
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled() and self._items:
                    self._resume_one(at_once=False)  # Pass the item on to the next waiter.
                raise
        return self._convert(self._items.popleft())

    def close(self) -> None:
        """End the reader and close the queued items; calling it again does nothing.

        Raises:
            InvalidStateError: Another event loop owns the track.
        """
        if self._loop is not None and not self._closed:
            check_loop(self._loop)
        was_open = not self._closed
        self.end()
        while self._items:
            self._items.popleft().close()
        if was_open:
            self._on_close()

    def _resume_one(self, *, at_once: bool) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.resolve(at_once=at_once)
                return
