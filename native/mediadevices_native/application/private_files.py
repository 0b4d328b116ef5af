"""Small files that their user alone can read and change.

Nothing that lies at such a path can hang or end a program: what is not a regular file of this
user, in a folder that nobody else can change, is a `PrivateFileError`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices_native.application.ownership import CAREFULLY, check_file, enter_folder
from mediadevices_native.application.private_file_error import (
    PrivateFileError,
    as_private_file_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["list_private", "read_private", "remove_private", "write_private"]

_ATTEMPTS, _PAUSE_SECONDS = 20, 0.005


def read_private(path: Path, limit: int) -> bytes | None:
    """Return what a file holds; None if there is no file.

    Args:
        path: The file.
        limit: How many bytes it may have.

    Raises:
        PrivateFileError: It cannot be read, is longer or no regular file, or another user could
            have changed it.
    """
    try:
        enter_folder(path.parent)
        descriptor = os.open(path, os.O_RDONLY | CAREFULLY)
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
        path: The file; its folder is made, for this user alone, if there is none.
        content: What it is to hold.
        keep: Whether a file that is there already stays as it is.

    Raises:
        PrivateFileError: It cannot be written, or another user could change it there.
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
    """Delete a file, if it is there.

    Args:
        path: The file.

    Raises:
        PrivateFileError: It cannot be deleted.
    """
    try:
        _while_others_read(lambda: path.unlink(missing_ok=True))
    except OSError as error:
        raise as_private_file_error(path, error) from error


def list_private(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a folder with a suffix, whether or not they can be read.

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
    """Give a finished file its name in one step, unless there is one of that name already."""
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
    """Make a change, which Windows refuses for as long as another process has the file open."""
    if sys.platform == "win32":
        for _ in range(_ATTEMPTS):
            try:
                change()
            except PermissionError:
                time.sleep(_PAUSE_SECONDS)
            else:
                return
    change()
