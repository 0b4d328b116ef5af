"""The part of the Streams standard that tracks need: readable and writable streams of media.

Both are bounded and never copy: a readable stream passes on the queue of its source, and a
writable stream passes each chunk to its sink at once.
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

_LOCKED = "the stream is locked; call release_lock() of its reader or writer first"
_RELEASED = "the lock on the stream was released; get another reader or writer from the stream"


@dataclass(frozen=True, slots=True)
class ReadableStreamReadResult(Generic[T]):
    """The result of one `read`.

    Attributes:
        value: The chunk; None at the end.
        done: Whether the stream has ended.
    """

    value: T | None
    done: bool


class ReadableStream(Interface, Generic[T]):
    """A stream of chunks to read (Streams §4.2): ``async for chunk in stream``."""

    # idl: differs constructor: only processors create such streams; write a generator function
    #   instead of an underlying source.
    # idl: without from, pipeThrough, pipeTo, tee: use an asynchronous generator instead.
    # idl: differs getReader: there is one kind of reader, so there are no options.

    __slots__ = ("_cancel", "_locked", "_pull")

    def __init__(
        self,
        pull: Callable[[], Coroutine[Any, Any, T | None]],  # Any: types that asyncio does not use
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
        """Lock the stream, and return its reader.

        Raises:
            TypeError: Another reader holds the stream.
        """
        self._lock()
        return ReadableStreamDefaultReader(self._pull, self._cancel, self._unlock)

    def cancel(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no source here uses it)
        """End the stream, and drop what is queued.

        Args:
            reason: The reason, which is ignored.

        Raises:
            TypeError: (through the future) A reader holds the stream.
        """
        if self._locked:
            return promise.rejected(TypeError(_LOCKED))
        self._cancel()
        return promise.resolved(None)

    def __aiter__(self) -> ClosableIterator[T]:
        """Lock the stream, and iterate over its chunks.

        Leaving the loop unlocks and cancels the stream, as in JavaScript. A cancelled read neither
        ends the iteration nor loses a chunk.

        Raises:
            TypeError: A reader holds the stream.
        """
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
    """The reader of a locked stream (Streams §4.4)."""

    # idl: differs constructor: `get_reader` creates readers.
    # idl: without closed: `read` returns `done`, or fails with the error of the stream.

    __slots__ = ("_cancel", "_pull", "_unlock")

    def __init__(
        self,
        pull: Callable[[], Coroutine[Any, Any, T | None]],  # Any: types that asyncio does not use
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
        """Unlock the stream; calling it again does nothing."""
        if self._unlock is not None:
            self._unlock()
            self._unlock = None

    def cancel(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no source here uses it)
        """End the stream, and drop what is queued.

        Args:
            reason: The reason, which is ignored.

        Raises:
            TypeError: (through the future) The lock was released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        self._cancel()
        return promise.resolved(None)


class WritableStream(Interface, Generic[T]):
    """A stream of chunks to write (Streams §5.2)."""

    # idl: differs constructor: only generators create such streams.

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
        """Lock the stream, and return its writer.

        Raises:
            TypeError: Another writer holds the stream.
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
            TypeError: (through the future) The stream is closed already, or a writer holds it.
        """
        return promise.rejected(TypeError(_LOCKED)) if self._locked else self._end()

    def abort(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no sink here uses it)
        """End the stream at once; calling it again does nothing.

        Args:
            reason: The reason, which is ignored.

        Raises:
            TypeError: (through the future) A writer holds the stream.
        """
        return promise.rejected(TypeError(_LOCKED)) if self._locked else self._end_at_once()

    def _write_chunk(self, chunk: T) -> asyncio.Future[None]:
        if self._closed:
            return promise.rejected(TypeError("the stream is closed"))
        return self._write(chunk)

    def _end(self) -> asyncio.Future[None]:
        if self._closed:
            return promise.rejected(TypeError("the stream is closed already"))
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
    """The writer of a locked stream (Streams §5.3)."""

    # idl: differs constructor: `get_writer` creates writers.
    # idl: differs write: the chunk is required.
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
        """Write a chunk, and hand it over to the stream, which closes it.

        Args:
            chunk: A `VideoFrame` or `AudioData`, depending on the kind of the track.

        Returns:
            A future that is done when the track has taken the chunk.

        Raises:
            TypeError: (through the future) The stream is closed, the lock was released, or the
                chunk has the wrong type.
            InvalidStateError: (through the future) Every track of the generator has ended; the
                chunk stays open.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return self._write(chunk)

    def close(self) -> asyncio.Future[None]:
        """End the stream.

        Raises:
            TypeError: (through the future) The stream is closed already, or the lock was released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return self._end()

    def abort(self, reason: object = None) -> asyncio.Future[None]:  # noqa: ARG002  (the standard's; no sink here uses it)
        """End the stream at once; calling it again does nothing.

        Args:
            reason: The reason, which is ignored.

        Raises:
            TypeError: (through the future) The lock was released.
        """
        if self._unlock is None:
            return promise.rejected(TypeError(_RELEASED))
        return self._abort()

    def release_lock(self) -> None:
        """Unlock the stream; calling it again does nothing."""
        if self._unlock is not None:
            self._unlock()
            self._unlock = None
