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
    """A bounded queue from any thread to the event loop; one wake-up delivers many items.

    When the queue is full, the oldest item is dropped and counted as lost. However slow the loop
    and however fast the device is, at most `capacity` items and one wake-up wait for the loop.

    Until `start` nothing is delivered, and only the newest item is kept.

    Args:
        loop: The event loop to wake.
        on_items: Called on the loop with the items, and how many were lost before them.
        capacity: How many items may wait.
    """

    __slots__ = (
        "_closed",
        "_items",
        "_lock",
        "_loop",
        "_lost",
        "_on_items",
        "_started",
        "_waking",
        "capacity",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_items: Callable[[list[MediaData], int], None],
        capacity: int,
    ) -> None:
        self._loop = loop
        self._on_items = on_items
        self.capacity = capacity
        self._items: deque[MediaData] = deque()
        self._lost = 0
        self._started = False
        self._waking = False  # whether the loop is about to call `_deliver`
        self._closed = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Deliver the newest item, and all later ones; calling it again does nothing.

        Items that were dropped before the start do not count as lost.
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
        """Put an item, from any thread; the mailbox owns it from here on.

        Returns:
            False when the loop is closed, so that the item will never be delivered.
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
        """Call a function on the loop, from any thread, after the items that were put before.

        Returns:
            False when the loop is closed.
        """
        if call_on_loop(self._loop, function, *arguments):
            return True
        self.close()
        return False

    def close(self) -> None:
        """Close the waiting items and all later ones; calling it again does nothing."""
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
        self._on_items(items, lost)
