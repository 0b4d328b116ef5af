"""Conversion between the standard's names and Python's names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["closest", "did_you_mean", "to_camel_case", "to_snake_case"]

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

#: Letters: twice the length of the longest name of the standard. Longer names come from mistakes,
#: so they are neither converted nor cached.
_LONGEST = 80


def to_snake_case(name: str) -> str:
    """Turn ``getUserMedia`` into ``get_user_media``; leave a name in snake_case as it is."""
    return _to_snake_case(name) if len(name) <= _LONGEST else name


def to_camel_case(name: str) -> str:
    """Turn ``get_user_media`` into ``getUserMedia``; leave a name in camelCase as it is."""
    return _to_camel_case(name) if len(name) <= _LONGEST else name


@lru_cache(maxsize=1024)
def _to_snake_case(name: str) -> str:
    return _WORD_START.sub("_", name).lower()


@lru_cache(maxsize=1024)
def _to_camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to a misspelt name, or None."""
    from difflib import get_close_matches  # here: loading it takes 40 ms in a web page

    if len(name) > _LONGEST:  # not a misspelling, and slow to compare
        return None
    by_letters = {candidate.replace("_", "").lower(): candidate for candidate in known}
    matches = get_close_matches(name.replace("_", "").lower(), by_letters, n=1, cutoff=0.7)
    return by_letters[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message that suggests a known name, or ``""``."""
    suggestion = closest(name, known)
    return f"; did you mean {suggestion!r}?" if suggestion else ""
