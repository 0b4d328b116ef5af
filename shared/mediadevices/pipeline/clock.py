"""The clock of an agent: timestamps and timers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Clock", "MonotonicClock", "Timer"]


class Timer(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""
        ...


class Clock(Protocol):
    """Tells the time, and schedules calls."""

    def now(self) -> int:
        """Return the time in microseconds, from any thread."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None], /) -> Timer:
        """Call a function on the event loop after a time in seconds."""
        ...


class MonotonicClock:
    """The system's monotonic clock; drivers take timestamps from it too."""

    def now(self) -> int:
        """Return the time in microseconds, from any thread."""
        return time.monotonic_ns() // 1000

    def call_later(self, seconds: float, callback: Callable[[], None], /) -> Timer:
        """Call a function on the running event loop after a time in seconds."""
        return asyncio.get_running_loop().call_later(seconds, callback)
