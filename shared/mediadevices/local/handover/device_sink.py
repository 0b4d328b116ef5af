"""The sink of an opened device: from any thread onto the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.driver import Configuration
from mediadevices.local.handover.mailbox import Mailbox

__all__ = ["DeviceSink"]


class DeviceSink:
    """A `Sink` whose every call arrives on the loop, in order, and none after `close`.

    Until `start` it holds back what the device says, and the newest frame or block.

    Args:
        loop: The event loop.
        receive: Takes frames or blocks, and how many were lost before them.
        reconfigured: Takes what the device has changed to by itself.
        muted: Takes whether the device gives no data for now.
        ended: Takes why the device is gone, or None.
        capacity: How many frames or blocks may wait for the loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[list[MediaData], int], None],
        reconfigured: Callable[[Configuration], None],
        muted: Callable[[bool], None],
        ended: Callable[[Exception | None], None],
        capacity: int,
    ) -> None:
        self._receive = receive
        self._reconfigured = reconfigured
        self._muted = muted
        self._ended = ended
        self._running = False
        self._open = True
        self._held: list[Callable[[], None]] = []
        self._mailbox = Mailbox(loop, self._received, capacity)

    # --- Sink, in any thread ---------------------------------------------------------------

    def deliver(self, data: MediaData, /) -> bool:
        """Hand over a frame or a block; False when the loop was closed."""
        return self._mailbox.put(data)

    def set_muted(self, muted: bool, /) -> None:
        """Say that the device gives no data for now, or again."""
        self._mailbox.call(self._when_running, lambda: self._muted(muted))

    def reconfigure(self, configuration: Configuration, /) -> None:
        """Say that the device has changed by itself."""
        self._mailbox.call(self._when_running, lambda: self._reconfigured(configuration))

    def end(self, error: Exception | None, /) -> None:
        """Say that the device is gone for good."""
        self._mailbox.call(self._when_running, lambda: self._ended(error))

    # --- on the loop -------------------------------------------------------------------------

    def set_capacity(self, capacity: int) -> None:
        """Let another number of frames or blocks wait."""
        self._mailbox.capacity = capacity

    def start(self) -> None:
        """Let everything through from now on."""
        self._running = True
        self._mailbox.start()
        held, self._held = self._held, []
        for call in held:
            self._when_running(call)

    def pause(self) -> None:
        """Let no data through, since nobody is there to take them."""
        self._running = False

    def close(self) -> None:
        """Let nothing through any more; again does nothing."""
        self._open = False
        self._held.clear()
        self._mailbox.close()

    def _received(self, items: list[MediaData], lost: int) -> None:
        if self._running and self._open:
            self._receive(items, lost)
            return
        for item in items:
            item.close()

    def _when_running(self, call: Callable[[], None]) -> None:
        if not self._open:
            return
        if self._running:
            call()
        else:
            self._held.append(call)
