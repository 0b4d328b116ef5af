"""The part of a file that a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UnsatisfiableRangeError", "parse_range"]

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
_MOST_DIGITS = 18


class UnsatisfiableRangeError(Exception):
    """The range begins behind the end of the file."""


def parse_range(headers: Sequence[str], size: int) -> range | None:
    """Return the positions of the bytes that are asked for, or None for the whole file.

    The whole file is also the answer where the header is malformed or asks for several parts, as
    the standard allows.

    Args:
        headers: The values of all ``Range`` headers.
        size: The size of the file in bytes.

    Raises:
        UnsatisfiableRangeError: The file has no such part.
    """
    found = _ONE_RANGE.fullmatch(headers[0]) if len(headers) == 1 else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = (_number(digits) if digits else None for digits in found.groups())
    if first is None:  # the last bytes of the file
        first, last = size - min(size, last or 0), None
    elif last is not None and last < first:
        return None
    if first >= size:
        raise UnsatisfiableRangeError
    return range(first, size if last is None else min(size, last + 1))


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else sys.maxsize
