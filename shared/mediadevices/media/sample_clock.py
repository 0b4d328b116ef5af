"""The timestamps of a microphone's blocks: pure arithmetic.

A block's time is measured when the sound system hands it over, and that moment jitters: it is
late whenever the machine is busy, and the sound system's own estimate of its delay settles only
after a while. The samples themselves come at a steady rate. So the clock counts samples, and
leans gently towards what is measured; it jumps only over samples that were really lost.
"""

from __future__ import annotations

__all__ = ["SampleClock"]

_MAX_DELAY = 2.0  # seconds; a sound system that claims more is not to be believed
_GAP = 0.03  # seconds that samples must be missing to be called a gap
_PATIENCE = 0.15  # seconds for which all blocks must say so: some that come late prove nothing
_LEAN = 0.01  # of a block's duration, the most that a timestamp is bent


class SampleClock:
    """Turns measured times into timestamps that rise strictly, at the samples' rate.

    Args:
        sample_rate: Hertz.
    """

    def __init__(self, sample_rate: float) -> None:
        self._sample_rate = sample_rate
        self._next: float | None = None
        self._last = -1
        self._late_since: float | None = None
        self._least_late = 0.0
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
        if self._next is None:
            # The first estimate of the delay is the worst one; a block takes its duration.
            start = now - duration
        else:
            measured = now - (delay if 0 < delay < _MAX_DELAY else duration)
            start = self._next + self._correction(now, measured - self._next, duration)
        self._lost = False
        self._next = start + duration
        self._last = max(round(start * 1e6), self._last + 1)
        return self._last

    def _correction(self, now: float, error: float, duration: float) -> float:
        """Return the seconds by which the next block is not where the last one ended."""
        if error <= _GAP:
            self._late_since = None
        elif self._late_since is None:
            self._late_since, self._least_late = now, error
        else:
            self._least_late = min(self._least_late, error)
        if self._lost:
            missing = max(error, 0.0)
        elif self._late_since is not None and now - self._late_since >= _PATIENCE:
            missing = self._least_late
        else:
            bend = _LEAN * duration
            return min(max(error, -bend), bend)
        self._late_since = None
        return missing
