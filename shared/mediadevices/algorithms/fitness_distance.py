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
    """Return the distance of one value from an ideal value, from 0 to 1.

    For numbers it is the difference, relative to the larger of the two. For all other values it is
    0 if they are equal, else 1.
    """
    if isinstance(actual, (str, bool)) or isinstance(ideal, (str, bool)):
        return 0.0 if same_value(name, actual, ideal) else 1.0
    left, right = comparable(name, actual), comparable(name, ideal)
    if left == right or same_number(name, left, right):
        return 0.0
    return abs(left - right) / max(abs(left), abs(right))


def constraint_distance(constraint: Constraint, setting: Value | None) -> float:
    """Return the distance of one setting from one constraint; None is an absent setting.

    The letters are the cases of the standard. Cases (a) and (c), unsupported names and names of
    the other kind of track, were dropped earlier.
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
    """Return the sum of the distances; infinite if a required constraint is not satisfied."""
    return sum(
        constraint_distance(constraint, settings.get(constraint.name)) for constraint in constraints
    )
