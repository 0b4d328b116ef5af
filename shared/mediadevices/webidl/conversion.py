"""Conversion of a program's values to Web IDL types, with Python's rules (Web IDL §3.2).

Only a bool is a boolean, and only a real number is a number. None counts as "not given". Mappings
and sequences are those of `collections.abc`. Every error is a `TypeError` that names the path.
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
    """Return the error for a value of the wrong type."""
    return TypeError(f"{path}: expected {expected}, got {short_repr(value)}")


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a real number; NumPy scalars are, bools are not."""
    if isinstance(value, bool | int | float):
        return not isinstance(value, bool)
    from numbers import Real  # here: loading it takes 20 ms in a web page, and few values need it

    return isinstance(value, Real)  # such as NumPy's scalars


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Tell whether a value is a mapping."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a value is a sequence, other than a string or bytes."""
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
    return str.__str__(value)  # a subclass, such as an Enum, can override `str(value)`


def unrestricted_double(number: float, path: str) -> float:
    """Convert to ``unrestricted double``; an integer that is too large becomes infinite."""
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
    """Convert to an integer; a fraction is cut off, as Web IDL requires.

    Integers do not go through a float, because that would round those above 2**53.
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
    """Convert to ``[Clamp] unsigned long``: clamp to 0…4294967295, round half to even, NaN to 0."""
    if not is_number(value):
        raise wrong_type(path, "a number", value)
    if math.isnan(number := unrestricted_double(value, path)):
        return 0
    return round(min(max(number, 0.0), float(UNSIGNED_LONG_MAX)))


def mapping(value: object, path: str, expected: str = "a mapping") -> dict[str, object]:
    """Convert to a dictionary with the standard's keys, without members that are None.

    Args:
        value: A mapping with the standard's keys or their snake_case forms.
        path: The path of the value, for errors.
        expected: The description of the expected value, for errors.

    Raises:
        TypeError: The value is not a mapping, a key is not a string, or a member is given under
            both of its names.
    """
    if not is_mapping(value):
        raise wrong_type(path, expected, value)
    result: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise wrong_type(path, "keys that are strings", key)
        name = to_camel_case(str.__str__(key))
        if name in result:
            raise TypeError(f"{member_path(path, name)}: given twice, in both spellings")
        if item is not None:
            result[name] = item
    return result
