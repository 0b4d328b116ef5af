"""A file that gets its final name when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import IO

from mediadevices_native.cli.errors import CommandError

__all__ = ["UnfinishedFile"]

_MAX_STEM_BYTES = 60
"""So short that the name with its suffix stays below the limit of every file system."""

_CAN_RENAME_OPEN_FILES = sys.platform != "win32"


class UnfinishedFile:
    """A new file in the target's folder, whose name says that it is unfinished.

    It gets the permissions of the existing target.

    Args:
        target: The final path, not a symbolic link.

    Attributes:
        file: The file, open for reading and writing, unbuffered.

    Raises:
        OSError: It cannot be created.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._replaced = _status(target)
        self._name = f"{_shortened(target.stem)}.unfinished-{secrets.token_hex(4)}"
        self._path = target.with_name(self._name + target.suffix)
        self.file: IO[bytes] = open(self._path, "x+b", buffering=0, opener=self._create)  # noqa: SIM115  (closed later)

    def _create(self, path: str, flags: int) -> int:
        """Create the file, readable by the owner only until it has the old file's permissions."""
        if self._replaced is None:
            return os.open(path, flags, 0o666)
        descriptor = os.open(path, flags, 0o600)
        mode = stat.S_IMODE(self._replaced.st_mode) & 0o777
        os.chmod(descriptor if os.chmod in os.supports_fd else path, mode)  # noqa: PTH101  (a descriptor)
        return descriptor

    def has_same_owner(self) -> bool:
        """Return whether its user and group are those of the existing target."""
        own, other = os.fstat(self.file.fileno()), self._replaced
        return other is None or (own.st_uid, own.st_gid) == (other.st_uid, other.st_gid)

    def end(self, *, keep: bool) -> None:
        """Close the file, and rename it to the target; delete it instead if it is empty.

        Args:
            keep: False to delete it in any case.

        Raises:
            CommandError: It cannot be renamed, or another program has changed the target since
                this file was created. The text says where the file is.
            OSError: The data may not be completely on the disk.
        """
        if not keep or os.fstat(self.file.fileno()).st_size == 0:
            self.file.close()
            self._path.unlink(missing_ok=True)
            return
        try:
            os.fsync(self.file.fileno())
        finally:
            self._rename()

    def _rename(self) -> None:
        if not _CAN_RENAME_OPEN_FILES:
            self.file.close()
        try:
            if _was_replaced(_status(self._target), self._replaced):
                problem = "another program has changed it"
            else:
                try:
                    self._path.replace(self._target)
                except OSError as error:
                    problem = f"cannot write: {error.strerror}"
                else:
                    return
            raise CommandError(f"{self._target}: {problem}; {self._whereabouts()}")
        finally:
            self.file.close()

    def _whereabouts(self) -> str:
        """Say where the file is; if its name is gone, copy it to another folder first."""
        path: Path | None = self._path
        if not self.file.closed:
            found = _status(self._path)
            if found is None or not os.path.samestat(found, os.fstat(self.file.fileno())):
                path = self._copy_elsewhere()
        if path is None:
            return "its folder is gone, and it could not be copied to another one"
        return f"the data is in {path}"

    def _copy_elsewhere(self) -> Path | None:
        """Copy the file to the temporary folder, else to the home; return None if both fail."""
        for find_folder in (tempfile.gettempdir, Path.home):
            copy = None
            try:
                descriptor, copy = tempfile.mkstemp(self._target.suffix, self._name, find_folder())
                with open(descriptor, "wb") as file:  # noqa: PTH123  (a path has no descriptor)
                    self.file.seek(0)
                    shutil.copyfileobj(self.file, file)
            except (OSError, RuntimeError):  # RuntimeError: there is no home
                if copy is not None:
                    Path(copy).unlink(missing_ok=True)
            else:
                return Path(copy)
        return None


def _shortened(stem: str) -> str:
    while len(os.fsencode(stem)) > _MAX_STEM_BYTES:
        stem = stem[:-1]
    return stem


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _was_replaced(now: os.stat_result | None, before: os.stat_result | None) -> bool:
    """Return whether a path now leads to a different file, or to a changed one."""
    if now is None:
        return False
    return before is None or not (
        os.path.samestat(now, before)
        and (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    )
