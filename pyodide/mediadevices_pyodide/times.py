"""The browser's time stamps on our clock."""

from __future__ import annotations

from mediadevices.local.clock import Clock

__all__ = ["Timeline"]

#: Microseconds by which a time stamp may be off before the timeline is laid anew.
_TOLERANCE = 1_000_000


class Timeline:
    """Moves the time stamps of a video track to our clock.

    In each engine they count from another moment; the first one shows from which.

    Args:
        clock: The clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset: int | None = None

    def stamp(self, timestamp: int) -> int:
        """Return the time stamp on our clock.

        Args:
            timestamp: The browser's, in microseconds.
        """
        now = self._clock.now()
        # Where the first one took longer to come than this one, this one is not of the future.
        if self._offset is None or not 0 <= now - timestamp - self._offset <= _TOLERANCE:
            self._offset = now - timestamp
        return timestamp + self._offset
