"""The audit log in a file, with one line of JSON for each entry."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from typing import TYPE_CHECKING

from mediadevices_native.application.file_lock import locked
from mediadevices_native.application.ownership import SAFE_OPEN_FLAGS
from mediadevices_native.application.private_file_error import (
    PrivateFileError,
    as_private_file_error,
)
from mediadevices_native.warn_without_raising import warn_without_raising

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices.local.permissions.audit import AuditEntry

__all__ = ["AuditFile"]

_OPEN_FLAGS = os.O_RDWR | os.O_APPEND | SAFE_OPEN_FLAGS
_REMEDY = "name another file in MEDIADEVICES_AUDIT_LOG"

_log = logging.getLogger("mediadevices")


class AuditFile:
    """Appends entries to a file that only this user can read.

    Programs may share the file, because each entry is one whole line, written to a newly opened
    file.

    Args:
        path: The file; the first entry creates it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_gap = False

    def __call__(self, entry: AuditEntry) -> None:
        """Append an entry, without raising.

        A failure causes a `MediaDevicesWarning`. Further failures directly after it are only
        logged, by the logger ``mediadevices`` at level ``INFO``.

        Args:
            entry: The entry.
        """
        try:
            _append(self._path, f"{json.dumps(entry, default=str)}\n".encode())
        except PrivateFileError as error:
            message = f"the audit log has a gap: {error}; {error.remedy}"
            if self._has_gap:
                _log.info("%s", message)
            else:
                warn_without_raising(message)
            self._has_gap = True
        else:
            self._has_gap = False

    def examine(self) -> None:
        """Check that an entry could be appended, without changing anything.

        Raises:
            PrivateFileError: It could not be appended.
        """
        try:
            if os.path.lexists(self._path):
                descriptor = os.open(self._path, _OPEN_FLAGS)
                try:
                    _check(self._path, os.fstat(descriptor))
                finally:
                    os.close(descriptor)
            elif not os.access(self._path.parent, os.W_OK | os.X_OK):
                problem = f"{self._path}: its folder is missing, or this user may not write to it"
                raise PrivateFileError(problem, _REMEDY)
        except OSError as error:
            raise as_private_file_error(self._path, error) from error


def _append(path: Path, line: bytes) -> None:
    """Append a whole line or nothing.

    Raises:
        PrivateFileError: The line cannot be appended.
    """
    try:
        descriptor = os.open(path, _OPEN_FLAGS | os.O_CREAT, 0o600)
        try:
            status = os.fstat(descriptor)
            _check(path, status)
            if sys.platform != "win32" and stat.S_IMODE(status.st_mode) & 0o077:
                os.fchmod(descriptor, 0o600)
            with locked(descriptor) as is_alone:
                _append_to(descriptor, line, is_alone=is_alone)
        finally:
            os.close(descriptor)
    except ValueError as error:  # a null character in the path
        raise PrivateFileError(f"{str(path)!r}: {error}", _REMEDY) from error
    except OSError as error:
        raise as_private_file_error(path, error) from error


def _check(path: Path, status: os.stat_result) -> None:
    """Check that the open file belongs to this user and has no second name."""
    if not stat.S_ISREG(status.st_mode):
        raise PrivateFileError(f"{path}: not a regular file", _REMEDY)
    if sys.platform != "win32":
        if status.st_uid != os.geteuid():
            problem = f"{path}: belongs to another user (uid {status.st_uid})"
            raise PrivateFileError(problem, _REMEDY)
        if status.st_nlink > 1:
            raise PrivateFileError(f"{path}: the file has another name too (a hard link)", _REMEDY)


def _append_to(descriptor: int, line: bytes, *, is_alone: bool) -> None:
    """Append a line to an open file, after a line break if the last line is incomplete."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size:
        os.lseek(descriptor, -1, os.SEEK_END)
        if os.read(descriptor, 1) != b"\n":
            line = b"\n" + line
    written = 0
    try:
        while written < len(line):
            written += os.write(descriptor, line[written:])
    except OSError:  # such as a full disk
        if is_alone:  # remove the partial line; without the lock, another may follow
            os.ftruncate(descriptor, size)
        raise
