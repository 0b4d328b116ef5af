"""Dropping frames to reach a lower frame rate."""

from __future__ import annotations

__all__ = ["Decimator"]


class Decimator:
    """Decides by the time stamps which frames a track with a lower frame rate gets.

    A frame is taken if it comes no more than half a native interval before it is due. So jitter
    does no harm and the average is exact: 30 fps gives every other frame at 15, two of three at 20.

    Args:
        native_rate: Frames per second of the source; 0 if it is unknown, as for a program that
            writes frames. Then the interval to the previous frame counts.
        wanted_rate: Frames per second of the track.
    """

    __slots__ = ("_due", "_interval", "_last", "_tolerance", "share")

    def __init__(self, native_rate: float, wanted_rate: float) -> None:
        # A wanted rate that is as good as the native one takes every frame, whatever the jitter.
        takes_all = native_rate > 0 and wanted_rate > native_rate * 0.99
        self._interval = 0.0 if takes_all else 1e6 / wanted_rate
        self._tolerance = 0.5e6 / native_rate if native_rate else None
        self._due: float | None = None
        self._last: int | None = None
        #: The share of the source's frames that is taken, as far as it is known.
        self.share = 1.0 if takes_all or not native_rate else wanted_rate / native_rate

    def takes(self, timestamp: int) -> bool:
        """Return whether to take the frame with this time stamp, in microseconds."""
        if not self._interval:
            return True
        last, self._last = self._last, timestamp
        if last is not None and timestamp < last:
            self._due = None  # A program has started its clip again.
        tolerance = self._tolerance
        if tolerance is None:
            # Half of the gap before this frame, as far as a gap of the wanted rate.
            gap = timestamp - last if last is not None else 0
            tolerance = min(max(gap, 0), self._interval) / 2
        if self._due is not None and timestamp + tolerance < self._due:
            return False
        # After a pause the rhythm starts anew, instead of catching up.
        late = self._due is None or timestamp - self._due > self._interval
        self._due = (timestamp if late or self._due is None else self._due) + self._interval
        return True
