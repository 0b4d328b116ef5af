"""What a property can be set to: an interval of numbers, or a few values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from mediadevices.algorithms.constraints import Constraint, Value, comparable
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
    """Return the step at (0), at or below (-1), or at or above (1) a number."""
    if interval.step == 1 and isinstance(number, int) and isinstance(interval.origin, int):
        return number
    steps = (number - interval.origin) / interval.step
    # A step that a float misses by a hair is still that step.
    whole = round(steps)
    if abs(steps - whole) > 1e-9 * max(1.0, abs(steps)):
        whole = (math.floor(steps), round(steps), math.ceil(steps))[rounding + 1]
    value = interval.origin + whole * interval.step
    return int(value) if isinstance(interval.step, int) and value == int(value) else value


def restrict(domain: Domain, constraint: Constraint) -> Domain | None:
    """Return the part of a domain that satisfies the required part of a constraint, or None."""
    if not isinstance(domain, Interval):
        if len(domain) == 1:  # as most are
            return domain if constraint.satisfied_by(domain[0]) else None
        kept = tuple([value for value in domain if constraint.satisfied_by(value)])
        return domain if len(kept) == len(domain) else kept or None
    if constraint.exact is not None:
        exact = tuple(
            value
            for value in constraint.exact
            if not isinstance(value, (str, bool))
            and _holds(domain, value)
            and constraint.satisfied_by(value)
        )
        return exact or None
    low, high, step, origin = domain
    least, greatest = constraint.min, constraint.max
    if least is None or least <= low:
        least = low
    if greatest is None or greatest >= high:
        greatest = high
    if least == low and greatest == high:
        return domain
    if step:
        least, greatest = _on_step(least, domain, 1), _on_step(greatest, domain, -1)
    return Interval(least, greatest, step, origin) if least <= greatest else None


def _holds(interval: Interval, number: float) -> bool:
    if not interval.min <= number <= interval.max:
        return False
    return not interval.step or _on_step(number, interval, 0) == number


def _around(interval: Interval, wished: float) -> tuple[float, ...]:
    """Return the numbers of an interval next to a wished one: it, or its neighbours."""
    number = min(max(wished, interval.min), interval.max)
    if not interval.step:
        return (number,)
    below, above = _on_step(number, interval, -1), _on_step(number, interval, 1)
    near = (below, above) if abs(wished - below) <= abs(above - wished) else (above, below)
    return tuple(step for step in near if interval.min <= step <= interval.max)


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
        candidates = [value for value in preferred if _among(value, domain)]
        candidates += domain
    if not candidates:
        return None
    if constraint is None or constraint.ideal is None:
        return candidates[0]
    asked = constraint
    return min(candidates, key=lambda value: constraint_distance(asked, value))


def _among(value: Value, domain: tuple[Value, ...]) -> bool:
    return any(type(value) is type(item) and value == item for item in domain) or (
        not isinstance(value, (str, bool))
        and any(
            not isinstance(item, (str, bool)) and comparable("", item) == value for item in domain
        )
    )
