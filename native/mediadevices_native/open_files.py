"""Whether the process may open some more files: libraries of the system end it where it may not."""

from __future__ import annotations

import errno
import os

from mediadevices.errors import NotReadableError

__all__ = ["TooManyOpenFilesError", "require_free_descriptors"]

#: More than a connection to a sound server and a stream, or a camera, need.
_NEEDED = 32


class TooManyOpenFilesError(NotReadableError):
    """The process, or the system, has as many files open as it may."""


def require_free_descriptors() -> None:
    """Make sure that a library of the system can open the files that it needs.

    libpulse ends the process where it gets none.

    Raises:
        TooManyOpenFilesError: It could not.
    """
    held: list[int] = []
    try:
        for _ in range(_NEEDED):
            held.append(os.open(os.devnull, os.O_RDONLY))  # noqa: PERF401  (what was got is closed)
    except OSError as error:
        if error.errno not in {errno.EMFILE, errno.ENFILE}:
            raise
        message = "too many open files; close some, or allow more (ulimit -n)"
        raise TooManyOpenFilesError(message) from error
    finally:
        for descriptor in held:
            os.close(descriptor)
