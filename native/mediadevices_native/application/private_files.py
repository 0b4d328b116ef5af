"""Small files that only their user can read and change.

Each must be a regular file of this user, in a folder that no other user can change. Anything else
at its path raises `PrivateFileError`, and does not block the program.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices_native.application.ownership import SAFE_OPEN_FLAGS, check_file, enter_folder
from mediadevices_native.application.private_file_error import (
    PrivateFileError,
    as_private_file_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["list_private", "read_private", "remove_private", "write_private"]

_ATTEMPTS, _PAUSE_SECONDS = 20, 0.005


def read_private(path: Path, limit: int) -> bytes | None:
    """Return the content of a file; None if the file is missing.

    Args:
        path: The file.
        limit: The most bytes that it may have.

    Raises:
        PrivateFileError: The file cannot be read, is longer, is no regular file, or another user
            could have changed it.
    """
    try:
        enter_folder(path.parent)
        descriptor = os.open(path, os.O_RDONLY | SAFE_OPEN_FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise as_private_file_error(path, error) from error
    try:
        check_file(path, os.fstat(descriptor))
        content = os.read(descriptor, limit + 1)
    except OSError as error:
        raise as_private_file_error(path, error) from error
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise PrivateFileError(f"{path}: longer than {limit} bytes", "delete it")
    return content


def write_private(path: Path, content: bytes, *, keep: bool = False) -> None:
    """Write a whole file in one step, so that no reader sees a part of it.

    Args:
        path: The file; a missing folder is created, and only this user can access it.
        content: The new content.
        keep: Whether an existing file stays unchanged.

    Raises:
        PrivateFileError: The file cannot be written, or another user could change it.
    """
    try:
        enter_folder(path.parent, make=True)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123  (a path has no such mode)
                file.write(content)
            if keep:
                _publish_unless_there(unfinished, path)
            else:
                _while_others_read(lambda: unfinished.replace(path))
        finally:
            with contextlib.suppress(FileNotFoundError):
                unfinished.unlink()
    except OSError as error:
        raise as_private_file_error(path, error) from error


def remove_private(path: Path) -> None:
    """Delete a file, if it exists.

    Args:
        path: The file.

    Raises:
        PrivateFileError: The file cannot be deleted.
    """
    try:
        _while_others_read(lambda: path.unlink(missing_ok=True))
    except OSError as error:
        raise as_private_file_error(path, error) from error


def list_private(folder: Path, suffix: str) -> list[Path]:
    """Return the files in a folder whose names end in a suffix, even unreadable ones.

    Args:
        folder: The folder; it may be missing.
        suffix: The suffix, with its dot.

    Raises:
        PrivateFileError: The folder cannot be read, or another user could have changed it.
    """
    try:
        enter_folder(folder)
        found = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise as_private_file_error(folder, error) from error
    return [path for path in found if path.suffix == suffix and not path.name.startswith(".")]


def _publish_unless_there(unfinished: Path, path: Path) -> None:
    """Rename a finished file in one step, unless the new name exists already."""
    with contextlib.suppress(FileExistsError):
        if sys.platform == "win32":
            unfinished.rename(path)
        else:
            _link_unless_there(unfinished, path)


def _link_unless_there(unfinished: Path, path: Path) -> None:
    try:
        path.hardlink_to(unfinished)  # on POSIX a rename would replace the other file
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, such as exFAT
        unfinished.replace(path)


def _while_others_read(change: Callable[[], object]) -> None:
    """Make a change; retry on Windows, which refuses it while another process has the file open."""
    if sys.platform == "win32":
        for _ in range(_ATTEMPTS):
            try:
                change()
            except PermissionError:
                time.sleep(_PAUSE_SECONDS)
            else:
                return
    change()
