"""Short texts for a program's values and names in messages."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import cast

__all__ = ["member_path", "short_repr", "shorten"]

_LENGTH = 80
_DOTS = "..."
#: The limits of what is shown: more items or levels would not fit into the line.
_ITEMS = 8
_LEVELS = 4
#: Bits of the largest integer that is shown; converting a huge one to decimal is slow.
_BITS = 256

_BRACKETS: tuple[tuple[type, str], ...] = (
    (dict, "{}"),
    (list, "[]"),
    (tuple, "()"),
    (set, "{}"),
    (frozenset, "{}"),
)


def short_repr(value: object) -> str:
    """Return the `repr` of a value, shortened to one line of at most 80 characters.

    It is fast for large and deeply nested values, and works if the value's own `repr` fails.
    """
    text = _text(value, _LEVELS)[: _LENGTH + 1]
    return shorten("".join(letter if letter.isprintable() else " " for letter in text))


def member_path(path: str, name: str) -> str:
    """Return the path of a member; a long name is shortened, since the program chose it."""
    return f"{path}.{shorten(name)}"


def shorten(text: str) -> str:
    """Return a text, shortened to at most 80 characters."""
    return text if len(text) <= _LENGTH else text[: _LENGTH - len(_DOTS)] + _DOTS


def _text(value: object, levels: int) -> str:
    try:
        return _unsafe_text(value, levels)
    except Exception:  # noqa: BLE001  (a `__repr__` of the program can raise anything)
        return f"<{type(value).__name__} that cannot be shown>"


def _unsafe_text(value: object, levels: int) -> str:
    if isinstance(value, (str, bytes, bytearray, array)):
        return repr(cast("Sequence[object]", value)[: _LENGTH + 1])
    if isinstance(value, int) and (bits := value.bit_length()) > _BITS:
        return f"an integer of {bits} bits"
    brackets = next((pair for kind, pair in _BRACKETS if isinstance(value, kind)), "")
    if not brackets or not value:
        return repr(value)
    if not levels:
        return _DOTS
    items = [*islice(_items(cast("Iterable[object]", value), levels - 1), _ITEMS + 1)]
    if isinstance(value, tuple) and len(items) == 1:
        return f"({items[0]},)"
    return ", ".join(items[:_ITEMS] + [_DOTS] * (len(items) > _ITEMS)).join(brackets)


def _items(value: Iterable[object], levels: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield f"{_text(key, levels)}: {_text(item, levels)}"
    else:
        for item in value:
            yield _text(item, levels)
