"""Dropping frames to reach a lower frame rate."""

from __future__ import annotations

__all__ = ["Decimator"]


class Decimator:
    """Decides from the timestamps which frames a track with a lower frame rate takes.

    A frame is taken if it is at most half a native interval early. So jitter does not matter and
    the average rate is exact: of 30 fps, a track at 15 takes every other frame, and a track at 20
    takes two of three.

    Args:
        native_rate: Frames per second of the source; 0 if it is unknown, as for a generator. Then
            the interval to the previous frame is used.
        wanted_rate: Frames per second of the track.
    """

    __slots__ = ("_due", "_interval", "_last", "_tolerance", "share")

    def __init__(self, native_rate: float, wanted_rate: float) -> None:
        # At (almost) the native rate take every frame, however large the jitter is.
        takes_all = native_rate > 0 and wanted_rate > native_rate * 0.99
        self._interval = 0.0 if takes_all else 1e6 / wanted_rate
        self._tolerance = 0.5e6 / native_rate if native_rate else None
        self._due: float | None = None
        self._last: int | None = None
        #: The fraction of the source's frames that the track takes; 1 if it is unknown.
        self.share = 1.0 if takes_all or not native_rate else wanted_rate / native_rate

    def takes(self, timestamp: int) -> bool:
        """Return whether to take the frame with this timestamp, in microseconds."""
        if not self._interval:
            return True
        last, self._last = self._last, timestamp
        if last is not None and timestamp < last:
            self._due = None  # The program has restarted its clip.
        tolerance = self._tolerance
        if tolerance is None:
            # Half of the gap before this frame, but at most half of the wanted interval.
            gap = timestamp - last if last is not None else 0
            tolerance = min(max(gap, 0), self._interval) / 2
        if self._due is not None and timestamp + tolerance < self._due:
            return False
        # After a pause restart the schedule, instead of catching up.
        late = self._due is None or timestamp - self._due > self._interval
        self._due = (timestamp if late or self._due is None else self._due) + self._interval
        return True
