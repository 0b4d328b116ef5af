"""Timestamps of the audio blocks that the browser's processor delivers."""

from __future__ import annotations

from mediadevices.media.sample_clock import SampleClock
from mediadevices.pipeline.clock import Clock
from mediadevices_pyodide.timeline import Timeline

__all__ = ["BlockTimes"]

#: Microseconds; a smaller gap between two blocks is the browser's jitter, not a loss.
_MIN_GAP = 30_000


class BlockTimes:
    """Converts the timestamps of a track's blocks to the agent's clock, and detects losses.

    The browser's timestamps are wrong by tens of milliseconds when an audio graph plays the track.
    So the timestamps are computed by counting samples, as on the desktop. The browser drops blocks
    only when its queue is full. So a gap counts as a loss only if the block after it has waited in
    the queue.

    Args:
        clock: The agent's clock.
        waiting: The capacity of the browser's queue, in blocks.
    """

    def __init__(self, clock: Clock, waiting: int) -> None:
        self._clock = clock
        self._waiting = waiting
        self._rate = 0.0
        self._samples = SampleClock(1.0)
        self._timeline = Timeline(clock)
        self._expected: int | None = None

    def next(self, timestamp: int, frames: int, rate: float) -> tuple[int, int]:
        """Return the timestamp of the next block, and how many blocks were lost before it.

        Args:
            timestamp: The browser's timestamp, in microseconds.
            frames: Samples of each channel.
            rate: Hertz.
        """
        if rate != self._rate:
            self._rate, self._samples, self._expected = rate, SampleClock(rate), None
        duration = round(frames / rate * 1e6)
        waited = self._timeline.waited(timestamp, duration) > self._waiting * duration / 2
        taken = self._timeline.stamp(timestamp, duration)
        if self._expected is not None and waited and taken - self._expected > _MIN_GAP:
            self._samples.skip()
        stamp = self._samples.place(self._clock.now() / 1e6, taken / 1e6, frames)
        missing = 0 if self._expected is None else stamp - self._expected
        self._expected = stamp + duration
        return stamp, max(0, round(missing / duration))
