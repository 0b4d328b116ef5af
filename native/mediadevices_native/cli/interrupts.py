"""Handle SIGTERM, SIGHUP and SIGBREAK like Ctrl-C."""

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
"""The exit code of a command that was ended by a signal."""

# SIGHUP: the terminal was closed. SIGTERM: sent by programs such as `kill` and `timeout`.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_SIGNALS = [signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__]

_STUCK_SECONDS = 1.0
"""Signals that arrive within this time count as one: SIGTERM and SIGHUP often come in pairs."""


@contextmanager
def interrupted_by_signals() -> Generator[None, None, None]:
    """Raise KeyboardInterrupt when a signal arrives."""
    with _handled_by(signal.default_int_handler):
        yield


@contextmanager
def signals_deferred() -> Generator[None, None, None]:
    """Raise KeyboardInterrupt at the end of the block if a signal arrived in it."""
    arrived = False

    def remember(*_: object) -> None:
        nonlocal arrived
        arrived = True

    with _handled_by(remember):
        yield
    if arrived:
        raise KeyboardInterrupt


@contextmanager
def cancelled_by_signals() -> Generator[None, None, None]:
    """Cancel the current task when a signal arrives, so that it can close devices and save data.

    Each further signal cancels the task again. If the event loop has not run since the last signal,
    it raises KeyboardInterrupt.
    """
    import asyncio  # takes long enough for a Ctrl-C to arrive; see `main`

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
    """Install a handler for these signals, except for those that the process ignores.

    A process ignores some of them under ``nohup`` and in the background of a shell.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Python handles signals in the main thread only
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
    """Suppress errors of tasks that end while a stuck event loop is abandoned."""
