"""Runs blocking calls on daemon threads, for which neither the loop nor the program waits."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_daemon_thread"]

P = ParamSpec("P")
T = TypeVar("T")


async def in_daemon_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function on a new daemon thread.

    Use it instead of `asyncio.to_thread` for calls that may hang in the system: `asyncio.run` and
    the interpreter wait for the threads of `to_thread` when they end.

    Args:
        function: The function to call.
        args: Its arguments.
        kwargs: Its keyword arguments.

    Returns:
        What the function returns. What it raises is raised here.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_outcome: Callable[[], None]) -> None:
        if not future.done():  # the caller was not cancelled
            set_outcome()

    def run() -> None:
        try:
            outcome = partial(future.set_result, function(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  (raised in the caller)
            outcome = partial(future.set_exception, error)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future
