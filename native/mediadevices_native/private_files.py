"""Files that their user alone can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PrivateFileError", "as_private_file_error", "write_private"]


class PrivateFileError(Exception):
    """What the library keeps for an application can be neither read nor kept.

    Args:
        problem: Which file, and what is wrong with it.
        remedy: What to do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def as_private_file_error(path: Path, error: OSError) -> PrivateFileError:
    """Return the error for a file that the system lets nobody read or write."""
    problem = f"{path}: {error.strerror or error}"
    return PrivateFileError(problem, "let this user read and write the file and its folder")


def write_private(
    path: Path, content: bytes, publish: Callable[[Path, Path], object] = Path.replace
) -> None:
    """Write a whole file in one step, so that nobody ever reads a part of it.

    Args:
        path: The file; its folder is made if there is none.
        content: What it is to hold.
        publish: Gives the finished file its name; by default instead of one that has it.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123  (a path has no such mode)
            file.write(content)
        publish(unfinished, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            unfinished.unlink()
