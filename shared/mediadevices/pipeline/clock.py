"""The one clock of an agent: time stamps and timers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Clock", "MonotonicClock", "Timer"]


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


class Clock(Protocol):
    """Tells the time, and calls when it has come."""

    def now(self) -> int:
        """Return the time in microseconds, from any thread."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None], /) -> Timer:
        """Call a function of the event loop after some time."""
        ...


class MonotonicClock:
    """The system's monotonic clock, which drivers stamp their frames with too."""

    def now(self) -> int:
        """Return the time in microseconds, from any thread."""
        return time.monotonic_ns() // 1000

    def call_later(self, seconds: float, callback: Callable[[], None], /) -> Timer:
        """Call a function of the running event loop after some time."""
        return asyncio.get_running_loop().call_later(seconds, callback)
