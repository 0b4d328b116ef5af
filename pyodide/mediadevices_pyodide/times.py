"""The browser's time stamps on our clock."""

from __future__ import annotations

from mediadevices.local.clock import Clock

__all__ = ["Timeline"]

#: Microseconds by which a time stamp may be off before the timeline is laid anew.
_TOLERANCE = 1_000_000


class Timeline:
    """Moves the time stamps of a track to our clock.

    In each engine, and for sound and picture apart, they count from another moment; the first one
    shows from which.

    Args:
        clock: The clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset: int | None = None

    def stamp(self, timestamp: int, duration: int = 0) -> int:
        """Return the time stamp on our clock.

        Args:
            timestamp: The browser's, in microseconds.
            duration: How long it took to take what has come: it has come at its end.
        """
        taken = self._clock.now() - duration
        if self._offset is None or abs(timestamp + self._offset - taken) > _TOLERANCE:
            self._offset = taken - timestamp
        elif not duration and timestamp + self._offset > taken:
            # The first one took longer to come than this one, which is not of the future. A block
            # of sound keeps its place after the last one all the same.
            self._offset = taken - timestamp
        return timestamp + self._offset
