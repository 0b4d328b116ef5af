"""Poll and pipe, to wait for the sound server; Windows has neither, and no such server."""

from __future__ import annotations

import os
import select
import sys
from typing import Protocol

__all__ = ["READABLE", "Poll", "new_poll", "new_wake_pipe"]

READABLE: int = getattr(select, "POLLIN", 1)
"""The poll event "there is something to read"."""


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
    """Return the read end and the write end of a new non-blocking pipe.

    Raises:
        NotImplementedError: The system has none.
    """
    if sys.platform != "win32":
        ends = os.pipe()
        for end in ends:
            os.set_blocking(end, False)
        return ends
    raise NotImplementedError("this system has no pipe that can be polled")
