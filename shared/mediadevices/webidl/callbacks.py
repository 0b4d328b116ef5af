"""Calls of the program's callbacks, which can be coroutine functions (Web IDL §3.12)."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import cast

from mediadevices.errors import InvalidStateError
from mediadevices.webidl import promise

__all__ = ["invoke", "report_exception"]


def invoke(callback: Callable[..., object], where: str, *arguments: object) -> None:
    """Call a callback of the program; if it returns an awaitable, await it in a task.

    An exception goes to the event loop's exception handler; see `report_exception`.

    Args:
        callback: The callback.
        where: A description of the callback for the message: ``"in a listener for 'ended'"``.
        arguments: The arguments of the callback.
    """
    try:
        result = callback(*arguments)
    except Exception as error:  # noqa: BLE001  (every exception is reported)
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
    except Exception as error:  # noqa: BLE001  (every exception is reported)
        report_exception(error, where)


def report_exception(error: Exception, where: str) -> None:
    """Report an unhandled exception to the event loop, or to `sys.excepthook` if none runs.

    Args:
        error: The exception.
        where: A description of the callback that raised it, for the message.
    """
    try:
        loop = promise.running_loop()
    except InvalidStateError:
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        loop.call_exception_handler({"message": f"unhandled exception {where}", "exception": error})
