"""A program's values in messages: one short line, whatever they are."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import cast

__all__ = ["member_path", "short_repr", "shorten"]

_LENGTH = 80
_DOTS = "..."
#: What is more, or deeper, would not be seen anyway.
_ITEMS = 8
_LEVELS = 4
_BITS = 256

_BRACKETS: tuple[tuple[type, str], ...] = (
    (dict, "{}"),
    (list, "[]"),
    (tuple, "()"),
    (set, "{}"),
    (frozenset, "{}"),
)


def short_repr(value: object) -> str:
    """Return a value as Python writes it, in one line of at most 80 characters.

    That costs little, however large or deep the value is, and works where its `repr` fails.
    """
    text = _text(value, _LEVELS)[: _LENGTH + 1]
    return shorten("".join(letter if letter.isprintable() else " " for letter in text))


def member_path(path: str, name: str) -> str:
    """Return the path of a member whose name the program chose."""
    return f"{path}.{shorten(name)}"


def shorten(text: str) -> str:
    """Return a text that the program chose, in at most 80 characters."""
    return text if len(text) <= _LENGTH else text[: _LENGTH - len(_DOTS)] + _DOTS


def _text(value: object, levels: int) -> str:
    try:
        return _written(value, levels)
    except Exception:  # noqa: BLE001  (it is the program's own code, and may do anything)
        return f"<{type(value).__name__} that cannot be shown>"


def _written(value: object, levels: int) -> str:
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
