"""The timestamps of a microphone's blocks.

A block's time is measured when the sound system delivers it. This measurement jitters: a busy
machine delivers late, and the sound system only estimates its delay. The samples themselves arrive
at a steady rate. So the clock counts samples and corrects small errors slowly. It jumps only when
all blocks of a period agree on a large error: then samples were lost, or the first block was late.
"""

from __future__ import annotations

__all__ = ["SampleClock"]

_MAX_DELAY = 2.0  # seconds; a larger estimate of the delay is ignored
_LARGE_ERROR = 0.03  # seconds; a larger error is not jitter
_JUMP_AFTER = 0.15  # seconds for which all blocks must agree on a large error
_MAX_DRIFT = 0.01  # fraction of a block's duration that a small error may move its timestamp


class SampleClock:
    """Turns measured times into strictly increasing timestamps at the sample rate.

    A timestamp always exceeds the last one. Apart from that, it is not later than the delivery of
    its block.

    Args:
        sample_rate: Hertz.
    """

    def __init__(self, sample_rate: float) -> None:
        self._sample_rate = sample_rate
        self._next: float | None = None
        self._last: int | None = None
        self._large_since: float | None = None  # seconds: when the errors became large
        self._smallest_large = 0.0  # seconds: the smallest error since then
        self._lost = False

    def skip(self) -> None:
        """Note that samples are missing before the next block."""
        self._lost = True

    def stamp(self, now: float, delay: float, frames: int) -> int:
        """Return the timestamp of a block, in microseconds, from the estimated delay.

        Args:
            now: The time of the block's delivery, in seconds.
            delay: The sound system's estimate of the seconds between the first sample and the
                delivery; an impossible value means that it is unknown.
            frames: Samples of each channel.
        """
        duration = frames / self._sample_rate
        # The last sample is in the past, so the first one is at least a block's duration old.
        age = max(delay, duration) if 0 < delay < _MAX_DELAY else duration
        return self.place(now, now - age, frames)

    def place(self, now: float, measured: float, frames: int) -> int:
        """Return the timestamp of a block, in microseconds, from the measured time.

        Args:
            now: The time of the block's delivery, in seconds.
            measured: The measured time of the block's first sample, in seconds.
            frames: Samples of each channel.
        """
        duration = frames / self._sample_rate
        if self._next is None:
            start = measured
        else:
            start = self._next + self._correction(now, measured - self._next, duration)
        start = min(start, now)
        self._lost = False
        self._next = start + duration
        stamp = round(start * 1e6)
        self._last = stamp if self._last is None else max(stamp, self._last + 1)
        return self._last

    def _correction(self, now: float, error: float, duration: float) -> float:
        """Return the seconds between the end of the last block and the start of the next one."""
        large = abs(error) > _LARGE_ERROR
        opposite = self._large_since is not None and error * self._smallest_large < 0
        if not large or opposite:
            self._large_since = None
        if large:
            if self._large_since is None:
                self._large_since, self._smallest_large = now, error
            else:
                self._smallest_large = min(self._smallest_large, error, key=abs)
        if self._lost:
            step = max(error, 0.0)
        elif self._large_since is not None and now - self._large_since >= _JUMP_AFTER:
            step = self._smallest_large
        else:
            limit = _MAX_DRIFT * duration
            return min(max(error, -limit), limit)
        self._large_since = None
        return step
