"""A hook that runs when an event loop is shut down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from mediadevices.webidl import promise

__all__ = ["LoopShutdownHook"]


class LoopShutdownHook:
    """Awaits a function when the running event loop is shut down, as `asyncio.run` does at its end.

    asyncio has no such hook. But a loop that shuts down closes every asynchronous generator that
    has started in it, and waits for each: so the hook is such a generator.

    Some loops, such as that of qasync, close no generators. The garbage collector then finalizes
    the hook when the loop no longer runs, and the function is not called.

    Args:
        on_shutdown: The function; it is called at most once.

    Raises:
        InvalidStateError: No event loop is running.
    """

    def __init__(self, on_shutdown: Callable[[], Awaitable[None]]) -> None:
        self._loop = promise.running_loop()
        self._on_shutdown: Callable[[], Awaitable[None]] | None = on_shutdown
        self._generator = self._wait_for_shutdown()
        _run_without_waiting(self._generator.asend(None))

    async def _wait_for_shutdown(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if (on_shutdown := self._on_shutdown) is not None:
                self._on_shutdown = None
                if self._is_running():
                    await on_shutdown()

    def _is_running(self) -> bool:
        """Return whether the event loop is running in this thread."""
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def cancel(self) -> None:
        """Never call the function. Later calls, and calls within the function, do nothing."""
        if self._on_shutdown is not None:
            self._on_shutdown = None
            _run_without_waiting(self._generator.aclose())


def _run_without_waiting(awaitable: Awaitable[None]) -> None:
    """Run an awaitable to its end; it must not wait for anything."""
    with contextlib.suppress(StopIteration):
        awaitable.__await__().send(None)
