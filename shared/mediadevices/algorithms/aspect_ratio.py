"""Aspect ratios, and whether any size has one (§8).

A quotient of whole numbers is compared by its tenth decimal place. Everything here is done with
whole numbers, so that nothing is lost, and takes as long for a large picture as for a small one.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TypeAlias

from mediadevices.algorithms.domain import Domain, Interval

__all__ = [
    "ANY_RATIO",
    "DECIMALS",
    "Bounds",
    "Ratio",
    "aspect_ratio",
    "decimals",
    "has_size",
    "lines_between",
    "whole_bounds",
]

Bounds: TypeAlias = tuple[int, int]
"""The least and the greatest of some whole numbers."""
Quotient: TypeAlias = tuple[int, int]
"""Numerator and denominator; a denominator of 0 means infinity."""

DECIMALS = 10**10
# More than a width or height can be: `ConstrainULong` ends at 2**32.
_LARGEST = 2**40


def aspect_ratio(width: float, height: int) -> float:
    """Return width / height as the standard rounds it: to the tenth decimal place."""
    return round(width / height, 10)


@dataclass(frozen=True)
class Ratio:
    """The aspect ratios from `min` to `max` that will do, rounded as the standard rounds them."""

    min: float = 0.0
    max: float = math.inf

    @functools.cached_property
    def limits(self) -> tuple[Quotient, Quotient]:
        """The least and the greatest quotient that is rounded to one of the ratios."""
        low = (0, 1) if self.min <= 0 else _limit(self.min, -1)
        return low, (1, 0) if self.max == math.inf else _limit(self.max, 1)

    @functools.cached_property
    def simplest(self) -> tuple[int, int] | None:
        """The smallest size that has such a ratio."""
        low, high = self.limits
        if self.min > self.max or high[0] <= 0:
            return None
        return _simplest(low, high) if low[0] else (1, max(1, -(-high[1] // high[0])))

    def holds(self, width: int, height: int) -> bool:
        """Tell whether a size has such a ratio."""
        low, high = self.limits
        return low[0] * height <= width * low[1] and width * high[1] <= high[0] * height


ANY_RATIO = Ratio()


def _limit(ratio: float, side: int) -> Quotient:
    """Return the last quotient below (-1) or above (1) a ratio that is rounded to it."""
    whole = decimals(ratio)
    numerator, denominator = 2 * whole + side, 2 * DECIMALS
    if whole % 2:  # The one halfway is rounded to the neighbour, which is even.
        return numerator * _LARGEST - side, denominator * _LARGEST
    return numerator, denominator


def decimals(ratio: float) -> int:
    """Return how many units of the tenth decimal place a ratio is."""
    numerator, denominator = ratio.as_integer_ratio()
    return (2 * numerator * DECIMALS + denominator) // (2 * denominator)


def _simplest(low: Quotient, high: Quotient) -> tuple[int, int]:
    """Return the fraction between two, 0 < low <= high, with the least terms."""
    whole = -(-low[0] // low[1])
    if whole * high[1] <= high[0]:
        return whole, 1
    # None is whole: they differ in what is left of the same whole number.
    whole -= 1
    p, q = _simplest((high[1], high[0] - whole * high[1]), (low[1], low[0] - whole * low[1]))
    return whole * p + q, p


def whole_bounds(domain: Domain) -> Bounds | None:
    """Return the least and the greatest whole number of a domain."""
    if isinstance(domain, Interval):
        low, high = math.ceil(domain.min), math.floor(domain.max)
        return (low, high) if low <= high else None
    numbers = [int(value) for value in domain if not isinstance(value, (str, bool))]
    return (min(numbers), max(numbers)) if numbers else None


def has_size(widths: Bounds, heights: Bounds, ratio: Ratio) -> bool:
    """Tell whether there is a size of such a ratio.

    Args:
        widths: The least and the greatest width, in pixels.
        heights: The least and the greatest height, in pixels.
        ratio: The aspect ratios that will do.
    """
    if (simplest := ratio.simplest) is None:
        return False
    p, q = simplest
    if p > widths[1] or q > heights[1]:
        return False
    least = max(-(-widths[0] // p), -(-heights[0] // q))
    if least <= min(widths[1] // p, heights[1] // q):
        return True  # A multiple of the simplest one.
    low, high = ratio.limits
    first, last = lines_between(heights, widths, low, high)
    if first > last or not high[1]:
        return first <= last
    # No line has less than no whole number between the limits: so one has some if all together do.
    count = last - first + 1
    to_high = _floor_sum(count, high[0], high[0] * first, high[1])
    below_low = _floor_sum(count, low[0], low[0] * first + low[1] - 1, low[1])
    return to_high - below_low + count > 0


def lines_between(lines: Bounds, across: Bounds, low: Quotient, high: Quotient) -> Bounds:
    """Return which lines have some number across between the line times low and times high."""
    first = max(lines[0], -(-across[0] * high[1] // high[0]))
    return first, min(lines[1], across[1] * low[1] // low[0]) if low[0] else lines[1]


def _floor_sum(count: int, a: int, b: int, m: int) -> int:
    """Return the sum of (a * i + b) // m over the whole numbers i from 0 to count - 1."""
    total = 0
    while True:
        total += count * (count - 1) // 2 * (a // m) + count * (b // m)
        a, b = a % m, b % m
        last = a * count + b
        if last < m:
            return total
        count, b = divmod(last, m)
        a, m = m, a
