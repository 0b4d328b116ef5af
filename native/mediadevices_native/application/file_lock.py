"""A lock on an open file, between processes and threads."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["locked"]

_ATTEMPTS, _PAUSE_SECONDS = 20, 0.005
# Far beyond the content, because on Windows other processes cannot read or write a locked byte.
_LOCKED_BYTE = 2**30


@contextmanager
def locked(descriptor: int) -> Generator[bool, None, None]:
    """Hold the lock of a file; wait at most a tenth of a second for it.

    Args:
        descriptor: The open file.

    Yields:
        Whether the lock is held; False if another program holds it or the file system has no locks.
    """
    has_lock = _lock(descriptor)
    try:
        yield has_lock
    finally:
        if has_lock:
            _unlock(descriptor)


def _lock(descriptor: int) -> bool:
    for _ in range(_ATTEMPTS):
        try:
            if sys.platform == "win32":
                os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            time.sleep(_PAUSE_SECONDS)
        except OSError:  # such as ENOLCK, on a network file system without locks
            return False
        else:
            return True
    return False


def _unlock(descriptor: int) -> None:
    if sys.platform == "win32":
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
