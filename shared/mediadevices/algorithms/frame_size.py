"""The best width and height when width, height and aspect ratio are all constrained (§8, §11).

The three properties are one choice: two of them determine the third. A camera has millions of
sizes, so this module finds the best one without trying them all:

* For a fixed height, the fitness distance is linear or concave in the width between ideals and
  limits. So the best width is an ideal, a limit, or a whole number beside one.
* The same holds across heights. So the better end of a range of heights is a lower bound
  for the range, and a branch-and-bound search discards most ranges.

Several sizes can be equally near. `candidate_sizes` therefore also yields the sizes where the
lines of ideals and limits cross, and the ranker chooses among them.
"""

from __future__ import annotations

import heapq
import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

from mediadevices.algorithms.aspect_ratio import (
    UNITS,
    Bounds,
    RatioRange,
    aspect_ratio,
    has_size,
    heights_with_width,
    to_units,
    whole_bounds,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediadevices.algorithms.domain import Domain

__all__ = ["IdealSize", "candidate_sizes"]

#: Rounding a ratio to ten decimal places changes a distance by less than this.
_ROUNDING = 1e-9


class IdealSize(NamedTuple):
    """The ideal width, height and aspect ratio; None where there is no ideal.

    The ratio is rounded to ten decimal places.
    """

    width: float | None = None
    height: float | None = None
    ratio: float | None = None

    def distance(self, width: float, height: int) -> float:
        """Return the fitness distance of a size (§11.1.1)."""
        total = 0.0 if self.width is None else _relative_difference(width, self.width)
        if self.height is not None:
            total += _relative_difference(height, self.height)
        if self.ratio is not None:
            total += _relative_difference(aspect_ratio(width, height), self.ratio)
        return total

    def best_widths(self, height: int, low: float, high: float) -> set[float]:
        """Return a few widths from low to high; one of them is the nearest for this height."""
        if self.ratio is None and self.width is None:
            return {high}
        ideals = (self.width, None if self.ratio is None else self.ratio * height)
        # The distance from a negative ratio is not monotonic: either end can be the nearest.
        ends = {low, high} if self.ratio is not None and self.ratio < 0 else set[float]()
        return {min(max(width, low), high) for width in ideals if width is not None} | ends


def _relative_difference(actual: float, ideal: float) -> float:
    # The same as `value_distance` for numbers that are not negative; it is called very often.
    return abs(actual - ideal) / max(actual, abs(ideal)) if actual != ideal else 0.0


def candidate_sizes(
    width: Domain,
    height: Domain,
    ratios: RatioRange,
    ideal: IdealSize,
    *,
    widths: tuple[int, ...] = (),
    heights: tuple[int, ...] = (),
    shape: float | None = None,
) -> Iterator[tuple[int, int]]:
    """Yield a few sizes; at least one of them has the smallest fitness distance.

    Args:
        width: The allowed widths, in pixels.
        height: The allowed heights, in pixels.
        ratios: The allowed aspect ratios.
        ideal: The ideals.
        widths: Widths to prefer among equally near sizes.
        heights: Heights to prefer among equally near sizes.
        shape: The aspect ratio to keep if no ideal and no limit determines it.

    Yields:
        Width and height, all of them allowed. Nothing if no size is allowed.
    """
    width_bounds, height_bounds = whole_bounds(width), whole_bounds(height)
    if width_bounds is None or height_bounds is None or ratios.smallest_size is None:
        return
    (w0, w1), (h0, h1) = width_bounds, height_bounds
    preferred_w = widths if ideal.width is None else (round(ideal.width), *widths)
    preferred_h = heights if ideal.height is None else (round(ideal.height), *heights)
    fixed_w = {w0, w1, *(min(max(w, w0), w1) for w in preferred_w)}
    fixed_h = {h0, h1, *(min(max(h, h0), h1) for h in preferred_h)}
    # Each slope is a line of sizes with one aspect ratio.
    slopes = [one for one in (ideal.ratio or 0, ratios.min, ratios.max) if 0 < one < math.inf]
    crossed = [*slopes, shape] if shape is not None else slopes
    sizes = {(w, h) for w in fixed_w for h in fixed_h}
    sizes |= {(w, h) for w in fixed_w for slope in crossed for h in _around(w / slope, h0, h1)}
    sizes |= {(w, h) for h in fixed_h for slope in crossed for w in _around(h * slope, w0, w1)}
    if slopes:
        ranges = [ratios]
        if ideal.ratio is not None:
            ranges.append(RatioRange(ideal.ratio, ideal.ratio))
        for one in ranges:
            if one.smallest_size is not None:
                sizes |= _multiples(one.smallest_size, fixed_w, fixed_h)
    inside = [size for size in sizes if _within(size, width_bounds, height_bounds)]
    allowed = [size for size in inside if ratios.allows(*size)]
    yield from allowed
    if ideal.ratio is None and not slopes:
        return  # Width and height are independent here, so the nearest size is among these.
    best = min((ideal.distance(*size) for size in allowed), default=math.inf)
    if (nearer := _nearer_size(width_bounds, height_bounds, ratios, ideal, best)) is not None:
        # If the ratio is the only ideal, the multiples of this size are equally near.
        divisor = math.gcd(*nearer)
        same_ratio = _multiples((nearer[0] // divisor, nearer[1] // divisor), fixed_w, fixed_h)
        yield from (
            size for size in same_ratio | {nearer} if _within(size, width_bounds, height_bounds)
        )


def _within(size: tuple[int, int], widths: Bounds, heights: Bounds) -> bool:
    return widths[0] <= size[0] <= widths[1] and heights[0] <= size[1] <= heights[1]


def _around(number: float, low: int, high: int) -> tuple[int, int]:
    """Clamp a number to bounds, and return the whole numbers below and above it."""
    number = min(max(number, low), high)
    return math.floor(number), math.ceil(number)


def _multiples(
    smallest_size: tuple[int, int], widths: set[int], heights: set[int]
) -> set[tuple[int, int]]:
    """Return the multiples of a size that are next to one of the widths or heights."""
    p, q = smallest_size
    factors = [*(w / p for w in widths), *(h / q for h in heights)]
    wholes = {whole for factor in factors for whole in (math.floor(factor), math.ceil(factor))}
    return {(k * p, k * q) for k in wholes if k > 0}


def _nearer_size(
    widths: Bounds, heights: Bounds, ratios: RatioRange, ideal: IdealSize, best: float
) -> tuple[int, int] | None:
    """Return the nearest size of all if its distance is less than `best`, else None."""
    if not best:
        return None
    if ideal.ratio is None or ideal.width is not None or ideal.height is not None:
        return _search_sizes(widths, heights, ratios, ideal, best)
    # The ratio is the only ideal: find the nearest ratio first, then any size that has it.
    ideal_ratio = ideal.ratio
    neighbours = _neighbouring_ratios(widths, heights, ratios, ideal_ratio, best)
    nearest = min(
        neighbours, key=lambda one: _relative_difference(one.min, ideal_ratio), default=None
    )
    if nearest is None or _relative_difference(nearest.min, ideal_ratio) >= best:
        return None
    return _search_sizes(widths, heights, nearest, IdealSize(), math.inf)


def _neighbouring_ratios(
    widths: Bounds, heights: Bounds, ratios: RatioRange, ideal: float, best: float
) -> Iterator[RatioRange]:
    """Yield the ratios of sizes next to the ideal, above and below, if nearer than `best`."""
    low = max(ratios.min, aspect_ratio(widths[0], heights[1]))
    high = min(ratios.max, aspect_ratio(widths[1], heights[0]))
    if ideal > 0 and best < 1:
        low, high = max(low, ideal * (1 - best)), min(high, ideal / (1 - best))
    if low > high:
        return
    # For a negative ideal, the nearest ratio is the smallest or the largest of all.
    middle = min(max(ideal, low), high)
    above, below = (middle, middle) if ideal > 0 else (low, high)
    for start, stop, side in ((above, high, 1), (low, below, -1)):
        if (found := _extreme_ratio(widths, heights, start, stop, side)) is not None:
            yield found


def _extreme_ratio(
    widths: Bounds, heights: Bounds, low: float, high: float, side: int
) -> RatioRange | None:
    """Return the smallest (side 1) or the largest (side -1) ratio of a size from low to high."""
    first, last = to_units(low), to_units(high)

    def exists(first: int, last: int) -> bool:
        return has_size(widths, heights, RatioRange(first / UNITS, last / UNITS))

    if not exists(first, last):
        return None
    while first < last:
        middle = (first + last) // 2
        if exists(first, middle) if side > 0 else not exists(middle + 1, last):
            last = middle
        else:
            first = middle + 1
    return RatioRange(first / UNITS, first / UNITS)


def _search_sizes(
    widths: Bounds, heights: Bounds, ratios: RatioRange, ideal: IdealSize, best: float
) -> tuple[int, int] | None:
    """Return the size with the smallest distance if that is less than `best`, else None.

    Of equally near sizes it returns a tall one.

    This is a branch-and-bound search over the heights. For each height take the distance of the
    best width, whole or not. Between the heights where ideals and limits cross, this distance is
    concave. So in such a range of heights no size is nearer than the better of the two ends. The
    search halves ranges until one height is left, and discards those that cannot beat `best`.
    """
    low, high = ratios.limits
    min_ratio = low[0] / low[1]
    max_ratio = high[0] / high[1] if high[1] else math.inf
    slopes = [one for one in (abs(ideal.ratio or 0), min_ratio, max_ratio) if 0 < one < math.inf]
    fixed_widths = widths if ideal.width is None else (*widths, ideal.width)
    first, last = heights_with_width(heights, widths, low, high)
    if first > last:
        return None
    crossings = [width / slope for width in fixed_widths for slope in slopes]
    if ideal.height is not None:
        crossings.append(ideal.height)
    ends = {first, *(end for one in crossings for end in _around(one, first, last)), last}
    found: tuple[int, int] | None = None
    rounding = 0.0 if ideal.ratio is None else _ROUNDING

    def lower_bound(height: int) -> float:
        left = max(widths[0], min_ratio * height)
        right = max(left, min(widths[1], max_ratio * height))
        nearest = min(ideal.distance(w, height) for w in ideal.best_widths(height, left, right))
        return nearest - rounding

    def push(first: int, last: int) -> None:
        bound = min(lower_bound(first), lower_bound(last))
        if bound < best:
            heapq.heappush(heap, (bound, -last, first))

    heap: list[tuple[float, int, int]] = []
    for one, following in itertools.pairwise(sorted(ends)) if first < last else ((first, last),):
        push(one, following)
    while heap:
        bound, last, first = heapq.heappop(heap)
        last = -last
        if bound >= best or not best:
            break
        if (max_ratio - min_ratio) * last < 1 and not has_size(widths, (first, last), ratios):
            continue
        if first < last:
            middle = (first + last) // 2
            push(middle + 1, last)
            push(first, middle)
            continue
        left = max(widths[0], -(-low[0] * first // low[1]))
        right = min(widths[1], high[0] * first // high[1]) if high[1] else widths[1]
        for width in ideal.best_widths(first, left, right) if left <= right else ():
            for whole in _around(width, left, right):
                if (distance := ideal.distance(whole, first)) < best:
                    best, found = distance, (whole, first)
    return found
