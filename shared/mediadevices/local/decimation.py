"""Leaving out frames to reach a lower rate."""

from __future__ import annotations

__all__ = ["Decimator"]


class Decimator:
    """Decides by the time stamps which frames a slower track gets.

    A frame is taken when it comes no more than half a native interval before it is due, so that
    jitter does no harm and the average is exact: 30 fps gives every other frame at 15, two of
    three at 20.

    Args:
        native_rate: Frames per second that come.
        wanted_rate: Frames per second that are wanted.
    """

    __slots__ = ("_due", "_interval", "_tolerance")

    def __init__(self, native_rate: float, wanted_rate: float) -> None:
        # A rate that is as good as the native one takes every frame, whatever the jitter.
        self._interval = 0.0 if wanted_rate > native_rate * 0.99 else 1e6 / wanted_rate
        self._tolerance = 0.5e6 / native_rate if native_rate else 0.0
        self._due: float | None = None

    def takes(self, timestamp: int) -> bool:
        """Tell whether to take the frame with this time stamp, in microseconds."""
        if not self._interval:
            return True
        if self._due is not None and timestamp + self._tolerance < self._due:
            return False
        # After a pause the rhythm starts anew, instead of catching up.
        late = self._due is None or timestamp - self._due > self._interval
        self._due = (timestamp if late or self._due is None else self._due) + self._interval
        return True
