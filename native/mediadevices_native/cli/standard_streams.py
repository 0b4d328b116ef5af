"""Standard output and standard error that end no command halfway.

A disk can be full, a pipe's reader gone, a terminal closed, and an encoding may lack a character.
Where that hits a result, the command ends with one error; where it hits a note on standard error,
nothing can be told any more, and the command goes on.
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

_PLAIN = "mediadevices.plain"
# What meters are drawn with, and what stands for it.
_PLAIN_SIGNS = {"█": "#", "·": "."}


class OutputError(Exception):
    """Standard output cannot be written.

    Args:
        error: The system's error.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output cannot be written: {error.strerror or error}")
        self.reader_is_gone = isinstance(error, BrokenPipeError)


def guard_standard_streams() -> None:
    """Put streams in the place of `sys.stdout` and `sys.stderr` that fail in a known way.

    A write to standard output that fails raises `OutputError`, and a write to standard error never
    fails. After a failure, what is written goes nowhere. Characters that the encoding lacks are
    replaced.
    """
    codecs.register_error(_PLAIN, _plain)
    _occupy_closed_descriptors()
    sys.stdout = _Guarded(sys.stdout, 1)
    sys.stderr = _Guarded(sys.stderr, 2)


def _occupy_closed_descriptors() -> None:
    """Give the numbers of closed standard streams to something that fails when it is used.

    Else the next file would get such a number, and what a C library prints would go into it.
    """
    for descriptor, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest number that is free


class _Guarded(io.TextIOWrapper):
    """A text stream that writes nothing more after its first failure."""

    def __init__(self, stream: TextIO | None, descriptor: int) -> None:
        self._is_output = descriptor == 1
        buffer: BinaryIO
        if stream is None:  # it was closed
            buffer, encoding = open(descriptor, "wb", closefd=False), "utf-8"  # noqa: SIM115
        else:
            buffer, encoding = stream.buffer, stream.encoding
        if isinstance(buffer, io.RawIOBase):  # PYTHONUNBUFFERED
            buffer = cast("BinaryIO", io.BufferedWriter(buffer))
        by_line = not self._is_output or buffer.isatty()
        super().__init__(buffer, encoding, _PLAIN, line_buffering=by_line)

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
        # What is still in the buffer is written when the interpreter ends; let it go nowhere.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        if self._is_output:
            raise OutputError(error) from error


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an encoding lacks; see `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain_sign, error.object[error.start : error.end])), error.end


def _plain_sign(character: str) -> str:
    return _PLAIN_SIGNS.get(character) or character.encode("ascii", "backslashreplace").decode()
