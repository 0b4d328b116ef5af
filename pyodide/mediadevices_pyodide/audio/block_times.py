"""Time stamps of the blocks that the browser's processor gives."""

from __future__ import annotations

from mediadevices.media.sample_clock import SampleClock
from mediadevices.pipeline.clock import Clock
from mediadevices_pyodide.timeline import Timeline

__all__ = ["BlockTimes"]

#: Microseconds that must be missing where blocks were dropped: less is the browser's jitter.
_GAP = 30_000


class BlockTimes:
    """Moves a track's time stamps to our clock, and tells what is missing between blocks.

    The browser stamps what an audio graph plays when it happens to get it: by tens of milliseconds
    too early or too late. So samples are counted here, as on the desktop. That the browser has
    dropped blocks is believed of those that have waited: it drops when too many wait.

    Args:
        clock: Our clock.
        waiting: How many blocks may wait in the browser.
    """

    def __init__(self, clock: Clock, waiting: int) -> None:
        self._clock = clock
        self._waiting = waiting
        self._rate = 0.0
        self._samples = SampleClock(1.0)
        self._timeline = Timeline(clock)
        self._expected: int | None = None

    def next(self, timestamp: int, frames: int, rate: float) -> tuple[int, int]:
        """Return the next block's time on our clock, and how many before it are missing.

        Args:
            timestamp: The browser's, in microseconds.
            frames: Samples of each channel.
            rate: Hertz.
        """
        if rate != self._rate:
            self._rate, self._samples, self._expected = rate, SampleClock(rate), None
        duration = round(frames / rate * 1e6)
        waited = self._timeline.waited(timestamp, duration) > self._waiting * duration / 2
        taken = self._timeline.stamp(timestamp, duration)
        if self._expected is not None and waited and taken - self._expected > _GAP:
            self._samples.skip()
        stamp = self._samples.place(self._clock.now() / 1e6, taken / 1e6, frames)
        missing = 0 if self._expected is None else stamp - self._expected
        self._expected = stamp + duration
        return stamp, max(0, round(missing / duration))
