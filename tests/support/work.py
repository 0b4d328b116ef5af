"""How much a piece of code does: the calls that it makes, which are as many on any computer."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Work:
    """The calls and returns of functions, counted while `counted` lasts."""

    def __init__(self) -> None:
        self.calls = 0

    def note(self, *_: object) -> None:
        """Count one more."""
        self.calls += 1


@contextmanager
def counted() -> Generator[Work]:
    """Count the calls in this thread, of tasks too."""
    work, before = Work(), sys.getprofile()
    sys.setprofile(work.note)
    try:
        yield work
    finally:
        sys.setprofile(before)
