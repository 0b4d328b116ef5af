"""Checks of the arguments of fakes: a typo fails at the call, and the error suggests a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from mediadevices.webidl.conversion import is_sequence, wrong_type
from mediadevices.webidl.names import closest
from mediadevices.webidl.short_repr import short_repr

__all__ = ["check_choice", "check_items", "check_names", "check_type"]


def check_type(value: object, expected: type, path: str, words: str) -> None:
    """Raise TypeError unless a value has a type; a bool is not a number.

    Args:
        value: The value.
        expected: The type.
        path: The name of the argument, for the message.
        words: The type in words, such as ``"a string"``.
    """
    is_bool = isinstance(value, bool) and expected is not bool
    if is_bool or not isinstance(value, expected):
        raise wrong_type(path, words, value)


def check_choice(value: object, choices: Sequence[str], path: str) -> None:
    """Raise TypeError unless a value is one of some strings."""
    if not isinstance(value, str) or value not in choices:
        expected = "one of " + ", ".join(map(repr, choices))
        error = wrong_type(path, expected, value)
        raise TypeError(f"{error}{_suggestion(value, choices)}")


def check_names(names: Iterable[object], known: Collection[str], path: str, word: str) -> None:
    """Raise TypeError unless all names are known.

    Args:
        names: The names.
        known: The known names.
        path: The name of the argument, for the message.
        word: What the names stand for, such as ``"property"``.
    """
    for name in names:
        if name not in known:
            message = f"{path}: there is no {word} {short_repr(name)}{_suggestion(name, known)}"
            raise TypeError(message)


def check_items(items: object, expected: type, path: str) -> None:
    """Raise TypeError unless a value is a sequence of objects of a class."""
    if not is_sequence(items):
        raise wrong_type(path, f"a list of {expected.__name__} objects", items)
    for index, item in enumerate(items):
        if not isinstance(item, expected):
            raise wrong_type(f"{path}[{index}]", f"a {expected.__name__}", item)


def _suggestion(name: object, known: Iterable[str]) -> str:
    meant = closest(name, known) if isinstance(name, str) else None
    return "" if meant is None else f"; did you mean {meant!r}?"
