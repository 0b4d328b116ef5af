"""The error of a file that the library stores for an application."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PrivateFileError", "as_private_file_error"]

_REMEDIES = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk",
    errno.ELOOP: "remove the symbolic link",
    errno.ENOTDIR: "move what is in the way",
    errno.EISDIR: "move what is in the way",
    errno.EROFS: "set XDG_DATA_HOME to a folder that can be written",
}


class PrivateFileError(Exception):
    """A file that the library stores for an application cannot be read or written.

    Args:
        problem: Which file, and what is wrong with it.
        remedy: What to do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def as_private_file_error(path: Path, error: OSError) -> PrivateFileError:
    """Return the error for a file that this user cannot read or write.

    Args:
        path: The file.
        error: The system's error.
    """
    generic = "let this user read and write the file and its folder"
    remedy = _REMEDIES.get(error.errno or 0, generic)
    # With O_NOFOLLOW, the system's message for a symbolic link is "too many symbolic links".
    is_link = error.errno == errno.ELOOP
    problem = "a symbolic link, which is not followed" if is_link else error.strerror or error
    return PrivateFileError(f"{path}: {problem}", remedy)
