"""What the sound server is waited for with. Windows lacks it, and no such server is asked there."""

from __future__ import annotations

import os
import select
import sys
from typing import Protocol

__all__ = ["READABLE", "Poll", "new_poll", "new_wake_pipe"]

READABLE: int = getattr(select, "POLLIN", 1)
"""The event that there is something to read."""


class Poll(Protocol):
    """An object of `select.poll`."""

    def register(self, fd: int, eventmask: int, /) -> None: ...  # noqa: D102  (the system's)

    def poll(self, timeout: float | None, /) -> list[tuple[int, int]]: ...  # noqa: D102  (the same)


def new_poll() -> Poll:
    """Return a new `select.poll`.

    Raises:
        NotImplementedError: The system has none.
    """
    if sys.platform != "win32":
        return select.poll()
    raise NotImplementedError("this system has no poll")


def new_wake_pipe() -> tuple[int, int]:
    """Return the ends of a new pipe to read from and to write to, neither of which blocks.

    Raises:
        NotImplementedError: The system has none.
    """
    if sys.platform != "win32":
        ends = os.pipe()
        for end in ends:
            os.set_blocking(end, False)
        return ends
    raise NotImplementedError("this system has no pipe that can be polled")
