"""The frame rate as it is, where nobody but the frames can tell it."""

from __future__ import annotations

__all__ = ["RateMeter"]

_SETTLING_FRAMES = 5
"""The first frames come in a burst, or late."""

_MEASURED_SECONDS = 2.0
_TOLERANCE = 0.1
"""A rate that is off by less than this part is as promised: cameras waver."""


class RateMeter:
    """Measures over the first two seconds, once."""

    def __init__(self) -> None:
        self._frames = 0
        self._since = 0.0
        self._done = False

    def measure(self, now: float, promised: float) -> float:
        """Count a frame.

        Args:
            now: When it came, in seconds.
            promised: The rate so far, in frames per second.

        Returns:
            The rate from here on: the measured one when it is known, and another.
        """
        if self._done:
            return promised
        self._frames += 1
        if self._frames <= _SETTLING_FRAMES:
            self._since = now
            return promised
        passed = now - self._since
        if passed < _MEASURED_SECONDS:
            return promised
        self._done = True
        measured = (self._frames - _SETTLING_FRAMES) / passed
        if abs(measured - promised) <= _TOLERANCE * promised:
            return promised
        return round(measured, 1)
