"""Measures the real frame rate, which can differ from the one that a camera promises."""

from __future__ import annotations

import math

__all__ = ["RateMeter"]

_MEASURED_SECONDS = 2.0
"""The shortest duration of a measurement."""

_TOLERANCE = 0.1
"""The relative deviation up to which a rate counts as the promised one."""


class RateMeter:
    """Measures the rate of a camera continuously, from the timestamps of its frames.

    A new rate counts when two successive measurements agree on it, so that a burst of first frames
    or a busy machine changes nothing.

    Args:
        promised: Frames per second that the camera promises.
    """

    def __init__(self, promised: float) -> None:
        self._promised = promised
        self._rate = promised
        self._before = 0.0  # the result of the last measurement
        self._since = self._last = -math.inf  # microseconds
        self._intervals = 0

    def rate(self, timestamp: int) -> float:
        """Count a frame.

        Args:
            timestamp: The time at which the frame was captured, in microseconds.

        Returns:
            The present rate, in frames per second.
        """
        longest = max(_MEASURED_SECONDS, 3 / self._rate if self._rate else 0)
        paused = timestamp - self._last > 1e6 * longest
        self._last = timestamp
        self._intervals += 1
        seconds = (timestamp - self._since) / 1e6
        if paused:
            self._since, self._intervals = timestamp, 0
        elif seconds >= _MEASURED_SECONDS:
            self._conclude(self._intervals / seconds)
            self._since, self._intervals = timestamp, 0
        return self._rate

    def _conclude(self, measured: float) -> None:
        if _is_near(measured, self._promised):
            self._rate = self._promised
        elif not _is_near(measured, self._rate) and _is_near(measured, self._before):
            self._rate = round((measured + self._before) / 2, 1)
        self._before = measured


def _is_near(measured: float, rate: float) -> bool:
    return abs(measured - rate) <= _TOLERANCE * rate
