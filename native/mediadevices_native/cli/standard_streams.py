"""Standard output and standard error that handle write failures.

A disk can be full, a pipe's reader closed, a terminal gone, and an encoding can lack a character. A
failed write of a result ends the command with one error. A failed write to standard error is
ignored.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["OutputError", "guard_standard_streams"]

_ENCODING_ERRORS = "mediadevices.ascii"
# The characters of meters, with their replacements.
_REPLACEMENTS = {"█": "#", "·": "."}


class OutputError(Exception):
    """Standard output cannot be written.

    Args:
        error: The error of the operating system.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output cannot be written: {error.strerror or error}")
        self.is_broken_pipe = isinstance(error, BrokenPipeError)


def guard_standard_streams() -> None:
    """Replace `sys.stdout` and `sys.stderr` by streams that handle write failures.

    A failed write to standard output raises `OutputError`; a failed write to standard error is
    ignored. After a failure, all further output of the stream is discarded. Characters that the
    encoding lacks are replaced.
    """
    codecs.register_error(_ENCODING_ERRORS, _replace)
    _occupy_closed_descriptors()
    sys.stdout = _GuardedStream(sys.stdout, 1)
    sys.stderr = _GuardedStream(sys.stderr, 2)


def _occupy_closed_descriptors() -> None:
    """Open the null device for each closed standard stream, in a mode that makes its use fail.

    Otherwise the next opened file would get the descriptor, and C libraries would print into it.
    """
    for descriptor, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest free descriptor


class _GuardedStream(io.TextIOWrapper):
    """A text stream that discards its output after the first failure."""

    def __init__(self, stream: TextIO | None, descriptor: int) -> None:
        self._is_output = descriptor == 1
        buffer: BinaryIO
        if stream is None:  # it was closed
            buffer, encoding = open(descriptor, "wb", closefd=False), "utf-8"  # noqa: SIM115  (it stays open)
        else:
            buffer, encoding = stream.buffer, stream.encoding
        if isinstance(buffer, io.RawIOBase):  # PYTHONUNBUFFERED
            buffer = cast("BinaryIO", io.BufferedWriter(buffer))
        by_line = not self._is_output or buffer.isatty()
        super().__init__(buffer, encoding, _ENCODING_ERRORS, line_buffering=by_line)

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._stop(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._stop(error)

    def _stop(self, error: OSError) -> None:
        # The interpreter flushes the buffer when it exits; that must not fail again.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.fileno())
        os.close(null)
        if self._is_output:
            raise OutputError(error) from error


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Return the replacement of characters that an encoding lacks; see `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_replacement, error.object[error.start : error.end])), error.end


def _replacement(character: str) -> str:
    return _REPLACEMENTS.get(character) or character.encode("ascii", "backslashreplace").decode()
