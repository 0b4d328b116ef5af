"""Ctrl-C in tests that are started in the background of a shell, which ignores it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["interruptible"]


@contextmanager
def interruptible() -> Generator[None]:
    """Handle SIGINT within the ``with`` block, also in the processes that it starts."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
