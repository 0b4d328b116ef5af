"""As much of the Streams standard as tracks need: readable and writable streams of media.

Both are bounded and never copy: a readable stream hands over what its source queued, and a
writable stream gives each chunk to its sink at once.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mediadevices.errors import InvalidStateError
from mediadevices.interfaces.closable_iterator import ClosableIterator
from mediadevices.webidl import promise
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "ReadableStream",
    "ReadableStreamDefaultReader",
    "ReadableStreamReadResult",
    "WritableStream",
    "WritableStreamDefaultWriter",
]

T = TypeVar("T")

_LOCKED = "the stream is locked; call release_lock() of the one who holds it first"
_RELEASED = "the lock on the stream was released; get another one from the stream"


@dataclass(frozen=True, slots=True)
class ReadableStreamReadResult(Generic[T]):
    """What one `read` gave.

    Attributes:
        value: The chunk; None at the end.
        done: Whether the stream has ended.
    """

    value: T | None
    done: bool


class ReadableStream(Interface, Generic[T]):
    """A stream of chunks to read (Streams §4.2): ``async for chunk in stream``."""

    # idl: differs constructor: only processors make such streams; write a generator function
    #   instead of an underlying source.
    # idl: without from, pipeThrough, pipeTo, tee: an asynchronous generator is all of them.
    # idl: differs getReader: there is one kind of reader, so there are no options.

    __slots__ = ("_cancel", "_locked", "_pull")

    def __init__(
        self,
        pull: Callable[[], Coroutine[Any, Any, T | None]],  # Any: nothing is ever sent to it
        cancel: Callable[[], None],
    ) -> None:
        self._pull = pull
        self._cancel = cancel
        self._locked = False

    def __repr__(self) -> str:
        return f"<ReadableStream{' locked' if self._locked else ''}>"

    @property
    def locked(self) -> bool:
        """Whether a reader holds the stream."""
        return self._locked

    def get_reader(self) -> ReadableStreamDefaultReader[T]:
        """Take hold of the stream for reading.

        Raises:
            TypeError: Another reader holds it.
        """
        self._lock()
        return ReadableStreamDefaultReader(self._pull, self._cancel, self._unlock)

    def cancel(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no source here asks why)
        """Stop the stream: nothing more will be read.

        Args:
            reason: Why; nobody is told.

        Raises:
            TypeError: (through the future) A reader holds it.
        """
        if self._locked:
            return promise.rejected(TypeError(_LOCKED))
        self._cancel()
        return promise.resolved(None)

    def __aiter__(self) -> ClosableIterator[T]:
        """Iterate over the chunks; leaving the loop cancels the stream, as in JavaScript."""
        iterator = ClosableIterator(self._pull, self._end_iteration)
        self._lock()
        return iterator

    def _end_iteration(self) -> None:
        self._unlock()
        self._cancel()

    def _lock(self) -> None:
        if self._locked:
            raise TypeError(_LOCKED)
        self._locked = True

    def _unlock(self) -> None:
        self._locked = False


class ReadableStreamDefaultReader(Interface, Generic[T]):
    """The one who reads a stream (Streams §4.4)."""

    # idl: differs constructor: `get_reader` makes readers.
    # idl: without closed: `read` tells by `done`, and fails where the stream does.

    __slots__ = ("_cancel", "_pull", "_unlock")

    def __init__(
        self,
        pull: Callable[[], Coroutine[Any, Any, T | None]],  # Any: nothing is ever sent to it
        cancel: Callable[[], None],
        unlock: Callable[[], None],
    ) -> None:
        self._pull = pull
        self._cancel = cancel
        self._unlock: Callable[[], None] | None = unlock

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{' released' if self._unlock is None else ''}>"

    def read(self) -> asyncio.Future[ReadableStreamReadResult[T]]:
        """Wait for the next chunk.

        Raises:
            TypeError: (through the future) The lock was released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return promise.started(self._read(), name="ReadableStreamDefaultReader read")

    async def _read(self) -> ReadableStreamReadResult[T]:
        value = await self._pull()
        return ReadableStreamReadResult(value, done=value is None)

    def release_lock(self) -> None:
        """Let go of the stream; again does nothing."""
        if self._unlock is not None:
            self._unlock()
            self._unlock = None

    def cancel(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no source here asks why)
        """Stop the stream: nothing more will be read.

        Args:
            reason: Why; nobody is told.

        Raises:
            TypeError: (through the future) The lock was released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        self._cancel()
        return promise.resolved(None)


class WritableStream(Interface, Generic[T]):
    """A stream of chunks to write (Streams §5.2)."""

    # idl: differs constructor: only generators make such streams.

    __slots__ = ("_close", "_closed", "_locked", "_write")

    def __init__(
        self, write: Callable[[T], asyncio.Future[None]], close: Callable[[], None]
    ) -> None:
        self._write = write
        self._close = close
        self._locked = False
        self._closed = False

    def __repr__(self) -> str:
        state = "closed" if self._closed else "locked" if self._locked else "open"
        return f"<WritableStream {state}>"

    @property
    def locked(self) -> bool:
        """Whether a writer holds the stream."""
        return self._locked

    def get_writer(self) -> WritableStreamDefaultWriter[T]:
        """Take hold of the stream for writing.

        Raises:
            TypeError: Another writer holds it.
        """
        if self._locked:
            raise TypeError(_LOCKED)
        self._locked = True
        return WritableStreamDefaultWriter(
            self._write_chunk, self._end, self._end_at_once, self._unlock
        )

    def close(self) -> asyncio.Future[None]:
        """End the stream.

        Raises:
            TypeError: (through the future) It was closed before, or a writer holds it.
        """
        return promise.rejected(TypeError(_LOCKED)) if self._locked else self._end()

    def abort(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no sink here asks why)
        """End the stream at once; again does nothing.

        Args:
            reason: Why; nobody is told.

        Raises:
            TypeError: (through the future) A writer holds it.
        """
        return promise.rejected(TypeError(_LOCKED)) if self._locked else self._end_at_once()

    def _write_chunk(self, chunk: T) -> asyncio.Future[None]:
        if self._closed:
            return promise.rejected(TypeError("the stream is closed"))
        return self._write(chunk)

    def _end(self) -> asyncio.Future[None]:
        if self._closed:
            return promise.rejected(TypeError("the stream was closed before"))
        try:
            self._close()
        except InvalidStateError as error:
            return promise.rejected(error)
        self._closed = True
        return promise.resolved(None)

    def _end_at_once(self) -> asyncio.Future[None]:
        return promise.resolved(None) if self._closed else self._end()

    def _unlock(self) -> None:
        self._locked = False


class WritableStreamDefaultWriter(Interface, Generic[T]):
    """The one who writes to a stream (Streams §5.3)."""

    # idl: differs constructor: `get_writer` makes writers.
    # idl: differs write: the chunk must be given; no track takes nothing.
    # idl: without closed, desiredSize, ready: nothing is queued. The future of `write` is done when
    #   the track has taken the chunk.

    __slots__ = ("_abort", "_end", "_unlock", "_write")

    def __init__(
        self,
        write: Callable[[T], asyncio.Future[None]],
        end: Callable[[], asyncio.Future[None]],
        abort: Callable[[], asyncio.Future[None]],
        unlock: Callable[[], None],
    ) -> None:
        self._write = write
        self._end = end
        self._abort = abort
        self._unlock: Callable[[], None] | None = unlock

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{' released' if self._unlock is None else ''}>"

    def write(self, chunk: T) -> asyncio.Future[None]:
        """Write a chunk, which belongs to the stream from then on.

        Args:
            chunk: A `VideoFrame` or `AudioData`, as the stream's track takes it.

        Raises:
            TypeError: (through the future) The stream was closed, or the lock released.
            Exception: (through the future) What the stream's sink says of the chunk.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return self._write(chunk)

    def close(self) -> asyncio.Future[None]:
        """End the stream.

        Raises:
            TypeError: (through the future) It was closed before, or the lock released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return self._end()

    def abort(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no sink here asks why)
        """End the stream at once; again does nothing.

        Args:
            reason: Why; nobody is told.

        Raises:
            TypeError: (through the future) The lock was released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return self._abort()

    def release_lock(self) -> None:
        """Let go of the stream; again does nothing."""
        if self._unlock is not None:
            self._unlock()
            self._unlock = None
