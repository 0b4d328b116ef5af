"""Time stamps of the blocks that the browser's processor gives."""

from __future__ import annotations

from mediadevices.local.clock import Clock
from mediadevices.media.sample_clock import SampleClock

__all__ = ["BlockTimes"]

#: Seconds that must be missing where blocks were dropped: less is the browser's jitter.
_GAP = 0.03
#: Seconds by which a track may fall behind our clock before its time is laid anew.
_TOLERANCE = 1.0


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
        self._first = 0
        self._offset = 0.0
        self._expected = 0.0

    def next(self, timestamp: int, frames: int, rate: float) -> tuple[int, int]:
        """Return the next block's time on our clock, and how many before it are missing.

        Args:
            timestamp: The browser's, in microseconds.
            frames: Samples of each channel.
            rate: Hertz.
        """
        duration = frames / rate
        taken = self._clock.now() / 1e6 - duration
        if rate != self._rate:
            self._rate, self._samples = rate, SampleClock(rate)
            self._first, self._offset, self._expected = timestamp, taken, 0.0
        given = (timestamp - self._first) / 1e6
        full = self._waiting * duration
        if taken - self._offset - given > full / 2 and given - self._expected > _GAP:
            self._samples.skip()
        counted = self._samples.stamp(given + duration, 0.0, frames) / 1e6
        missing = counted - self._expected
        self._expected = counted + duration
        behind = taken - self._offset - counted
        if behind > full + _TOLERANCE:
            self._offset += behind  # The source has stood still meanwhile.
        return round((self._offset + counted) * 1e6), max(0, round(missing / duration))
