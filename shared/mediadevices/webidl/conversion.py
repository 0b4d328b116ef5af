"""Conversion of a program's values to Web IDL types, in Python's sense (Web IDL §3.2).

Only a bool is a boolean, only a real number is a number, None is "not given", and a mapping or a
sequence is what Python calls one. Every error is a `TypeError` that names the path.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import index
from typing import SupportsIndex, TypeGuard

from mediadevices.webidl.names import to_camel_case
from mediadevices.webidl.short_repr import member_path, short_repr

__all__ = [
    "boolean",
    "clamped_unsigned_long",
    "finite_double",
    "is_mapping",
    "is_number",
    "is_sequence",
    "mapping",
    "string",
    "unrestricted_double",
    "whole_number",
    "wrong_type",
]

UNSIGNED_LONG_MAX = 2**32 - 1


def wrong_type(path: str, expected: str, value: object) -> TypeError:
    """Return the error for a value that is not what a path expects."""
    return TypeError(f"{path}: expected {expected}, got {short_repr(value)}")


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a real number; a bool is none, a NumPy scalar is one."""
    if isinstance(value, bool | int | float):
        return not isinstance(value, bool)
    from numbers import Real  # of other libraries; see `names` for why it is here

    return isinstance(value, Real)


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Tell whether a value is a mapping."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a value is what Python calls a sequence, other than text and bytes."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


def boolean(value: object, path: str) -> bool:
    """Convert to ``boolean``."""
    if isinstance(value, bool):
        return value
    if type(value).__name__ in {"bool", "bool_"} and type(value).__module__ == "numpy":
        return bool(value)
    raise wrong_type(path, "True or False", value)


def string(value: object, path: str) -> str:
    """Convert to ``DOMString``."""
    if not isinstance(value, str):
        raise wrong_type(path, "a string", value)
    return str.__str__(value)  # without what a class of its own, such as an Enum, makes of it


def unrestricted_double(number: float, path: str) -> float:
    """Convert to ``unrestricted double``; an integer that is too large is infinite."""
    try:
        try:
            return float(number)
        except OverflowError:
            return math.inf if number > 0 else -math.inf
    except Exception as error:
        raise wrong_type(path, "a number", number) from error


def finite_double(value: object, path: str) -> float:
    """Convert to ``double``: NaN and the infinities are errors."""
    if not is_number(value):
        raise wrong_type(path, "a number", value)
    if not math.isfinite(number := unrestricted_double(value, path)):
        raise wrong_type(path, "a finite number", value)
    return number


def whole_number(value: object, path: str) -> int:
    """Convert to an integer without going through a float, which would round those above 2**53.

    The fraction is cut off, as Web IDL has it.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__index__(value)
    if is_number(value) and isinstance(value, SupportsIndex):
        try:
            return index(value)
        except Exception as error:
            raise wrong_type(path, "a number", value) from error
    return int(finite_double(value, path))


def clamped_unsigned_long(value: object, path: str) -> int:
    """Convert to ``[Clamp] unsigned long``: clamped to 0…4294967295, halves to even, NaN to 0."""
    if not is_number(value):
        raise wrong_type(path, "a number", value)
    if math.isnan(number := unrestricted_double(value, path)):
        return 0
    return round(min(max(number, 0.0), float(UNSIGNED_LONG_MAX)))


def mapping(value: object, path: str, expected: str = "a mapping") -> dict[str, object]:
    """Convert to a dictionary with the standard's keys; members that are None are not given.

    Args:
        value: A mapping with the standard's keys or their snake_case forms.
        path: Where the value stands, for errors.
        expected: What to say that it should have been.

    Raises:
        TypeError: It is no mapping, a key is no string, or a member is given under both names.
    """
    if not is_mapping(value):
        raise wrong_type(path, expected, value)
    result: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise wrong_type(path, "keys that are strings", key)
        name = to_camel_case(str.__str__(key))
        if name in result:
            message = f"{member_path(path, name)}: given twice, in both spellings"
            raise TypeError(message)
        if item is not None:
            result[name] = item
    return result
