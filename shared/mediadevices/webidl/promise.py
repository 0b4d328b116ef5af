"""Promises in Python's sense: futures of the running event loop.

An operation of the standard starts when it is *called*, and returns a future; where the standard
says "a promise rejected with", the future has failed before the caller gets it.
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

# The event loop itself knows its tasks only weakly.
_tasks: set[asyncio.Future[Any]] = set()  # Any: tasks of all results


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        InvalidStateError: None is running.
    """
    from asyncio import get_running_loop  # here: it is half of what importing the library takes

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
    """Return a future that has its result already."""
    future: asyncio.Future[T] = running_loop().create_future()
    future.set_result(value)
    return future


def rejected(error: BaseException) -> asyncio.Future[Any]:  # Any: it never has a result
    """Return a future that has failed already."""
    future: asyncio.Future[Any] = running_loop().create_future()  # Any: likewise
    future.set_exception(error)
    return future


def started(
    coroutine: Coroutine[Any, Any, T],  # Any: nothing is ever sent to it
    name: str,
    loop: asyncio.AbstractEventLoop | None = None,
) -> asyncio.Future[T]:
    """Return the future of a coroutine that runs from now on.

    Args:
        coroutine: What to run.
        name: The name of its task, for debugging.
        loop: The event loop to run it on; None for the one that is running.

    Raises:
        InvalidStateError: No event loop is running, and none was given.
    """
    try:
        task = (loop or running_loop()).create_task(coroutine, name=name)
    except (InvalidStateError, RuntimeError):
        coroutine.close()  # It will never run, which is no reason for a warning.
        raise
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


def then(
    future: asyncio.Future[T],
    function: Callable[[T], U],
    discard: Callable[[T], object] | None = None,
) -> asyncio.Future[U]:
    """Return a future of what the function makes of another's result.

    Errors and cancellation pass through, in both directions.

    Args:
        future: The other future.
        function: Makes the result; what it raises becomes the error.
        discard: Called with a result that nobody gets: the returned future was cancelled, or the
            function failed.
    """

    def pass_cancellation_on(outcome: asyncio.Future[U]) -> None:
        if outcome.cancelled():
            future.cancel()

    result = _following(future, function, discard)
    if not result.done():
        result.add_done_callback(pass_cancellation_on)
    return result


def shielded(future: asyncio.Future[T]) -> asyncio.Future[T]:
    """Return a future of another's outcome; cancelling it leaves the other alone.

    Unlike `asyncio.shield`, it does the same in every version of Python with an error that comes
    after the cancellation: nobody is left who asked, so nobody is told.
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
            except Exception as problem:  # noqa: BLE001  (whatever it is, the caller sees it)
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
