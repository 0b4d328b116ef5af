"""The hand-over from a capture thread to the event loop."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from mediadevices.pipeline.loop_ownership import call_on_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mediadevices.agent_protocol.handles import MediaData

__all__ = ["Mailbox"]


class Mailbox:
    """A bounded queue into the event loop with one wake-up for all that has come.

    The newest data win: what does not fit pushes the oldest out, and is counted. However slow the
    loop is, and however fast the device, no more than `capacity` frames or blocks wait here, and
    no more than one wake-up.

    Until `start` nothing is delivered, and only the newest waits.

    Args:
        loop: The event loop to wake.
        receive: Called on the loop with what has come, and how many were lost before it.
        capacity: How many frames or blocks may wait.
    """

    __slots__ = (
        "_closed",
        "_items",
        "_lock",
        "_loop",
        "_lost",
        "_receive",
        "_started",
        "_waking",
        "capacity",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[list[MediaData], int], None],
        capacity: int,
    ) -> None:
        self._loop = loop
        self._receive = receive
        self.capacity = capacity
        self._items: deque[MediaData] = deque()
        self._lost = 0
        self._started = False
        self._waking = False  # whether a wake-up is under way
        self._closed = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Deliver the newest, and all that comes from now on; again does nothing.

        What was pushed out until now is not counted: nobody was there to lose it.
        """
        with self._lock:
            if self._started:
                return
            self._started = True
            self._lost = 0
            self._waking = wake = bool(self._items)
        if wake:
            self.call(self._deliver)

    def put(self, item: MediaData) -> bool:
        """Leave something, in any thread; the mailbox owns it from here on.

        Returns:
            False when nobody will ever take it: the loop was closed.
        """
        with self._lock:
            if self._closed:
                item.close()
                return not self._loop.is_closed()
            while len(self._items) >= (self.capacity if self._started else 1):
                self._items.popleft().close()
                self._lost += 1
            self._items.append(item)
            wake = self._started and not self._waking
            self._waking = self._waking or wake
        if not wake and not self._loop.is_closed():
            return True
        return self.call(self._deliver)

    def call(self, function: Callable[..., None], *arguments: object) -> bool:
        """Call a function on the loop, from any thread, after what was put before.

        Returns:
            False when the loop was closed.
        """
        if call_on_loop(self._loop, function, *arguments):
            return True
        self.close()
        return False

    def close(self) -> None:
        """Take nothing any more, and let go of what waits; again does nothing."""
        with self._lock:
            self._closed = True
            while self._items:
                self._items.popleft().close()

    def _deliver(self) -> None:
        with self._lock:
            items, lost = list(self._items), self._lost
            self._items.clear()
            self._lost = 0
            self._waking = False
        self._receive(items, lost)
