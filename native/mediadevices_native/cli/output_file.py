"""Where the result of a command goes."""

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

from mediadevices_native.cli.failures import CommandError, note
from mediadevices_native.cli.showing import say
from mediadevices_native.cli.standard_streams import OutputError
from mediadevices_native.cli.stream_file import StreamFile
from mediadevices_native.cli.unfinished_file import UnfinishedFile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from types import TracebackType

    from _typeshed import ReadableBuffer

__all__ = ["OutputFile", "write_all"]

_DESCRIPTORS = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}
_STANDARD_OUTPUT = 1
_WITHOUT_WAITING = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_POLL_SECONDS = 0.1


class OutputFile:
    """The path that a command was given for its result; nothing there changes before `opened`.

    A new file appears under its name when it is complete, and replaces an old one only then. Where
    that would lose the old one's owner or other names, and where its folder cannot be written to,
    the old one is written to itself; so are pipes, devices and ``/dev/stdout``. Links are followed.

    As an asynchronous context manager it waits, on entry, until a program reads the named pipe.

    Args:
        path: The path.
        endings: What the name of a file may end in, such as ``".png"``; capitals do not count.

    Attributes:
        path: The path.
        ending: The ending of the name; the first of all for a pipe or device that has none of them.
        is_standard_output: Whether this is where standard output goes, too.

    Raises:
        CommandError: The name does not end so, or the path cannot be written.
    """

    def __init__(self, path: Path, endings: Sequence[str]) -> None:
        self.path = path
        self._stream: IO[bytes] | None = None
        with self._told():
            self._place = Path(os.path.realpath(path))
            self._descriptor = _descriptor(path)
            status = self._status()
            self._is_stream = self._descriptor is not None or _is_pipe_or_device(status)
            self.ending = path.suffix.lower()
            if self.ending not in endings:
                if not self._is_stream:
                    raise CommandError(f"{path}: the name must end in {' or '.join(endings)}")
                self.ending = endings[0]
            self._is_written_in_place = not self._is_stream and self._probe(status)
        self.is_standard_output = status is not None and os.path.samestat(
            status, os.fstat(_STANDARD_OUTPUT)
        )

    async def __aenter__(self) -> Self:
        if self._is_stream:
            with self._told():
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

    def tell(self, text: str) -> None:
        """Print a line about the result to standard output, if it is not the result's own place.

        Args:
            text: The line.

        Raises:
            OutputError: It is printed to standard error, because the other cannot be written.
        """
        if self.is_standard_output:
            note(text)
            return
        try:
            say(text)
        except OutputError:
            note(text)
            raise

    @contextmanager
    def opened(self, *, keeps_part: bool = False) -> Generator[IO[bytes], None, None]:
        """Open the file; at the end of the block it gets its name.

        If nothing was written, what was there before stays.

        Args:
            keeps_part: Whether a block that fails leaves what it wrote, instead of nothing.

        Yields:
            The file, open for writing, without a buffer.

        Raises:
            CommandError: It cannot be written.
        """
        with self._told():
            if self._stream is not None:
                yield self._stream
                return
            if self._is_written_in_place:
                with _OldFile(self._place, "r+b") as file:
                    yield cast("IO[bytes]", file)
                return
            unfinished = UnfinishedFile(self._place)
            try:
                yield unfinished.file
            except BaseException:
                unfinished.end(keep=keeps_part)
                raise
            unfinished.end(keep=True)

    @contextmanager
    def _told(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            message = f"{self.path}: it cannot be written: {error.strerror or error}"
            raise CommandError(message) from error

    def _status(self) -> os.stat_result | None:
        """Return the status of what is there, if there is anything."""
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
        """See that the file can be written; return whether that has to be done in place.

        Args:
            status: The status of the file that is there, if there is one.
        """
        if status is not None and not os.access(self._place, os.W_OK):
            raise PermissionError(errno.EACCES, "the file may not be written")
        try:
            unfinished = UnfinishedFile(self._place)
        except PermissionError:
            if status is None:
                raise
            return True
        is_replaceable = unfinished.is_of_the_same_owner() and (
            status is None or status.st_nlink == 1
        )
        unfinished.end(keep=False)
        return not is_replaceable

    async def _open_stream(self) -> IO[bytes]:
        if self._descriptor is None:
            descriptor = await self._open_pipe_or_device()
        else:
            descriptor = os.dup(self._descriptor)
            if _is_rewindable(descriptor):
                return os.fdopen(descriptor, "wb", buffering=0)
        if os.isatty(descriptor):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "this is a terminal; name a file, or a pipe")
        return cast("IO[bytes]", StreamFile(descriptor))

    async def _open_pipe_or_device(self) -> int:
        is_told = False
        while True:
            try:
                descriptor = os.open(self.path, _WITHOUT_WAITING)
            except OSError as error:
                if error.errno != errno.ENXIO:  # what a pipe without a reader gives
                    raise
            else:
                if sys.platform != "win32":
                    os.set_blocking(descriptor, True)
                return descriptor
            if not is_told:
                note(f"{self.path}: waiting for a program that reads it")
                is_told = True
            await asyncio.sleep(_POLL_SECONDS)


class _OldFile(io.FileIO):
    """A file that the first write empties."""

    _is_old = True

    def write(self, data: ReadableBuffer, /) -> int:
        if self._is_old:
            self.truncate(0)
            self._is_old = False
        return super().write(data)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write all of the data to a file that has no buffer.

    Args:
        file: The file.
        data: The bytes.

    Raises:
        OSError: They cannot be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _descriptor(path: Path) -> int | None:
    """Return the open descriptor that a path names, if it names one."""
    if found := _DESCRIPTORS.fullmatch(str(path)):
        return int(found[1])
    return _STANDARD.get(str(path))


def _is_pipe_or_device(status: os.stat_result | None) -> bool:
    if sys.platform != "win32" and status is not None:
        return stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)
    return False


def _is_rewindable(descriptor: int) -> bool:
    """Return whether a descriptor is that of a file, and not open for appending alone."""
    is_rewindable = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if sys.platform != "win32":  # where no path names a descriptor
        import fcntl

        is_rewindable &= not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
    return is_rewindable
