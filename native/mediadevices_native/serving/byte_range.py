"""Parse the Range header of a request (RFC 9110, section 14)."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UnsatisfiableRangeError", "parse_range"]

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
_MAX_DIGITS = 18


class UnsatisfiableRangeError(Exception):
    """The range starts after the end of the file."""


def parse_range(headers: Sequence[str], size: int) -> range | None:
    """Return the requested byte positions, or None for the whole file.

    A malformed header and a header with several ranges also mean the whole file, as the standard
    allows.

    Args:
        headers: The values of the request's ``Range`` headers.
        size: The size of the file in bytes.

    Raises:
        UnsatisfiableRangeError: The range starts after the end of the file.
    """
    match = _ONE_RANGE.fullmatch(headers[0]) if len(headers) == 1 else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = (_number(digits) if digits else None for digits in match.groups())
    if first is None:  # a suffix range: the last bytes of the file
        first, last = size - min(size, last or 0), None
    elif last is not None and last < first:
        return None
    if first >= size:
        raise UnsatisfiableRangeError
    return range(first, size if last is None else min(size, last + 1))


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MAX_DIGITS else sys.maxsize
