"""The browser's time stamps on our clock."""

from __future__ import annotations

from mediadevices.pipeline.clock import Clock

__all__ = ["Timeline"]

#: Seconds of one clock's second by which two clocks may differ: good ones differ by a tenth of it.
_DRIFT = 0.0005
#: Microseconds; frames that are later have waited for the page, or the source has stood still.
_LARGE = 1_000_000
#: Microseconds for which all frames must be that late before the source has stood still.
_PATIENCE = 10_000_000


class Timeline:
    """Moves the time stamps of a track to our clock.

    The browser's count from another moment in each engine, by a clock that is not quite as fast as
    ours. The frame that came soonest shows from which moment: others have waited for the page, and
    keep the time at which they were taken. No time stamp is of the future.

    Args:
        clock: Our clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset: float | None = None
        self._seen = 0
        self._last = 0
        self._late_since: int | None = None

    def stamp(self, timestamp: int, duration: int = 0) -> int:
        """Return the time stamp on our clock.

        Args:
            timestamp: The browser's, in microseconds.
            duration: Microseconds that pass between it and the end of what it stamps.
        """
        now = self._clock.now()
        latest = now - duration - timestamp
        if self._offset is None or self._laid_anew(now, latest, back=timestamp < self._last):
            self._offset = latest
        else:
            self._offset = min(self._offset + (now - self._seen) * _DRIFT, latest)
        self._seen, self._last = now, timestamp
        return timestamp + int(self._offset)

    def waited(self, timestamp: int, duration: int) -> int:
        """Return how many microseconds something has waited for the page; see `stamp`."""
        if self._offset is None:
            return 0
        return self._clock.now() - duration - timestamp - int(self._offset)

    def _laid_anew(self, now: int, latest: int, *, back: bool) -> bool:
        """Return whether the source counts anew, or has stood still, as all of a while tell."""
        assert self._offset is not None
        if latest - self._offset <= _LARGE:
            self._late_since = None
            return False
        if self._late_since is None:
            self._late_since = now
        if not back and now - self._late_since < _PATIENCE:
            return False
        self._late_since = None
        return True
