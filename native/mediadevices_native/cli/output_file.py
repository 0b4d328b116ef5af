"""Write the result of a command to a file, pipe or device."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import re
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, cast

from mediadevices_native.cli.errors import CommandError, UsageError, print_note
from mediadevices_native.cli.formatting import print_line
from mediadevices_native.cli.standard_streams import OutputError
from mediadevices_native.cli.stream_file import StreamFile
from mediadevices_native.cli.unfinished_file import UnfinishedFile

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from types import TracebackType

    from _typeshed import ReadableBuffer

__all__ = ["OutputFile", "write_all"]

_DESCRIPTORS = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}
_STANDARD_OUTPUT = 1
_OPEN_FLAGS = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_POLL_SECONDS = 0.1


class OutputFile:
    """The output path of a command; nothing there changes before `opened`.

    A new file gets its name, and replaces an existing file, when it is complete. The existing file
    is overwritten in place if replacing it would change its owner or break hard links, or if its
    folder is not writable. Pipes, devices and ``/dev/stdout`` are written to directly. Symbolic
    links are followed.

    If the path is a named pipe, the asynchronous context manager waits on entry until a program
    reads it.

    Args:
        path: The path.
        endings: The allowed file name extensions, such as ``".png"``; case does not matter.

    Attributes:
        path: The path.
        ending: The extension; the first allowed one for pipes and devices without any.
        is_standard_output: Whether the path leads to the same file as standard output.

    Raises:
        UsageError: The extension is not allowed.
        CommandError: The path cannot be written.
    """

    def __init__(self, path: Path, endings: Sequence[str]) -> None:
        self.path = path
        self._stream: IO[bytes] | None = None
        with self._os_errors_converted():
            self._target = Path(os.path.realpath(path))
            self._descriptor = _descriptor(path)
            status = self._status()
            self._is_stream = self._descriptor is not None or _is_pipe_or_device(status)
            self.ending = path.suffix.lower()
            if self.ending not in endings:
                if not self._is_stream:
                    raise UsageError(f"{path}: the name must end in {' or '.join(endings)}")
                self.ending = endings[0]
            self._is_overwritten = not self._is_stream and self._probe(status)
        self.is_standard_output = status is not None and os.path.samestat(
            status, os.fstat(_STANDARD_OUTPUT)
        )

    async def __aenter__(self) -> Self:
        if self._is_stream:
            with self._os_errors_converted():
                self._stream = await self._open_stream()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def print_line(self, text: str) -> None:
        """Print a line about the result: to standard error if the result goes to standard output.

        Args:
            text: The line.

        Raises:
            OutputError: Standard output cannot be written; the line went to standard error.
        """
        if self.is_standard_output:
            print_note(text)
            return
        try:
            print_line(text)
        except OutputError:
            print_note(text)
            raise

    @contextmanager
    def opened(self, *, keep_partial: bool = False) -> Generator[IO[bytes], None, None]:
        """Open the file; at the end of the block it gets its name.

        If nothing was written, an existing file stays unchanged.

        Args:
            keep_partial: Whether to keep the written part if the block raises.

        Yields:
            The file, open for writing, unbuffered.

        Raises:
            CommandError: The file cannot be written.
        """
        with self._os_errors_converted():
            if self._stream is not None:
                yield self._stream
                return
            if self._is_overwritten:
                with _TruncatingFile(self._target, "r+b") as file:
                    yield cast("IO[bytes]", file)
                return
            unfinished = UnfinishedFile(self._target)
            try:
                yield unfinished.file
            except BaseException:
                unfinished.end(keep=keep_partial)
                raise
            unfinished.end(keep=True)

    @contextmanager
    def _os_errors_converted(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            message = f"{self.path}: cannot write: {error.strerror or error}"
            raise CommandError(message) from error

    def _status(self) -> os.stat_result | None:
        """Return the status of the existing file, pipe or device; None if the path is free."""
        if self._descriptor is not None:
            return os.fstat(self._descriptor)
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(status.st_mode):
            raise CommandError(f"{self.path}: this is a folder")
        if not (stat.S_ISREG(status.st_mode) or _is_pipe_or_device(status)):
            raise CommandError(f"{self.path}: this is neither a file nor a pipe")
        return status

    def _probe(self, status: os.stat_result | None) -> bool:
        """Check that the file can be written; return whether it must be overwritten in place.

        Args:
            status: The status of the existing file, if any.
        """
        if status is not None and not os.access(self._target, os.W_OK):
            raise PermissionError(errno.EACCES, "the file is read-only")
        try:
            unfinished = UnfinishedFile(self._target)
        except PermissionError:
            if status is None:
                raise
            return True
        is_replaceable = unfinished.has_same_owner() and (status is None or status.st_nlink == 1)
        unfinished.end(keep=False)
        return not is_replaceable

    async def _open_stream(self) -> IO[bytes]:
        if self._descriptor is None:
            descriptor = await self._open_pipe_or_device()
        else:
            descriptor = os.dup(self._descriptor)
            if _can_rewind(descriptor):
                return os.fdopen(descriptor, "wb", buffering=0)
        if os.isatty(descriptor):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "this is a terminal; use a file or a pipe")
        return cast("IO[bytes]", StreamFile(descriptor))

    async def _open_pipe_or_device(self) -> int:
        has_noted = False
        while True:
            try:
                descriptor = os.open(self.path, _OPEN_FLAGS)
            except OSError as error:
                if error.errno != errno.ENXIO:  # a pipe without a reader
                    raise
            else:
                if sys.platform != "win32":
                    os.set_blocking(descriptor, True)
                return descriptor
            if not has_noted:
                print_note(f"{self.path}: waiting for a program to read it")
                has_noted = True
            await asyncio.sleep(_POLL_SECONDS)


class _TruncatingFile(io.FileIO):
    """An existing file, which the first write truncates."""

    _is_truncated = False

    def write(self, data: ReadableBuffer, /) -> int:
        if not self._is_truncated:
            self.truncate(0)
            self._is_truncated = True
        return super().write(data)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write all of the data to an unbuffered file.

    Args:
        file: The file.
        data: The bytes.

    Raises:
        OSError: The write failed.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _descriptor(path: Path) -> int | None:
    """Return the file descriptor in a path such as ``/dev/fd/3``; None for other paths."""
    if found := _DESCRIPTORS.fullmatch(str(path)):
        return int(found[1])
    return _STANDARD.get(str(path))


def _is_pipe_or_device(status: os.stat_result | None) -> bool:
    if sys.platform != "win32" and status is not None:
        return stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)
    return False


def _can_rewind(descriptor: int) -> bool:
    """Return whether a descriptor is a regular file that is not open for appending."""
    can_rewind = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if sys.platform != "win32":  # Windows has no paths of descriptors
        can_rewind &= not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
    return can_rewind
