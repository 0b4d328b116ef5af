"""Calls of the program's functions, which may be coroutine functions (Web IDL §3.12)."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import cast

from mediadevices.errors import InvalidStateError
from mediadevices.webidl import promise

__all__ = ["invoke", "report_exception"]


def invoke(callback: Callable[..., object], where: str, *arguments: object) -> None:
    """Call a function of the program's; if it is a coroutine function, run it in a task.

    What it raises goes to the event loop's exception handler; see `report_exception`.

    Args:
        callback: The function.
        where: Which function it is, for the message: ``"in a listener for 'ended'"``.
        arguments: What to call it with.
    """
    try:
        result = callback(*arguments)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is reported)
        report_exception(error, where)
        return
    if isinstance(result, Awaitable):
        try:
            promise.started(_run(cast("Awaitable[object]", result), where), name=where)
        except InvalidStateError as error:
            if isinstance(result, Coroutine):
                result.close()
            report_exception(error, where)


async def _run(awaitable: Awaitable[object], where: str) -> None:
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001  (whatever it is, it is reported)
        report_exception(error, where)


def report_exception(error: Exception, where: str) -> None:
    """Give an exception that nobody catches to the event loop, or to `sys.excepthook`.

    Args:
        error: The exception.
        where: Where it came from, for the message.
    """
    try:
        loop = promise.running_loop()
    except InvalidStateError:
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        loop.call_exception_handler({"message": f"unhandled exception {where}", "exception": error})
