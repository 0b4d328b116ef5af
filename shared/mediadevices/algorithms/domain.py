"""What a property can be set to: an interval of numbers, or a few values."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from mediadevices.algorithms.constraints import (
    TOLERANCE,
    Constraint,
    Value,
    same_number,
)
from mediadevices.algorithms.fitness_distance import constraint_distance

__all__ = ["Domain", "Interval", "nearest", "restrict"]


class Interval(NamedTuple):
    """The numbers from `min` to `max`, in steps of `step` counted from `origin`.

    A step of 0 means any number between. `origin` stays what it was when an interval is
    restricted, so that the steps stay where they were.
    """

    min: float
    max: float
    step: float = 0
    origin: float = 0


Domain: TypeAlias = Interval | tuple[Value, ...]


def _on_step(number: float, interval: Interval, rounding: int) -> float:
    """Return the step at (0), at or below (-1), or at or above (1) a number of an interval."""
    step, origin = interval.step, interval.origin
    if step == 1 and isinstance(number, int) and isinstance(origin, int):
        return number
    steps = (number - origin) / step
    if not math.isfinite(steps):
        return number  # No float is as fine as the steps.
    # A step that a float misses by a hair is still that step.
    whole = round(steps)
    if abs(steps - whole) > TOLERANCE * max(1.0, abs(steps)):
        whole = (math.floor(steps), round(steps), math.ceil(steps))[rounding + 1]
    value = _as_written(origin + whole * step, origin, step)
    return int(value) if isinstance(step, int) and value == int(value) else value


def _as_written(value: float, *parts: float) -> float:
    """Return a sum as the decimal number that it is if its parts are: 0.3, and not 0.1 + 0.2."""
    places = [next((n for n in range(13) if round(part, n) == part), None) for part in parts]
    known = [n for n in places if n is not None]
    return round(value, max(known)) if len(known) == len(places) else value


def restrict(domain: Domain, constraint: Constraint) -> Domain | None:
    """Return the part of a domain that satisfies the required part of a constraint, or None."""
    if not isinstance(domain, Interval):
        if len(domain) == 1:  # as most are
            return domain if constraint.satisfied_by(domain[0]) else None
        kept = tuple([value for value in domain if constraint.satisfied_by(value)])
        return domain if len(kept) == len(domain) else kept or None
    if constraint.exact is not None:
        asked = (value for value in constraint.exact if not isinstance(value, (str, bool)))
        own = [_own(constraint.name, domain, value) for value in asked]
        exact = [value for value in own if value is not None and constraint.satisfied_by(value)]
        return tuple(exact) or None
    low, high, step, origin = domain
    least = low if constraint.min is None else max(low, constraint.min)
    greatest = high if constraint.max is None else min(high, constraint.max)
    if least == low and greatest == high:
        return domain
    if least > greatest and not same_number(constraint.name, least, greatest):
        return None
    least = min(max(least, low), high)
    greatest = max(min(greatest, high), least)
    if step:
        least, greatest = _on_step(least, domain, 1), _on_step(greatest, domain, -1)
    return Interval(least, greatest, step, origin) if least <= greatest else None


def _own(name: str, interval: Interval, number: float) -> float | None:
    """Return the number of an interval that is the same as a number, or None."""
    own = min(max(number, interval.min), interval.max)
    if interval.step and same_number(name, own, number):
        own = _on_step(own, interval, 0)
    return own if own == number or same_number(name, own, number) else None


def _around(interval: Interval, wished: float) -> tuple[float, ...]:
    """Return the numbers of an interval next to a wished one: it, or its neighbours."""
    number = min(max(wished, interval.min), interval.max)
    if not interval.step:
        return (number,)
    below, above = _on_step(number, interval, -1), _on_step(number, interval, 1)
    near = (below, above) if abs(wished - below) <= abs(above - wished) else (above, below)
    return tuple(step for step in near if interval.min <= step <= interval.max) or (number,)


def nearest(
    domain: Domain, constraint: Constraint | None, preferred: Sequence[Value]
) -> Value | None:
    """Return the value of a domain that is best for a constraint.

    Args:
        domain: What the property can be, the required part of the constraint applied.
        constraint: The constraint of the basic set, if there is one: its ideal comes first.
        preferred: Values to prefer when the ideal leaves the choice open, the best first.

    Returns:
        The value; None if the domain is empty.
    """
    candidates: list[Value] = []
    if isinstance(domain, Interval):
        # Of an ideal on the other side of zero the relative distance is least at the far end.
        ends = [domain.min, domain.max]
        wishes = [*(constraint.ideal or () if constraint else ()), *preferred, *ends]
        numbers = [
            number
            for wish in wishes
            if not isinstance(wish, (str, bool))
            for number in _around(domain, wish)
        ]
        candidates = list(dict.fromkeys(numbers))  # each once
    else:
        candidates = [*_closest(preferred, domain), *domain]
    if not candidates:
        return None
    if constraint is None or constraint.ideal is None:
        return candidates[0]
    asked = constraint
    return min(candidates, key=lambda value: constraint_distance(asked, value))


def _closest(preferred: Sequence[Value], domain: tuple[Value, ...]) -> list[Value]:
    """Return, for each preferred value, that of a domain which it is, or the nearest number."""
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
