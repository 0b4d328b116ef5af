"""Open files inside a folder, and never outside of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["open_inside", "resolve_inside"]

# Without O_NONBLOCK, opening a named pipe waits for a writer.
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# With O_PATH, the folders on the way need not be readable.
_FOLDER_FLAGS = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def resolve_inside(folder: Path, relative: PurePath) -> PurePath:
    """Resolve all symbolic links of a path in the folder.

    Args:
        folder: The folder.
        relative: The path, relative to the folder.

    Returns:
        The resolved path, relative to the folder.

    Raises:
        OSError: The path does not exist, or leads out of the folder.
    """
    root = os.path.realpath(folder, strict=True)
    real = Path(os.path.realpath(os.path.join(root, relative), strict=True))  # noqa: PTH118  (text on both sides)
    if not real.is_relative_to(root):
        raise PermissionError(0, "the link leads out of the folder")
    return real.relative_to(root)


def open_inside(folder: Path, resolved: PurePath) -> BinaryIO:
    """Open a regular file in a folder.

    It follows no symbolic link, not even one that was created after `resolve_inside`.

    Args:
        folder: The folder.
        resolved: The result of `resolve_inside`.

    Raises:
        OSError: The file is not a regular file, or cannot be opened.
    """
    root = os.path.realpath(folder, strict=True)
    if os.open in os.supports_dir_fd:
        descriptor = _open_step_by_step(root, resolved.parts)
    else:
        descriptor = _open_and_compare(os.path.join(root, resolved))  # noqa: PTH118  (text on both sides)
    return open(descriptor, "rb")  # noqa: PTH123  (Path cannot open a descriptor)


def _open_step_by_step(root: str, parts: Sequence[str]) -> int:
    *folders, name = parts
    parent = os.open(root, _FOLDER_FLAGS)
    try:
        for part in folders:
            child = os.open(part, _FOLDER_FLAGS | _NO_LINK, dir_fd=parent)
            os.close(parent)
            parent = child
        _check_regular(os.stat(name, dir_fd=parent, follow_symlinks=False))
        return _checked(os.open(name, _READ_FLAGS | _NO_LINK, dir_fd=parent))
    finally:
        os.close(parent)


def _open_and_compare(path: str) -> int:
    """Open a file on systems without descriptors of folders, such as Windows."""
    before = os.lstat(path)
    _check_regular(before)
    descriptor = _checked(os.open(path, _READ_FLAGS))
    if os.path.realpath(path) == path and os.path.samestat(before, os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    raise PermissionError(0, "the file was replaced while it was opened")


def _checked(descriptor: int) -> int:
    try:
        _check_regular(os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError(0, "not a regular file")
