"""Files of a folder, and never one outside of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["open_inside", "resolve_inside"]

# Without O_NONBLOCK, opening a named pipe waits for a writer.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# With O_PATH, as for any other program, a folder need not be readable to find a file in it.
_AS_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def resolve_inside(folder: Path, relative: PurePath) -> PurePath:
    """Return where in the folder a path leads, after all symbolic links.

    Args:
        folder: The folder.
        relative: The path below it.

    Raises:
        OSError: It leads to nothing, or out of the folder.
    """
    root = os.path.realpath(folder, strict=True)
    real = Path(os.path.realpath(os.path.join(root, relative), strict=True))  # noqa: PTH118  (it is text on both sides)
    if not real.is_relative_to(root):
        raise PermissionError(0, "a link that leads out of the folder")
    return real.relative_to(root)


def open_inside(folder: Path, resolved: PurePath) -> BinaryIO:
    """Open a regular file below a folder.

    No link is followed, even if one has been made since `resolve_inside` looked.

    Args:
        folder: The folder.
        resolved: What `resolve_inside` returned.

    Raises:
        OSError: There is no regular file, or it cannot be opened.
    """
    root = os.path.realpath(folder, strict=True)
    if os.open in os.supports_dir_fd:
        descriptor = _open_step_by_step(root, resolved.parts)
    else:
        descriptor = _open_and_compare(os.path.join(root, resolved))  # noqa: PTH118  (it is text on both sides)
    return open(descriptor, "rb")  # noqa: PTH123  (a path has no descriptor)


def _open_step_by_step(root: str, parts: Sequence[str]) -> int:
    *folders, name = parts
    here = os.open(root, _AS_FOLDER)
    try:
        for part in folders:
            above = here
            here = os.open(part, _AS_FOLDER | _NO_LINK, dir_fd=above)
            os.close(above)
        _check_regular(os.stat(name, dir_fd=here, follow_symlinks=False))
        return _checked(os.open(name, _READ | _NO_LINK, dir_fd=here))
    finally:
        os.close(here)


def _open_and_compare(path: str) -> int:
    """Open a file where folders have no descriptors, as on Windows."""
    before = os.lstat(path)
    _check_regular(before)
    descriptor = _checked(os.open(path, _READ))
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
        raise PermissionError(0, "neither a file nor a folder")
