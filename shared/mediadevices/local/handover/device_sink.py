"""The sink of an open device: it passes calls from any thread to the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.driver import Configuration
from mediadevices.local.handover.mailbox import Mailbox

__all__ = ["DeviceSink"]


class DeviceSink:
    """A `Sink` that calls its functions on the event loop, in order, and never after `close`.

    Until `start` it keeps all notifications, but only the newest frame or block.

    Args:
        loop: The event loop.
        on_data: Called with frames or blocks, and how many were lost before them.
        on_reconfigured: Called with the new configuration after the device changed it.
        on_muted: Called with True when the device stops delivering data, False when it resumes.
        on_ended: Called with the error that ended the device, or None.
        capacity: How many frames or blocks may wait for the loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_data: Callable[[list[MediaData], int], None],
        on_reconfigured: Callable[[Configuration], None],
        on_muted: Callable[[bool], None],
        on_ended: Callable[[Exception | None], None],
        capacity: int,
    ) -> None:
        self._on_data = on_data
        self._on_reconfigured = on_reconfigured
        self._on_muted = on_muted
        self._on_ended = on_ended
        self._running = False
        self._open = True
        self._pending: list[Callable[[], None]] = []
        self._mailbox = Mailbox(loop, self._received, capacity)

    # --- Sink, in any thread ---------------------------------------------------------------

    def deliver(self, data: MediaData, /) -> bool:
        """Hand over a frame or block; return False when the loop is closed."""
        return self._mailbox.put(data)

    def set_muted(self, muted: bool, /) -> None:
        """Report that the device stops delivering data for now, or resumes."""
        self._mailbox.call(self._when_running, lambda: self._on_muted(muted))

    def reconfigure(self, configuration: Configuration, /) -> None:
        """Report that the device changed its configuration on its own."""
        self._mailbox.call(self._when_running, lambda: self._on_reconfigured(configuration))

    def end(self, error: Exception | None, /) -> None:
        """Report that the device is gone for good."""
        self._mailbox.call(self._when_running, lambda: self._on_ended(error))

    # --- on the loop -------------------------------------------------------------------------

    def set_capacity(self, capacity: int) -> None:
        """Set how many frames or blocks may wait for the loop."""
        self._mailbox.capacity = capacity

    def start(self) -> None:
        """Pass on what was kept, and everything from now on."""
        self._running = True
        self._mailbox.start()
        pending, self._pending = self._pending, []
        for call in pending:
            self._when_running(call)

    def pause(self) -> None:
        """Drop data and keep notifications until `start`."""
        self._running = False

    def close(self) -> None:
        """Drop everything from now on; calling it again does nothing."""
        self._open = False
        self._pending.clear()
        self._mailbox.close()

    def _received(self, items: list[MediaData], lost: int) -> None:
        if self._running and self._open:
            self._on_data(items, lost)
            return
        for item in items:
            item.close()

    def _when_running(self, call: Callable[[], None]) -> None:
        if not self._open:
            return
        if self._running:
            call()
        else:
            self._pending.append(call)
