"""Checks that the process can open more files, because some libraries crash if it cannot."""

from __future__ import annotations

import errno
import os

from mediadevices.errors import NotReadableError

__all__ = ["TooManyOpenFilesError", "require_free_descriptors"]

#: More than a camera, or a sound server connection and a stream, need.
_NEEDED = 32


class TooManyOpenFilesError(NotReadableError):
    """The process, or the system, has reached its limit of open files."""


def require_free_descriptors() -> None:
    """Check that a library of the system can open the files that it needs.

    Without this check, libpulse would end the process.

    Raises:
        TooManyOpenFilesError: The process has too few free file descriptors.
    """
    held: list[int] = []
    try:
        for _ in range(_NEEDED):
            held.append(os.open(os.devnull, os.O_RDONLY))  # noqa: PERF401  (all opened ones are closed)
    except OSError as error:
        if error.errno not in {errno.EMFILE, errno.ENFILE}:
            raise
        message = "too many open files; close some, or allow more (ulimit -n)"
        raise TooManyOpenFilesError(message) from error
    finally:
        for descriptor in held:
            os.close(descriptor)
