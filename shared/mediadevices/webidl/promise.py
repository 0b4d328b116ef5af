"""Promises for Python: futures of the running event loop.

An operation of the standard starts when it is *called*, not when it is awaited, and returns a
future. Where the standard returns "a promise rejected with" an error, the future has failed
already.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from mediadevices.errors import InvalidStateError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

__all__ = ["rejected", "resolved", "running_loop", "shielded", "started", "then"]

T = TypeVar("T")
U = TypeVar("U")

# Keeps running tasks alive: the event loop has only weak references to them.
_tasks: set[asyncio.Future[Any]] = set()  # Any: tasks of all results


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        InvalidStateError: No event loop is running.
    """
    from asyncio import get_running_loop  # here: loading asyncio would double the import time

    try:
        return get_running_loop()
    except RuntimeError:
        if _trio_is_running():
            message = "trio is not supported; run this part of the program with `asyncio.run()`"
        else:
            message = (
                "no event loop is running; call this inside an `async def` function that "
                "`asyncio.run()` runs"
            )
        raise InvalidStateError(message) from None


def _trio_is_running() -> bool:
    trio: Any = sys.modules.get("trio")  # Any: the library does not depend on trio
    if trio is None:
        return False
    try:
        trio.lowlevel.current_trio_token()
    except RuntimeError:
        return False
    return True


def resolved(value: T) -> asyncio.Future[T]:
    """Return a future that already has its result."""
    future: asyncio.Future[T] = running_loop().create_future()
    future.set_result(value)
    return future


def rejected(error: BaseException) -> asyncio.Future[Any]:  # Any: it never has a result
    """Return a future that has already failed."""
    future: asyncio.Future[Any] = running_loop().create_future()  # Any: likewise
    future.set_exception(error)
    return future


def started(
    coroutine: Coroutine[Any, Any, T],  # Any: nothing is ever sent to it
    name: str,
    loop: asyncio.AbstractEventLoop | None = None,
) -> asyncio.Future[T]:
    """Start a coroutine in a task, and return the task.

    Args:
        coroutine: The coroutine.
        name: The name of the task, for debugging.
        loop: The event loop to run it on; None for the running one.

    Raises:
        InvalidStateError: No event loop is running, and none was given.
    """
    try:
        task = (loop or running_loop()).create_task(coroutine, name=name)
    except (InvalidStateError, RuntimeError):
        coroutine.close()  # prevents the warning that it was never awaited
        raise
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


def then(
    future: asyncio.Future[T],
    function: Callable[[T], U],
    discard: Callable[[T], object] | None = None,
) -> asyncio.Future[U]:
    """Return a future for a function applied to another future's result.

    Errors and cancellation of the other future pass on. Cancelling the returned future also
    cancels the other one.

    Args:
        future: The other future.
        function: Computes the result; an exception becomes the error of the returned future.
        discard: Called with the other future's result if it cannot be passed on, because the
            returned future was cancelled or the function failed.
    """

    def cancel_source(outcome: asyncio.Future[U]) -> None:
        if outcome.cancelled():
            future.cancel()

    result = _following(future, function, discard)
    if not result.done():
        result.add_done_callback(cancel_source)
    return result


def shielded(future: asyncio.Future[T]) -> asyncio.Future[T]:
    """Return a future with the outcome of another; cancelling it does not cancel the other.

    An error after the cancellation is dropped in every version of Python; `asyncio.shield` reports
    it in some.
    """
    return _following(future, lambda value: value, None)


def _following(
    future: asyncio.Future[T],
    function: Callable[[T], U],
    discard: Callable[[T], object] | None,
) -> asyncio.Future[U]:
    result: asyncio.Future[U] = future.get_loop().create_future()

    def settle(source: asyncio.Future[T]) -> None:
        if source.cancelled():
            result.cancel()
        elif (error := source.exception()) is not None:
            if not result.done():
                result.set_exception(error)
        elif not result.done():
            try:
                result.set_result(function(source.result()))
            except Exception as problem:  # noqa: BLE001  (every exception goes to the caller)
                result.set_exception(problem)
                if discard is not None:
                    discard(source.result())
        elif discard is not None:
            discard(source.result())

    if future.done():
        settle(future)
    else:
        future.add_done_callback(settle)
    return result
