"""The fitness distance of a settings dictionary from a constraint set (§11.1.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mediadevices.algorithms.constraints import (
    Constraint,
    ConstraintSet,
    Value,
    comparable,
    same_number,
    same_value,
)

__all__ = ["constraint_distance", "fitness_distance", "value_distance"]


def value_distance(name: str, actual: Value, ideal: Value) -> float:
    """Return the distance of one value from an ideal one, from 0 to 1.

    A number's distance is relative to the larger of the two; any other value is the ideal one or
    it is not.
    """
    if isinstance(actual, (str, bool)) or isinstance(ideal, (str, bool)):
        return 0.0 if same_value(name, actual, ideal) else 1.0
    left, right = comparable(name, actual), comparable(name, ideal)
    if left == right or same_number(name, left, right):
        return 0.0
    return abs(left - right) / max(abs(left), abs(right))


def constraint_distance(constraint: Constraint, setting: Value | None) -> float:
    """Return the distance of one setting, or of its absence, from one constraint.

    The letters are the standard's cases; (a) and (c), names that are unsupported or of another
    kind of track, were dropped from the set before.
    """
    if not constraint.satisfied_by(setting):  # (b)
        return math.inf
    if constraint.exists is not None:  # (d)
        return 0.0 if constraint.exists == (setting is not None) else 1.0
    if setting is None:  # (e)
        return 1.0
    if constraint.ideal is None:  # (f)
        return 0.0
    return min(  # (g), (h)
        value_distance(constraint.name, setting, ideal) for ideal in constraint.ideal
    )


def fitness_distance(constraints: ConstraintSet, settings: Mapping[str, Value]) -> float:
    """Return the fitness distance: the sum over the set; infinite if a required one fails."""
    return sum(
        constraint_distance(constraint, settings.get(constraint.name)) for constraint in constraints
    )
