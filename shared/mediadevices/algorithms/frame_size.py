"""The best width and height when width, height and their ratio are all constrained (§8, §11).

Width, height and aspect ratio are one choice, not three. Of the sizes of one height the distance
from the ideals is linear or concave in the width, between the ideals and limits; so the best width
is one of those, or beside one. The same holds from height to height, and rules out nearly all.
What is equally near is chosen from where the lines of ideals and limits cross.
"""

from __future__ import annotations

import heapq
import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

from mediadevices.algorithms.aspect_ratio import (
    DECIMALS,
    Bounds,
    Ratio,
    aspect_ratio,
    decimals,
    has_size,
    lines_between,
    whole_bounds,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediadevices.algorithms.domain import Domain

__all__ = ["SizeWish", "candidate_sizes"]

_ROUNDING = 1e-9  # More than a rounded ratio can change a distance.


class SizeWish(NamedTuple):
    """The ideals of a size, rounded as they are compared; None where there is none."""

    width: float | None = None
    height: float | None = None
    ratio: float | None = None

    def distance(self, width: float, height: int) -> float:
        """Return the fitness distance of a size (§11.1.1)."""
        far = 0.0 if self.width is None else _apart(width, self.width)
        if self.height is not None:
            far += _apart(height, self.height)
        if self.ratio is not None:
            far += _apart(aspect_ratio(width, height), self.ratio)
        return far

    def widths(self, height: int, left: float, right: float) -> set[float]:
        """Return where, from left to right, the nearest width to a height is, or beside it."""
        if self.ratio is None and self.width is None:
            return {right}
        wanted = (self.width, None if self.ratio is None else self.ratio * height)
        # Of a ratio below 0 those are farthest that are as far from 0 on the other side.
        ends = {left, right} if self.ratio is not None and self.ratio < 0 else set[float]()
        return {min(max(width, left), right) for width in wanted if width is not None} | ends


def _apart(actual: float, ideal: float) -> float:
    # `value_distance` for what is never below 0, some thousand times.
    return abs(actual - ideal) / max(actual, abs(ideal)) if actual != ideal else 0.0


def candidate_sizes(
    width: Domain,
    height: Domain,
    ratio: Ratio,
    wish: SizeWish,
    *,
    widths: tuple[int, ...] = (),
    heights: tuple[int, ...] = (),
    shape: float | None = None,
) -> Iterator[tuple[int, int]]:
    """Yield a few sizes, among which is one with the least distance of all.

    Args:
        width: The widths that will do, in pixels.
        height: The heights that will do, in pixels.
        ratio: The aspect ratios that will do.
        wish: The ideals.
        widths: Widths to prefer among what is equally near.
        heights: Heights to prefer so.
        shape: The aspect ratio to keep where the wishes leave it open.

    Yields:
        Width and height, each in bounds, with a ratio that will do; none if there is no size.
    """
    limits_w, limits_h = whole_bounds(width), whole_bounds(height)
    if limits_w is None or limits_h is None or ratio.simplest is None:
        return
    (w0, w1), (h0, h1) = limits_w, limits_h
    wanted_w = widths if wish.width is None else (round(wish.width), *widths)
    wanted_h = heights if wish.height is None else (round(wish.height), *heights)
    fixed_w = {w0, w1, *(min(max(w, w0), w1) for w in wanted_w)}
    fixed_h = {h0, h1, *(min(max(h, h0), h1) for h in wanted_h)}
    ratios = (wish.ratio or 0, ratio.min, ratio.max)
    lines = [line for line in ratios if 0 < line < math.inf]
    crossed = [*lines, shape] if shape is not None else lines
    sizes = {(w, h) for w in fixed_w for h in fixed_h}
    sizes |= {(w, h) for w in fixed_w for line in crossed for h in _around(w / line, h0, h1)}
    sizes |= {(w, h) for h in fixed_h for line in crossed for w in _around(h * line, w0, w1)}
    if lines:
        exact = [ratio] if wish.ratio is None else [ratio, Ratio(wish.ratio, wish.ratio)]
        for simplest in (one.simplest for one in exact):
            if simplest is not None:
                sizes |= _multiples(simplest, fixed_w, fixed_h)
    found = [size for size in sizes if _within(size, limits_w, limits_h) and ratio.holds(*size)]
    yield from found
    if wish.ratio is None and not lines:
        return  # Width and height are independent, so the nearest is among these.
    best = min((wish.distance(*size) for size in found), default=math.inf)
    if (nearer := _nearer(limits_w, limits_h, ratio, wish, best)) is not None:
        # Its multiples are no farther where nothing but the ratio is wished for.
        shared = math.gcd(*nearer)
        same = _multiples((nearer[0] // shared, nearer[1] // shared), fixed_w, fixed_h)
        yield from (size for size in same | {nearer} if _within(size, limits_w, limits_h))


def _within(size: tuple[int, int], widths: Bounds, heights: Bounds) -> bool:
    return widths[0] <= size[0] <= widths[1] and heights[0] <= size[1] <= heights[1]


def _around(number: float, low: int, high: int) -> tuple[int, int]:
    """Return the whole numbers within bounds next to a number."""
    number = min(max(number, low), high)
    return math.floor(number), math.ceil(number)


def _multiples(
    simplest: tuple[int, int], widths: set[int], heights: set[int]
) -> set[tuple[int, int]]:
    """Return the multiples of a size near widths and heights: only they have its ratio."""
    p, q = simplest
    factors = [*(w / p for w in widths), *(h / q for h in heights)]
    wholes = {whole for factor in factors for whole in (math.floor(factor), math.ceil(factor))}
    return {(k * p, k * q) for k in wholes if k > 0}


def _nearer(
    widths: Bounds, heights: Bounds, ratio: Ratio, wish: SizeWish, best: float
) -> tuple[int, int] | None:
    """Return the nearest size of all if its distance is less than `best`."""
    if not best:
        return None
    if wish.ratio is None or wish.width is not None or wish.height is not None:
        return _nearest_size(widths, heights, ratio, wish, best)
    wished = wish.ratio
    ratios = _nearest_ratios(widths, heights, ratio, wished, best)
    nearest = min(ratios, key=lambda one: _apart(one.min, wished), default=None)
    if nearest is None or _apart(nearest.min, wished) >= best:
        return None
    return _nearest_size(widths, heights, nearest, SizeWish(), math.inf)


def _nearest_ratios(
    widths: Bounds, heights: Bounds, ratio: Ratio, wished: float, best: float
) -> Iterator[Ratio]:
    """Yield the ratios that sizes have next to a wished one, if they are nearer than `best`."""
    low = max(ratio.min, aspect_ratio(widths[0], heights[1]))
    high = min(ratio.max, aspect_ratio(widths[1], heights[0]))
    if wished > 0 and best < 1:
        low, high = max(low, wished * (1 - best)), min(high, wished / (1 - best))
    if low > high:
        return
    # One below 0 is nearest to those at the ends: the farthest are as far from 0 as it is.
    middle = min(max(wished, low), high)
    above, below = (middle, middle) if wished > 0 else (low, high)
    for least, greatest, side in ((above, high, 1), (low, below, -1)):
        if (found := _last_ratio(widths, heights, least, greatest, side)) is not None:
            yield found


def _last_ratio(
    widths: Bounds, heights: Bounds, low: float, high: float, side: int
) -> Ratio | None:
    """Return the least (side 1) or the greatest (-1) ratio that a size has between two."""
    first, last = decimals(low), decimals(high)

    def has(first: int, last: int) -> bool:
        return has_size(widths, heights, Ratio(first / DECIMALS, last / DECIMALS))

    if not has(first, last):
        return None
    while first < last:
        middle = (first + last) // 2
        if has(first, middle) if side > 0 else not has(middle + 1, last):
            last = middle
        else:
            first = middle + 1
    return Ratio(first / DECIMALS, first / DECIMALS)


def _nearest_size(
    widths: Bounds, heights: Bounds, ratio: Ratio, wish: SizeWish, best: float
) -> tuple[int, int] | None:
    """Return the size with the least distance if that is less than `best`; of equals a high one.

    The least distance of the sizes of one height, were they not whole, is concave in the height
    between those where ideals and limits cross: so between two heights no size is nearer than at
    one of the two. Heights that may have a nearer one are halved until one is left.
    """
    low, high = ratio.limits
    least = low[0] / low[1]
    most = high[0] / high[1] if high[1] else math.inf
    slopes = [slope for slope in (abs(wish.ratio or 0), least, most) if 0 < slope < math.inf]
    wished_widths = widths if wish.width is None else (*widths, wish.width)
    first, last = lines_between(heights, widths, low, high)
    if first > last:
        return None
    crossings = [width / slope for width in wished_widths for slope in slopes]
    if wish.height is not None:
        crossings.append(wish.height)
    ends = {first, *(end for one in crossings for end in _around(one, first, last)), last}
    found: tuple[int, int] | None = None
    rounding = 0.0 if wish.ratio is None else _ROUNDING

    def least_distance(height: int) -> float:
        left = max(widths[0], least * height)
        right = max(left, min(widths[1], most * height))
        far = min(wish.distance(w, height) for w in wish.widths(height, left, right))
        return far - rounding

    def push(first: int, last: int) -> None:
        bound = min(least_distance(first), least_distance(last))
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
        if (most - least) * last < 1 and not has_size(widths, (first, last), ratio):
            continue
        if first < last:
            middle = (first + last) // 2
            push(middle + 1, last)
            push(first, middle)
            continue
        left = max(widths[0], -(-low[0] * first // low[1]))
        right = min(widths[1], high[0] * first // high[1]) if high[1] else widths[1]
        for width in wish.widths(first, left, right) if left <= right else ():
            for whole in _around(width, left, right):
                if (far := wish.distance(whole, first)) < best:
                    best, found = far, (whole, first)
    return found
