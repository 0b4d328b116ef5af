"""A clock that a test advances."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

__all__ = ["ManualClock"]

#: Turns of the event loop after each timer: enough for tasks that wait for other tasks.
TURNS = 20


class _ManualTimer:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Cancel the timer."""
        self.callback = None


class ManualClock:
    """A clock for tests: time passes only in `advance` and `jump`."""

    def __init__(self) -> None:
        self._now = 1_000_000
        self._order = itertools.count()
        self._timers: list[tuple[int, int, _ManualTimer]] = []

    def __repr__(self) -> str:
        return f"<ManualClock at {self._now} µs, {self.pending} timers>"

    def now(self) -> int:
        """Return the time in microseconds."""
        return self._now

    @property
    def pending(self) -> int:
        """The number of pending timers."""
        return sum(timer.callback is not None for _, _, timer in self._timers)

    def call_later(self, seconds: float, callback: Callable[[], None], /) -> _ManualTimer:
        """Call a function after some time of this clock.

        Args:
            seconds: The delay, in seconds.
            callback: The function.

        Returns:
            The timer, which has a method `cancel`.
        """
        timer = _ManualTimer(callback)
        due = self._now + max(1, round(seconds * 1e6))
        heapq.heappush(self._timers, (due, next(self._order), timer))
        return timer

    def jump(self, seconds: float) -> None:
        """Let time pass without calling timers, as when the program is busy: they are late.

        Args:
            seconds: The time that passes, in seconds.
        """
        self._now += round(seconds * 1e6)

    async def advance(self, seconds: float) -> None:
        """Let time pass: call the due timers in order, and let the event loop run after each.

        Args:
            seconds: The time that passes, in seconds.
        """
        target = self._now + round(seconds * 1e6)
        await _turn()
        while self._timers and self._timers[0][0] <= target:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            if (callback := timer.callback) is not None:
                timer.callback = None
                callback()
                await _turn()
        self._now = target
        await _turn()


async def _turn() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
