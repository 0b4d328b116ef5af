"""Reads the init and options dictionaries of `VideoFrame` and `AudioData`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from mediadevices.errors import MediaDevicesWarning
from mediadevices.webidl.conversion import mapping, whole_number, wrong_type
from mediadevices.webidl.names import did_you_mean, to_snake_case
from mediadevices.webidl.short_repr import member_path, short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["integer", "members", "required"]


def members(
    path: str, init: object, keywords: Mapping[str, object], known: Iterable[str]
) -> dict[str, object]:
    """Merge a dictionary with keyword arguments.

    Args:
        path: The name of the dictionary in messages.
        init: The mapping, with the standard's keys or their snake_case forms, or None.
        keywords: The keyword arguments; they win over `init`.
        known: The known names in snake_case.

    Returns:
        The given members, by their names in snake_case, without those that are None.

    Raises:
        TypeError: `init` is not a mapping, or a keyword is unknown.

    Warns:
        MediaDevicesWarning: A key of `init` is unknown; it is ignored, as the standard requires.
    """
    known = tuple(known)
    found: dict[str, object] = {}
    if init is not None:
        for key, value in mapping(init, path).items():
            name = to_snake_case(key)
            if name in known:
                found[name] = value
            else:
                message = f"{member_path(path, key)}: unknown, ignored{did_you_mean(name, known)}"
                warnings.warn(message, MediaDevicesWarning, stacklevel=4)
    for name, value in keywords.items():
        if name not in known:
            shown = short_repr(name)
            raise TypeError(f"{path}: unexpected keyword {shown}{did_you_mean(name, known)}")
        if value is not None:
            found[name] = value
    return found


def required(path: str, given: Mapping[str, object], name: str) -> object:
    """Return a required member.

    Raises:
        TypeError: The member is missing.
    """
    if name not in given:
        raise TypeError(f"{path}: required, but not given")
    return given[name]


def integer(path: str, value: object, minimum: int, maximum: int = 2**63 - 1) -> int:
    """Convert a number to an integer; a fraction is cut off, as Web IDL requires.

    Raises:
        TypeError: The value is not a finite number, or outside the limits.
    """
    result = whole_number(value, path)
    if not minimum <= result <= maximum:
        limits = f"from {minimum} to {maximum}" if maximum < 2**63 - 1 else f"of {minimum} or more"
        raise wrong_type(path, f"a number {limits}", value)
    return result
