"""Reads the dictionaries that frames and samples are made from and copied by."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from mediadevices.errors import MediaDevicesWarning
from mediadevices.webidl.conversion import mapping, whole_number, wrong_type
from mediadevices.webidl.names import closest, to_snake_case
from mediadevices.webidl.short_repr import member_path, short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["integer", "members", "required"]


def members(
    path: str, init: object, keywords: Mapping[str, object], known: Iterable[str]
) -> dict[str, object]:
    """Join a dictionary in the standard's keys or in snake_case with keyword arguments.

    Args:
        path: Names the dictionary in messages.
        init: The mapping, or None.
        keywords: Keyword arguments, which win.
        known: The known names in snake_case.

    Returns:
        The members that are given, by their names in snake_case; None means "not given".

    Raises:
        TypeError: `init` is no mapping, or a keyword is unknown. An unknown key of the mapping is
            ignored, as the standard says, with a `MediaDevicesWarning`.
    """
    known = tuple(known)
    found: dict[str, object] = {}
    if init is not None:
        for key, value in mapping(init, path).items():
            name = to_snake_case(key)
            if name in known:
                found[name] = value
            else:
                message = f"{member_path(path, key)}: unknown, ignored{_suggestion(name, known)}"
                warnings.warn(message, MediaDevicesWarning, stacklevel=4)
    for name, value in keywords.items():
        if name not in known:
            shown = short_repr(name)
            raise TypeError(f"{path}: unexpected keyword {shown}{_suggestion(name, known)}")
        if value is not None:
            found[name] = value
    return found


def _suggestion(name: str, known: Iterable[str]) -> str:
    meant = closest(name, known)
    return f"; did you mean {meant!r}?" if meant else ""


def required(path: str, given: Mapping[str, object], name: str) -> object:
    """Return a member that must be there.

    Raises:
        TypeError: It is not.
    """
    if name not in given:
        raise TypeError(f"{path}: required, but not given")
    return given[name]


def integer(path: str, value: object, minimum: int, maximum: int = 2**63 - 1) -> int:
    """Return a number without its fraction, as Web IDL converts to an integer.

    Raises:
        TypeError: It is no finite number, or not within the limits.
    """
    result = whole_number(value, path)
    if not minimum <= result <= maximum:
        limits = f"from {minimum} to {maximum}" if maximum < 2**63 - 1 else f"of {minimum} or more"
        raise wrong_type(path, f"a number {limits}", value)
    return result
