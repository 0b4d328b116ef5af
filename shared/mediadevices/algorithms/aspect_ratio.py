"""Aspect ratios as the standard compares them, and the sizes that have them (§8).

The standard rounds a ratio to ten decimal places before it compares it. This module turns a range
of rounded ratios into exact fractions and then uses whole numbers only, so no result depends on
floating-point errors. Its cost does not grow with the size of the picture.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TypeAlias

from mediadevices.algorithms.domain import Domain, Interval

__all__ = [
    "ANY_RATIO",
    "UNITS",
    "Bounds",
    "RatioRange",
    "aspect_ratio",
    "has_size",
    "heights_with_width",
    "to_units",
    "whole_bounds",
]

Bounds: TypeAlias = tuple[int, int]
"""The smallest and the largest of a range of whole numbers."""
Quotient: TypeAlias = tuple[int, int]
"""Numerator and denominator; a denominator of 0 means infinity."""

#: Ratios are counted in units of the tenth decimal place.
UNITS = 10**10
#: Larger than any width or height: `ConstrainULong` ends at 2**32.
_LARGEST = 2**40


def aspect_ratio(width: float, height: int) -> float:
    """Return width / height, rounded to ten decimal places as the standard requires."""
    return round(width / height, 10)


@dataclass(frozen=True)
class RatioRange:
    """The allowed aspect ratios: from `min` to `max`, both rounded to ten decimal places."""

    min: float = 0.0
    max: float = math.inf

    @functools.cached_property
    def limits(self) -> tuple[Quotient, Quotient]:
        """The smallest and the largest exact quotient that rounds to an allowed ratio."""
        low = (0, 1) if self.min <= 0 else _last_rounding_to(self.min, -1)
        return low, (1, 0) if self.max == math.inf else _last_rounding_to(self.max, 1)

    @functools.cached_property
    def smallest_size(self) -> tuple[int, int] | None:
        """The smallest width and height with an allowed ratio, or None if there is none."""
        low, high = self.limits
        if self.min > self.max or high[0] <= 0:
            return None
        return _simplest_fraction(low, high) if low[0] else (1, max(1, -(-high[1] // high[0])))

    def allows(self, width: int, height: int) -> bool:
        """Tell whether a size has an allowed ratio."""
        low, high = self.limits
        return low[0] * height <= width * low[1] and width * high[1] <= high[0] * height


ANY_RATIO = RatioRange()


def _last_rounding_to(ratio: float, side: int) -> Quotient:
    """Return the smallest (side -1) or the largest (side 1) quotient that rounds to a ratio."""
    units = to_units(ratio)
    numerator, denominator = 2 * units + side, 2 * UNITS
    if units % 2:
        # Halves round to even. An odd number of units is not even, so exclude the halfway quotient.
        return numerator * _LARGEST - side, denominator * _LARGEST
    return numerator, denominator


def to_units(ratio: float) -> int:
    """Return a ratio in units of the tenth decimal place."""
    numerator, denominator = ratio.as_integer_ratio()
    return (2 * numerator * UNITS + denominator) // (2 * denominator)


def _simplest_fraction(low: Quotient, high: Quotient) -> tuple[int, int]:
    """Return the fraction with the smallest terms from low to high, where 0 < low <= high."""
    whole = -(-low[0] // low[1])
    if whole * high[1] <= high[0]:
        return whole, 1
    # No whole number lies between them, so both have the same whole part. Continue with the rest.
    whole -= 1
    p, q = _simplest_fraction(
        (high[1], high[0] - whole * high[1]), (low[1], low[0] - whole * low[1])
    )
    return whole * p + q, p


def whole_bounds(domain: Domain) -> Bounds | None:
    """Return the smallest and the largest whole number of a domain, or None if it has none."""
    if isinstance(domain, Interval):
        low, high = math.ceil(domain.min), math.floor(domain.max)
        return (low, high) if low <= high else None
    numbers = [int(value) for value in domain if not isinstance(value, (str, bool))]
    return (min(numbers), max(numbers)) if numbers else None


def has_size(widths: Bounds, heights: Bounds, ratios: RatioRange) -> bool:
    """Tell whether any size within bounds has an allowed ratio.

    Args:
        widths: The smallest and the largest width, in pixels.
        heights: The smallest and the largest height, in pixels.
        ratios: The allowed aspect ratios.
    """
    if (smallest := ratios.smallest_size) is None:
        return False
    p, q = smallest
    if p > widths[1] or q > heights[1]:
        return False
    smallest_factor = max(-(-widths[0] // p), -(-heights[0] // q))
    if smallest_factor <= min(widths[1] // p, heights[1] // q):
        return True  # a multiple of the smallest size lies within bounds
    low, high = ratios.limits
    first, last = heights_with_width(heights, widths, low, high)
    if first > last or not high[1]:
        return first <= last
    # Count the widths between low * height and high * height over all heights. No height
    # contributes a negative number, so the sum is positive if and only if some width exists.
    count = last - first + 1
    up_to_high = _floor_sum(count, high[0], high[0] * first, high[1])
    below_low = _floor_sum(count, low[0], low[0] * first + low[1] - 1, low[1])
    return up_to_high - below_low + count > 0


def heights_with_width(heights: Bounds, widths: Bounds, low: Quotient, high: Quotient) -> Bounds:
    """Return the heights for which [low * height, high * height] overlaps the widths.

    The first is larger than the last if there is no such height.
    """
    first = max(heights[0], -(-widths[0] * high[1] // high[0]))
    return first, min(heights[1], widths[1] * low[1] // low[0]) if low[0] else heights[1]


def _floor_sum(count: int, a: int, b: int, m: int) -> int:
    """Return the sum of (a * i + b) // m over the whole numbers i from 0 to count - 1.

    It works like Euclid's algorithm: each step swaps the modulus and the slope.
    """
    total = 0
    while True:
        total += count * (count - 1) // 2 * (a // m) + count * (b // m)
        a, b = a % m, b % m
        last = a * count + b
        if last < m:
            return total
        count, b = divmod(last, m)
        a, m = m, a
