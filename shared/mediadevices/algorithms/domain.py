"""The possible values of a property: an interval of numbers, or a few values."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from mediadevices.algorithms.constraints import TOLERANCE, Constraint, Value, same_number
from mediadevices.algorithms.fitness_distance import constraint_distance

__all__ = ["Domain", "Interval", "nearest", "restrict"]


class Interval(NamedTuple):
    """The numbers from `min` to `max`, in steps of `step` counted from `origin`.

    With a step of 0 every number from `min` to `max` is possible. A restricted interval keeps its
    `origin`, so that the steps stay in place.
    """

    min: float
    max: float
    step: float = 0
    origin: float = 0


Domain: TypeAlias = Interval | tuple[Value, ...]


def _round_to_step(number: float, interval: Interval, rounding: int) -> float:
    """Round a number to a step of an interval: down (-1), to the nearest (0) or up (1)."""
    step, origin = interval.step, interval.origin
    if step == 1 and isinstance(number, int) and isinstance(origin, int):
        return number
    steps = (number - origin) / step
    if not math.isfinite(steps):
        return number  # the step is too small for a float of this size
    # A number that misses a step only by a floating-point error counts as that step.
    whole = round(steps)
    if abs(steps - whole) > TOLERANCE * max(1.0, abs(steps)):
        whole = (math.floor(steps), round(steps), math.ceil(steps))[rounding + 1]
    value = _without_float_error(origin + whole * step, origin, step)
    return int(value) if isinstance(step, int) and value == int(value) else value


def _without_float_error(total: float, *parts: float) -> float:
    """Round a sum to the decimal places of its parts: 0.1 + 0.2 becomes 0.3."""
    places = [next((n for n in range(13) if round(part, n) == part), None) for part in parts]
    known = [n for n in places if n is not None]
    return round(total, max(known)) if len(known) == len(places) else total


def restrict(domain: Domain, constraint: Constraint) -> Domain | None:
    """Return the part of a domain that satisfies the required part of a constraint, or None."""
    if not isinstance(domain, Interval):
        if len(domain) == 1:  # the most frequent case
            return domain if constraint.satisfied_by(domain[0]) else None
        kept = tuple([value for value in domain if constraint.satisfied_by(value)])
        return domain if len(kept) == len(domain) else kept or None
    if constraint.exact is not None:
        numbers = (value for value in constraint.exact if not isinstance(value, (str, bool)))
        matches = [_matching_number(constraint.name, domain, number) for number in numbers]
        exact = [value for value in matches if value is not None and constraint.satisfied_by(value)]
        return tuple(exact) or None
    low, high, step, origin = domain
    new_low = low if constraint.min is None else max(low, constraint.min)
    new_high = high if constraint.max is None else min(high, constraint.max)
    if new_low == low and new_high == high:
        return domain
    if new_low > new_high and not same_number(constraint.name, new_low, new_high):
        return None
    new_low = min(max(new_low, low), high)
    new_high = max(min(new_high, high), new_low)
    if step:
        new_low = _round_to_step(new_low, domain, 1)
        new_high = _round_to_step(new_high, domain, -1)
    return Interval(new_low, new_high, step, origin) if new_low <= new_high else None


def _matching_number(name: str, interval: Interval, number: float) -> float | None:
    """Return the interval's number that equals `number` within the tolerance, or None."""
    match = min(max(number, interval.min), interval.max)
    if interval.step and same_number(name, match, number):
        match = _round_to_step(match, interval, 0)
    return match if match == number or same_number(name, match, number) else None


def _neighbours(interval: Interval, wanted: float) -> tuple[float, ...]:
    """Return the one or two numbers of an interval next to a wanted number, the nearest first."""
    number = min(max(wanted, interval.min), interval.max)
    if not interval.step:
        return (number,)
    below, above = _round_to_step(number, interval, -1), _round_to_step(number, interval, 1)
    near = (below, above) if abs(wanted - below) <= abs(above - wanted) else (above, below)
    return tuple(step for step in near if interval.min <= step <= interval.max) or (number,)


def nearest(
    domain: Domain, constraint: Constraint | None, preferred: Sequence[Value]
) -> Value | None:
    """Return the value of a domain with the smallest distance from a constraint.

    Args:
        domain: The possible values, already restricted by the required part of the constraint.
        constraint: The constraint of the basic set, or None if there is none.
        preferred: The values that win among equally near ones, the best first.

    Returns:
        The value; None if the domain is empty.
    """
    candidates: list[Value] = []
    if isinstance(domain, Interval):
        # The ends are candidates too: if the ideal has the other sign, the far end has the
        # smallest relative distance.
        ends = [domain.min, domain.max]
        wanted = [*(constraint.ideal or () if constraint else ()), *preferred, *ends]
        numbers = [
            number
            for value in wanted
            if not isinstance(value, (str, bool))
            for number in _neighbours(domain, value)
        ]
        candidates = list(dict.fromkeys(numbers))  # without duplicates
    else:
        candidates = [*_closest_values(preferred, domain), *domain]
    if not candidates:
        return None
    if constraint is None or constraint.ideal is None:
        return candidates[0]
    return min(candidates, key=functools.partial(constraint_distance, constraint))


def _closest_values(preferred: Sequence[Value], domain: tuple[Value, ...]) -> list[Value]:
    """Return, for each preferred value, the same value of a domain or the nearest number."""
    numbers = [item for item in domain if not isinstance(item, (str, bool))]
    found: list[Value] = []
    for value in preferred:
        if isinstance(value, (str, bool)):
            found += [item for item in domain if type(item) is type(value) and item == value]
        elif numbers:
            found.append(min(numbers, key=functools.partial(_difference, value)))
    return found


def _difference(left: float, right: float) -> float:
    return abs(left - right)
