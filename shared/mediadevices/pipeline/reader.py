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
    """A queue that drops the oldest, and does the work for a frame only when it is taken.

    Args:
        capacity: How many frames or blocks may wait.
        finish: Makes what the consumer gets of what waits, such as a scaled frame.
        closed: Called when the consumer has closed it.
        loop: The event loop that owns the track; None where there is only one.
    """

    __slots__ = (
        "__weakref__",
        "_capacity",
        "_closed",
        "_dropped",
        "_finish",
        "_items",
        "_loop",
        "_on_close",
        "_unannounced",
        "_waiting",
    )

    def __init__(
        self,
        capacity: int,
        finish: Callable[[MediaData], MediaData],
        closed: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._capacity = capacity
        self._loop = loop
        self._finish = finish
        self._on_close = closed
        self._items: deque[MediaData] = deque()
        self._waiting: deque[ImmediateFuture] = deque()
        self._unannounced = 0  # put since the last `wake`
        self._dropped = 0
        self._closed = False

    @property
    def capacity(self) -> int:
        """How many frames or blocks may wait."""
        return self._capacity

    @property
    def closed(self) -> bool:
        """Whether nothing more comes: the track has ended, or the consumer has closed it."""
        return self._closed

    @property
    def dropped(self) -> int:
        """How many were dropped because the consumer did not keep up."""
        return self._dropped

    def put(self, item: MediaData) -> None:
        """Queue something, which belongs to the reader from here on; `wake` tells who waits."""
        if self._closed:
            item.close()
            return
        if len(self._items) >= self._capacity:
            self._items.popleft().close()
            self._dropped += 1
        self._items.append(item)
        self._unannounced += 1

    def wake(self) -> None:
        """Let those who wait go on with what was put, within this call where that can be."""
        announced, self._unannounced = self._unannounced, 0
        for _ in range(announced):
            if self._items:  # One consumer may have taken them all.
                self._give_turn(at_once=True)

    def count_lost(self, count: int) -> None:
        """Count what was lost before it could be queued, because the event loop was busy."""
        self._dropped += count

    def end(self) -> None:
        """Let the consumer take what is queued, and then see the end."""
        self._closed = True
        while self._waiting:
            self._give_turn(at_once=False)

    async def read(self) -> MediaData | None:
        """Wait for the next one; None when the track has ended or the reader was closed.

        Raises:
            InvalidStateError: Another event loop owns the track.
        """
        if self._loop is not None:
            check_loop(self._loop)
        while not self._items:
            if self._closed or (self._loop is not None and self._loop.is_closed()):
                return None
            turn = ImmediateFuture(loop=asyncio.get_running_loop())
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled() and self._items:
                    self._give_turn(at_once=False)  # Its turn goes to the next one who waits.
                raise
        return self._finish(self._items.popleft())

    def close(self) -> None:
        """Let go of the track and of all that is queued; again does nothing.

        Raises:
            InvalidStateError: Another event loop owns the track.
        """
        if self._loop is not None and not self._closed:
            check_loop(self._loop)
        open_until_now = not self._closed
        self.end()
        while self._items:
            self._items.popleft().close()
        if open_until_now:
            self._on_close()

    def _give_turn(self, *, at_once: bool) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.give(at_once=at_once)
                return
