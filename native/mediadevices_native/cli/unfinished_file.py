"""A file that appears under its name when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import IO

from mediadevices_native.cli.failures import CommandError

__all__ = ["UnfinishedFile"]

_MOST_STEM_BYTES = 60
"""With what is added to it, the name is shorter than any file system's limit."""

_CAN_MOVE_OPEN_FILES = sys.platform != "win32"


class UnfinishedFile:
    """A new file beside its place; its name says that it is unfinished.

    It has the permissions of the file that is in its place, if there is one.

    Args:
        place: The path that it gets when it is complete; no link.

    Attributes:
        file: Open for reading and writing, without a buffer.

    Raises:
        OSError: It cannot be made.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._replaced = _status(place)
        self._name = f"{_shortened(place.stem)}.unfinished-{secrets.token_hex(4)}"
        self._path = place.with_name(self._name + place.suffix)
        self.file: IO[bytes] = open(self._path, "x+b", buffering=0, opener=self._create)  # noqa: SIM115

    def _create(self, path: str, flags: int) -> int:
        """Create the file; nobody can open it before it has the old one's permissions."""
        if self._replaced is None:
            return os.open(path, flags, 0o666)
        descriptor = os.open(path, flags, 0o600)
        mode = stat.S_IMODE(self._replaced.st_mode) & 0o777
        os.chmod(descriptor if os.chmod in os.supports_fd else path, mode)  # noqa: PTH101
        return descriptor

    def is_of_the_same_owner(self) -> bool:
        """Return whether it has the user and the group of the file in its place."""
        own, other = os.fstat(self.file.fileno()), self._replaced
        return other is None or (own.st_uid, own.st_gid) == (other.st_uid, other.st_gid)

    def end(self, *, keep: bool) -> None:
        """Close the file, and move it to its place if it holds anything; else delete it.

        Args:
            keep: False to delete it in any case.

        Raises:
            CommandError: It cannot be moved, or another program has put something else into its
                place meanwhile. The text says where the file is instead.
            OSError: The disk may not have all of it.
        """
        if not keep or os.fstat(self.file.fileno()).st_size == 0:
            self.file.close()
            self._path.unlink(missing_ok=True)
            return
        try:
            os.fsync(self.file.fileno())
        finally:
            self._move()

    def _move(self) -> None:
        if not _CAN_MOVE_OPEN_FILES:
            self.file.close()
        try:
            if _is_another(_status(self._place), self._replaced):
                problem = "another program has changed it meanwhile"
            else:
                try:
                    self._path.replace(self._place)
                except OSError as error:
                    problem = f"it cannot be written: {error.strerror}"
                else:
                    return
            raise CommandError(f"{self._place}: {problem}; {self._whereabouts()}")
        finally:
            self.file.close()

    def _whereabouts(self) -> str:
        """Say where the file is; if it is not to be found, copy it to another folder."""
        path: Path | None = self._path
        if not self.file.closed:
            found = _status(self._path)
            if found is None or not os.path.samestat(found, os.fstat(self.file.fileno())):
                path = self._rescued()
        if path is None:
            return "its folder is gone, and no other one has room for it"
        return f"what was captured is in {path}"

    def _rescued(self) -> Path | None:
        """Copy the file to a folder that is there; return the copy, or None where none is."""
        for find_folder in (tempfile.gettempdir, Path.home):
            copy = None
            try:
                descriptor, copy = tempfile.mkstemp(self._place.suffix, self._name, find_folder())
                with open(descriptor, "wb") as file:  # noqa: PTH123  (a path has no descriptor)
                    self.file.seek(0)
                    shutil.copyfileobj(self.file, file)
            except (OSError, RuntimeError):  # RuntimeError: the user has no home
                if copy is not None:
                    Path(copy).unlink(missing_ok=True)
            else:
                return Path(copy)
        return None


def _shortened(stem: str) -> str:
    while len(os.fsencode(stem)) > _MOST_STEM_BYTES:
        stem = stem[:-1]
    return stem


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _is_another(now: os.stat_result | None, before: os.stat_result | None) -> bool:
    """Return whether a path leads to a file that it did not lead to before."""
    if now is None:
        return False
    return before is None or not (
        os.path.samestat(now, before)
        and (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    )
