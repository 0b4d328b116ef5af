"""The asynchronous iterator over frames, samples, chunks and events."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, NoReturn, SupportsIndex, TypeVar

from mediadevices.webidl import conversion, promise

__all__ = ["ClosableIterator", "buffer_size"]

T = TypeVar("T")

#: An ``[EnforceRange] unsigned short`` of the standard.
_LARGEST_BUFFER = 65535


class ClosableIterator(AsyncIterator[T]):
    """An asynchronous iterator with `aclose` that continues after a cancelled read.

    At a timeout `asyncio.wait_for` cancels the read. An asynchronous generator would end then; this
    iterator does not, and keeps the item for the next read.

    Args:
        read: Waits for the next item; returns None at the end. Cancelling it loses no item.
        release: Called once, on the event loop: at the end, in `aclose`, or after the program has
            dropped the iterator.
        owner: Kept alive as long as the iterator is open.

    Raises:
        InvalidStateError: No event loop is running.
    """

    __slots__ = ("_closed", "_loop", "_owner", "_read", "_release")

    def __init__(
        self,
        read: Callable[[], Coroutine[Any, Any, T | None]],  # Any: types that asyncio does not use
        release: Callable[[], None],
        owner: object = None,
    ) -> None:
        self._closed = True  # until everything that `__del__` needs is set
        self._loop = promise.running_loop()
        self._read = read
        self._release = release
        self._owner = owner
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if self._closed else 'open'}>"

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        """Refuse to be copied or pickled, because two iterators would release one reader."""
        raise TypeError(f"{type(self).__name__} can be neither copied nor pickled")

    @classmethod
    def empty(cls) -> ClosableIterator[T]:
        """Return an iterator that ends at once."""
        return cls(_end, _nothing)

    def __aiter__(self) -> ClosableIterator[T]:
        return self

    async def __anext__(self) -> T:
        item = None if self._closed else await self._read()
        if item is None:
            await self.aclose()
            raise StopAsyncIteration
        return item

    async def aclose(self) -> None:
        """End the iteration; calling it again does nothing."""
        if not self._closed:
            self._release()
            self._closed = True
            self._owner = None

    def __del__(self) -> None:
        if not self._closed:
            # The garbage collector can run in any thread. A closed loop has released everything.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._release)


async def _end() -> None:
    """Return None: there is no item."""


def _nothing() -> None:
    """Release nothing."""


def buffer_size(value: object) -> int:
    """Convert the argument `max_buffer_size`.

    Raises:
        TypeError: The value is not a whole number from 1 to 65535.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LARGEST_BUFFER:
        expected = f"a whole number from 1 to {_LARGEST_BUFFER}"
        raise conversion.wrong_type("max_buffer_size", expected, value)
    return value
