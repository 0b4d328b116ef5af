"""The one rule that turns the standard's names into Python's and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["closest", "to_camel_case", "to_snake_case"]

# Neither this nor `difflib` is made ready before it is needed: in a web page, importing the library
# would take a third longer.
_WORD_START = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"


#: Letters; twice as many as the longest name has. What is longer is none, and is not remembered.
_LONGEST = 80


def to_snake_case(name: str) -> str:
    """Turn ``getUserMedia`` into ``get_user_media``; a name that is in snake case stays."""
    return _snake(name) if len(name) <= _LONGEST else name


def to_camel_case(name: str) -> str:
    """Turn ``get_user_media`` into ``getUserMedia``; a name that is in camel case stays."""
    return _camel(name) if len(name) <= _LONGEST else name


@lru_cache(maxsize=1024)
def _snake(name: str) -> str:
    return re.sub(_WORD_START, "_", name).lower()


@lru_cache(maxsize=1024)
def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a misspelt one most likely means, or None."""
    from difflib import get_close_matches

    if len(name) > _LONGEST:  # no misspelling, and comparing it would take long
        return None
    by_plain = {candidate.replace("_", "").lower(): candidate for candidate in known}
    found = get_close_matches(name.replace("_", "").lower(), by_plain, n=1, cutoff=0.7)
    return by_plain[found[0]] if found else None
