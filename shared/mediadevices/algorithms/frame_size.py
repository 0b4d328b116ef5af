"""The best width and height when width, height and their ratio are all constrained (§8, §11).

Width, height and aspect ratio are one choice, not three. The distance from the ideals is, along
each of the lines that the ideals and limits draw, linear or concave between those lines; so a
best size lies where two of them cross, and only those few sizes have to be looked at. Nothing
here walks over all widths.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from mediadevices.algorithms.domain import Domain, Interval

__all__ = ["ANY_RATIO", "Ratio", "aspect_ratio", "candidate_sizes"]


def aspect_ratio(width: int, height: int) -> float:
    """Return width / height as the standard rounds it: to the tenth decimal place."""
    return round(width / height, 10)


@dataclass(frozen=True, slots=True)
class Ratio:
    """The aspect ratios from `min` to `max` that will do, rounded as the standard rounds them."""

    min: float = 0.0
    max: float = math.inf

    def holds(self, width: int, height: int) -> bool:
        """Tell whether a size has such a ratio."""
        return self.min <= aspect_ratio(width, height) <= self.max


ANY_RATIO = Ratio()


def _bounds(domain: Domain) -> tuple[int, int] | None:
    """Return the least and the greatest whole number of a domain."""
    if isinstance(domain, Interval):
        low, high = math.ceil(domain.min), math.floor(domain.max)
        return (low, high) if low <= high else None
    numbers = [int(value) for value in domain if not isinstance(value, (str, bool))]
    return (min(numbers), max(numbers)) if numbers else None


def _simplest(ratio: Ratio, largest: int) -> Fraction | None:
    """Return the ratio with the least denominator, at most `largest`; None if there is none."""
    low = Fraction(ratio.min) - Fraction(1, 2 * 10**10)
    high = (
        Fraction(ratio.max) + Fraction(1, 2 * 10**10)
        if math.isfinite(ratio.max)
        else Fraction(2**32)
    )
    # Down the Stern-Brocot tree, whole runs of equal turns at a time.
    a, b, c, d = 0, 1, 1, 0
    while True:
        p, q = a + c, b + d
        if q > largest:
            return None
        middle = Fraction(p, q)
        if middle < low:
            # Turn right n times: (a + n c) / (b + n d) must stay below `low`.
            turns = max(1, _turns(low, Fraction(a), Fraction(b), Fraction(c), Fraction(d)))
            a, b = a + turns * c, b + turns * d
        elif middle > high:
            turns = max(1, _turns(1 / high, Fraction(d), Fraction(c), Fraction(b), Fraction(a)))
            c, d = c + turns * a, d + turns * b
        else:
            return middle


def _turns(target: Fraction, a: Fraction, b: Fraction, c: Fraction, d: Fraction) -> int:
    """Return the most n for which (a + n c) / (b + n d) < target."""
    slope = c - target * d
    return math.ceil((target * b - a) / slope) - 1 if slope > 0 else 0


def candidate_sizes(
    width: Domain,
    height: Domain,
    ratio: Ratio,
    *,
    widths: tuple[int, ...] = (),
    heights: tuple[int, ...] = (),
    ratios: tuple[float, ...] = (),
    shape: float | None = None,
) -> Iterator[tuple[int, int]]:
    """Yield the sizes among which a best one is.

    Args:
        width: The widths that will do, in pixels.
        height: The heights that will do, in pixels.
        ratio: The aspect ratios that will do.
        widths: Wished widths; a best size for any mix of wishes is among the yielded.
        heights: Wished heights.
        ratios: Wished aspect ratios.
        shape: The aspect ratio to keep where the wishes leave it open.

    Yields:
        Width and height, each in bounds, with a ratio that will do; none if there is no size.
    """
    limits_w, limits_h = _bounds(width), _bounds(height)
    if limits_w is None or limits_h is None:
        return
    (w0, w1), (h0, h1) = limits_w, limits_h
    seen: set[tuple[int, int]] = set()

    def fits(w: int, h: int) -> bool:
        size = (w, h)
        if size in seen or not (w0 <= w <= w1 and h0 <= h <= h1) or not ratio.holds(w, h):
            return False
        seen.add(size)
        return True

    if (w0, h0) == (w1, h1):
        if fits(w0, h0):
            yield w0, h0
        return
    lines = [value for value in (*ratios, ratio.min, ratio.max) if 0 < value < math.inf]
    # Where a ratio is wished for too, whole numbers may make a neighbour of a wish better.
    near = range(-2, 3) if lines else range(1)
    fixed_w = {w0, w1, *(min(max(w + step, w0), w1) for w in widths for step in near)}
    fixed_h = {h0, h1, *(min(max(h + step, h0), h1) for h in heights for step in near)}
    crossed = [*lines, shape] if shape is not None else lines
    for w in fixed_w:
        for h in fixed_h | {whole for line in crossed for whole in _around(w / line)}:
            if fits(w, h):
                yield w, h
    for h in fixed_h:
        for w in {whole for line in crossed for whole in _around(h * line)}:
            if fits(w, h):
                yield w, h
    if lines:
        yield from (size for size in _multiples(ratio, ratios, fixed_w, fixed_h) if fits(*size))
    if lines and not seen:
        # A narrow ratio in a small corner: rare, so look at each height once.
        for h in range(h0, h1 + 1):
            low = max(w0, math.floor(h * ratio.min))
            high = min(w1, math.ceil(h * ratio.max) if math.isfinite(ratio.max) else w1)
            for w in (low, low + 1, high - 1, high):
                if fits(w, h):
                    yield w, h
                    return


def _multiples(
    ratio: Ratio, ratios: tuple[float, ...], fixed_w: set[int], fixed_h: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield whole multiples of the ratios near the fixed sizes: only they have exactly a ratio."""
    for wished in (ratio, *(Ratio(value, value) for value in ratios)):
        simplest = _simplest(wished, max(fixed_h))
        if not simplest:
            continue
        p, q = simplest.numerator, simplest.denominator
        factors = [*(w / p for w in fixed_w), *(h / q for h in fixed_h)]
        for k in {whole for factor in factors for whole in _around(factor)}:
            if k > 0:
                yield k * p, k * q


def _around(number: float) -> tuple[int, int]:
    return math.floor(number), math.ceil(number)
