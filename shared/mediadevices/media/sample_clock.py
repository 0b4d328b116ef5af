"""The timestamps of a microphone's blocks: pure arithmetic.

A block's time is measured when the sound system hands it over. That moment jitters: it is late
whenever the machine is busy, and the sound system's estimate of its delay is rough. The samples
themselves come at a steady rate. So the clock counts samples, follows small errors slowly, and
steps only when all blocks of a while agree on a large one: samples were lost, or the first block
was late.
"""

from __future__ import annotations

__all__ = ["SampleClock"]

_MAX_DELAY = 2.0  # seconds; a sound system that claims more is not believed
_LARGE = 0.03  # seconds; an error that is no jitter
_PATIENCE = 0.15  # seconds for which all blocks must agree on a large error
_LEAN = 0.01  # of a block's duration: how far a small error moves a timestamp at most


class SampleClock:
    """Turns measured times into timestamps that rise strictly, at the samples' rate.

    No timestamp is later than the moment when its block was handed over, unless it has to be in
    order to rise.

    Args:
        sample_rate: Hertz.
    """

    def __init__(self, sample_rate: float) -> None:
        self._sample_rate = sample_rate
        self._next: float | None = None
        self._last: int | None = None
        self._off_since: float | None = None  # since when the errors are large
        self._off = 0.0  # the least of them
        self._lost = False

    def skip(self) -> None:
        """Say that samples are missing before the next block."""
        self._lost = True

    def stamp(self, now: float, delay: float, frames: int) -> int:
        """Return the time of a block's first sample, in microseconds.

        Args:
            now: When the block was handed over, in seconds.
            delay: How long before that its first sample was taken, in seconds, as the sound
                system estimates it; an impossible value means that it does not know.
            frames: Samples of each channel.
        """
        duration = frames / self._sample_rate
        # The last sample was taken before now, so the first one is at least the duration old.
        age = max(delay, duration) if 0 < delay < _MAX_DELAY else duration
        return self.place(now, now - age, frames)

    def place(self, now: float, measured: float, frames: int) -> int:
        """Return the time of a block's first sample, in microseconds.

        Args:
            now: When the block was handed over, in seconds.
            measured: When its first sample was taken, in seconds, as well as that is known.
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
        """Return the seconds by which the next block is not where the last one ended."""
        if abs(error) <= _LARGE or (self._off_since is not None and error * self._off < 0):
            self._off_since = None
        if abs(error) > _LARGE:
            if self._off_since is None:
                self._off_since, self._off = now, error
            else:
                self._off = min(self._off, error, key=abs)
        if self._lost:
            step = max(error, 0.0)
        elif self._off_since is not None and now - self._off_since >= _PATIENCE:
            step = self._off
        else:
            bend = _LEAN * duration
            return min(max(error, -bend), bend)
        self._off_since = None
        return step
