"""Convert the browser's timestamps to the agent's clock."""

from __future__ import annotations

from mediadevices.pipeline.clock import Clock

__all__ = ["Timeline"]

#: Largest drift between the two clocks, in seconds per second; good clocks drift a tenth of it.
_DRIFT = 0.0005
#: Microseconds; a larger delay means that the page was busy, or that the source had stopped.
_LARGE_DELAY = 1_000_000
#: Microseconds; if every frame is that late for this long, the source had stopped.
_RESET_AFTER = 10_000_000


class Timeline:
    """Converts the timestamps of a track to the agent's clock.

    Each engine counts timestamps from a different origin, on a clock with a slightly different
    rate. The frame with the least delay determines the offset between the clocks. Later frames have
    waited for the page, and keep their capture time. No timestamp is in the future.

    Args:
        clock: The agent's clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset: float | None = None
        self._updated = 0  # when the offset was updated, on the agent's clock
        self._last = 0  # the browser's newest timestamp
        self._late_since: int | None = None

    def stamp(self, timestamp: int, duration: int = 0) -> int:
        """Return a timestamp on the agent's clock.

        Args:
            timestamp: The browser's timestamp, in microseconds.
            duration: Microseconds from the timestamp to the end of the frame or block.
        """
        now = self._clock.now()
        latest = now - duration - timestamp
        if self._offset is None or self._must_reset(now, latest, back=timestamp < self._last):
            self._offset = latest
        else:
            self._offset = min(self._offset + (now - self._updated) * _DRIFT, latest)
        self._updated, self._last = now, timestamp
        return timestamp + int(self._offset)

    def waited(self, timestamp: int, duration: int) -> int:
        """Return how many microseconds a frame or block has waited for the page; see `stamp`."""
        if self._offset is None:
            return 0
        return self._clock.now() - duration - timestamp - int(self._offset)

    def _must_reset(self, now: int, latest: int, *, back: bool) -> bool:
        """Return whether the source restarted its timestamps, or had stopped for a while."""
        assert self._offset is not None
        if latest - self._offset <= _LARGE_DELAY:
            self._late_since = None
            return False
        if self._late_since is None:
            self._late_since = now
        if not back and now - self._late_since < _RESET_AFTER:
            return False
        self._late_since = None
        return True
