"""Checks that no other user of this machine can change a file.

The rule is that of OpenSSH for its keys: a file, and each folder on its path, must belong to this
user or to root, and no other user may have write permission. The check starts at the user's home
folder, because the administrator is responsible for the folders above. For a file outside of the
home folder, it starts at the root.

Windows has no such owners and modes. There the files are in the user's profile, which Windows
protects from other users, so nothing is checked.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
import sys
from pathlib import Path

from mediadevices_native.application.private_file_error import (
    PrivateFileError,
    as_private_file_error,
)

if sys.platform != "win32":
    import grp
    import pwd

__all__ = ["SAFE_OPEN_FLAGS", "check_file", "enter_folder"]

SAFE_OPEN_FLAGS = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Flags for `os.open`: do not follow a link, and do not block on a FIFO or a device."""

_MOST_LINKS = 40
_PRIVATE = 0o700


def enter_folder(folder: Path, *, make: bool = False) -> None:
    """Check that no other user can change the content of a folder, or where its path leads.

    The folders and symbolic links are checked from the top down, because no other user can replace
    an entry of a safe folder between the check and its use.

    Args:
        folder: The folder, an absolute path.
        make: Whether to create missing folders, which only this user can access.

    Raises:
        FileNotFoundError: The folder is missing, and `make` is false.
        PrivateFileError: Another user could change it, or it cannot be checked or created.
    """
    if sys.platform != "win32":
        _enter(folder, make=make)
    elif make:
        folder.mkdir(parents=True, exist_ok=True)


def check_file(path: Path, status: os.stat_result) -> None:
    """Check that an open file is a regular file, and that no other user can change it.

    Args:
        path: Its path, for the error.
        status: The status of its descriptor, because the file at the path can be replaced.

    Raises:
        PrivateFileError: It is no regular file, or another user could change it.
    """
    if not stat.S_ISREG(status.st_mode):
        raise PrivateFileError(f"{path}: not a regular file", "delete it")
    if sys.platform != "win32":
        _check(path, status)


def _look(place: Path, *, make: bool) -> tuple[os.stat_result, Path | None]:
    """Return the status of a folder or link, and the target of a link."""
    try:
        try:
            status = place.lstat()
        except FileNotFoundError:
            if not make:
                raise
            place.mkdir(_PRIVATE, exist_ok=True)
            status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            return status, place.parent / place.readlink()
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise as_private_file_error(place, error) from error
    return status, None


if sys.platform != "win32":

    def _enter(folder: Path, *, make: bool) -> None:
        homes = _home_folders()
        place, rest, links = Path(folder.anchor), list(folder.parts[1:]), 0
        while True:
            status, target = _look(place, make=make)
            if not any(home != place and home.is_relative_to(place) for home in homes):
                _check(place, status, sticky_is_safe=bool(rest))
            if target is not None:
                links += 1
                if links > _MOST_LINKS:
                    problem = f"{place}: its symbolic links lead in a circle"
                    raise PrivateFileError(problem, "remove the symbolic link")
                place, rest = Path(target.anchor), [*target.parts[1:], *rest]
            elif rest:
                part = rest.pop(0)
                place = place.parent if part == ".." else place / part
            else:
                return

    def _check(place: Path, status: os.stat_result, *, sticky_is_safe: bool = False) -> None:
        """Check the owner and the mode of a file, folder or link.

        Args:
            place: Its path, for the error.
            status: Its status.
            sticky_is_safe: Whether others may write to a folder such as ``/tmp``, where they
                cannot replace the entries of this user.

        Raises:
            PrivateFileError: Another user could change it.
        """
        if status.st_uid not in {0, os.geteuid()}:
            raise PrivateFileError(
                f"{place}: belongs to another user (uid {status.st_uid})",
                "use a folder of your own: see HOME and XDG_DATA_HOME (after sudo: sudo -H)",
            )
        if stat.S_ISLNK(status.st_mode):  # the mode of a link means nothing
            return
        others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if others == stat.S_IWGRP and _is_private_group(status.st_gid):
            others = 0
        if others and not (sticky_is_safe and status.st_mode & stat.S_ISVTX):
            raise PrivateFileError(
                f"{place}: other users may write to it",
                f"chmod go-w {shlex.quote(str(place))}, then look at `mediadevices permissions`",
            )

    def _is_private_group(group: int) -> bool:
        """Tell whether a group has only this user, as in many distributions."""
        try:
            user, found = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(group)
        except KeyError:
            return False
        return found.gr_name == user and set(found.gr_mem) <= {user}

    def _home_folders() -> set[Path]:
        """Return the home folder of this user's account, with and without symbolic links."""
        try:
            home = Path(pwd.getpwuid(os.geteuid()).pw_dir)
        except KeyError:
            return set()
        return {home, Path(os.path.realpath(home))}
