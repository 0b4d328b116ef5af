"""Signals that end a command as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

__all__ = ["INTERRUPTED", "cancelled_by_signals", "interrupted_by_signals", "signals_deferred"]

INTERRUPTED = 130
"""The exit code of a command that a signal has ended."""

# The terminal was closed (SIGHUP), or a program such as `kill` or `timeout` asks (SIGTERM).
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SIGNALS = [signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__]

_STUCK_SECONDS = 1.0
"""Signals often come in pairs, such as SIGTERM and SIGHUP; those of one pair are one request."""


@contextmanager
def interrupted_by_signals() -> Generator[None, None, None]:
    """Let signals raise KeyboardInterrupt, as Ctrl-C does."""
    with _handled_by(signal.default_int_handler):
        yield


@contextmanager
def signals_deferred() -> Generator[None, None, None]:
    """Let signals wait until the end of the block; then they raise KeyboardInterrupt."""
    came = False

    def remember(*_: object) -> None:
        nonlocal came
        came = True

    with _handled_by(remember):
        yield
    if came:
        raise KeyboardInterrupt


@contextmanager
def cancelled_by_signals() -> Generator[None, None, None]:
    """Let signals cancel the current task, so that it closes devices and keeps what it has.

    A further signal cancels the task again. If the event loop has been stuck since an earlier
    signal, the further one raises KeyboardInterrupt.
    """
    import asyncio  # takes long enough for a Ctrl-C, see `main`

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    pending_since: float | None = None

    def cancel() -> None:
        nonlocal pending_since
        pending_since = None
        task.cancel()

    def handle(*_: object) -> None:
        nonlocal pending_since
        now = time.monotonic()
        if pending_since is None:
            pending_since = now
            loop.call_soon_threadsafe(cancel)
        elif now > pending_since + _STUCK_SECONDS:
            loop.set_exception_handler(_ignore)
            raise KeyboardInterrupt

    with _handled_by(handle):
        yield


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], object]) -> Generator[None, None, None]:
    """Handle all these signals, but those that the process ignores.

    It ignores them under ``nohup`` and in the background of a shell.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go to the main thread
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    handled = [number for number in _SIGNALS if before[number] not in {None, signal.SIG_IGN}]
    try:
        for number in handled:
            signal.signal(number, handler)
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


def _ignore(*_: object) -> None:
    """Print nothing about tasks that end while a stuck loop is left."""
