"""Calls that block, on threads that hold up neither the event loop's end nor the program's."""

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
    """Call a function on a thread of its own.

    It is `asyncio.to_thread` for what may hang in the system: `asyncio.run` and the interpreter
    wait for the threads of that one.

    Args:
        function: What to call.
        args: Its arguments.
        kwargs: Its named arguments.

    Returns:
        What it returns; what it raises is raised.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_outcome: Callable[[], None]) -> None:
        if not future.done():  # somebody still waits
            set_outcome()

    def run() -> None:
        try:
            outcome = partial(future.set_result, function(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  (for who waits for it)
            outcome = partial(future.set_exception, error)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future
