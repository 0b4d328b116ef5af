"""Counts the function calls of a piece of code: a measure of work that no computer changes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class CallCount:
    """The number of calls and returns inside a `count_calls` block."""

    def __init__(self) -> None:
        self.calls = 0

    def add(self, *_: object) -> None:
        """Add one."""
        self.calls += 1


@contextmanager
def count_calls() -> Generator[CallCount]:
    """Count the calls in this thread, including those of tasks."""
    count, before = CallCount(), sys.getprofile()
    sys.setprofile(count.add)
    try:
        yield count
    finally:
        sys.setprofile(before)
