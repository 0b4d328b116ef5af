"""The name of the running application, and the secret from which its device ids are made.

A `device_id` is a keyed hash of the hardware with a secret of the application (see
`mediadevices.algorithms.device_ids`). The secret is created when an application first needs it, and
stored in the user's data folder. So ids stay the same after a restart and differ between
applications, as they do between origins in a browser.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices_native.application.launchers import launches_others
from mediadevices_native.application.private_file_error import PrivateFileError
from mediadevices_native.application.private_files import (
    list_private,
    read_private,
    remove_private,
    write_private,
)
from mediadevices_native.warn_without_raising import warn_without_raising

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "NAMELESS",
    "application_name",
    "application_secret",
    "clear_device_ids",
    "is_one_program",
    "load_secret",
    "names_of",
    "private_folder",
    "secret_path",
    "unreadable_secrets",
]

_VARIABLE = "MEDIADEVICES_APPLICATION"
_SECRET_BYTES = 32
_SUFFIX = ".secret"
NAMELESS = "python"
"""The application of a session without a file: the interpreter's prompt, a notebook, ``-c``."""


def application_name(
    environment: Mapping[str, str] = os.environ,
    *,
    given: str | None = None,
    main: object | None = None,
) -> str:
    """Return the name of the running application, under which answers and ids are stored.

    It is the first of these that exists:

    1. the environment variable ``MEDIADEVICES_APPLICATION``;
    2. the name that the program passes;
    3. the path of the program, without symbolic links: its script, the folder or archive of its
       ``__main__.py``, its module, its command, or its executable if it is frozen. A process of
       `multiprocessing` has the path of its parent;
    4. ``"python"``, for the interpreter's prompt, ``python -c``, standard input and notebooks.

    Two programs with the same file name have different paths, so they share nothing. A program that
    is moved becomes another application, unless the variable is set.

    Args:
        environment: The environment variables.
        given: The name that the program passes, if any.
        main: The module ``__main__``; the real one by default.
    """
    if name := environment.get(_VARIABLE, "").strip():
        return name
    if given:
        return given
    file = _file_of(sys.modules.get("__main__") if main is None else main)
    return NAMELESS if file is None else _program_path(file)


def is_one_program(application: str) -> bool:
    """Tell whether a name identifies one program, so that answers can be stored for it.

    False for a session without a file, and for the path of a program that runs other programs.

    Args:
        application: The application's name.
    """
    path = Path(application)
    if path.is_absolute():
        return not launches_others(path)
    return application != NAMELESS


def names_of(application: str) -> set[str]:
    """Return the names that a user can mean by a text: the text and, for a path, the resolved path.

    Args:
        application: A name, or the path of a program in any spelling.
    """
    is_path = os.path.dirname(application) != ""  # noqa: PTH120  (a Path drops a leading "./")
    return {application, _resolved(application) or application} if is_path else {application}


def _file_of(main: object) -> str | None:
    """Return the path of the running program, not resolved; None if it has no file."""
    if getattr(sys, "frozen", False):  # PyInstaller, cx_Freeze, py2app and others
        return sys.executable or None
    compiled = getattr(main, "__compiled__", None)
    if folder := getattr(compiled, "containing_dir", None):  # Nuitka
        return str(Path(folder, Path(sys.argv[0]).name))
    if isinstance(file := getattr(main, "__file__", None), str) and file:
        return file
    return _file_of_parent()


def _file_of_parent() -> str | None:
    """Return the folder, archive or ``__main__.py`` that the parent process runs, or None.

    `multiprocessing` does not import these in a child process, but it copies the arguments.
    """
    process = sys.modules.get("multiprocessing.process")
    if process is None or process.parent_process() is None or not sys.argv:
        return None
    file = sys.argv[0]
    if Path(file).stem == "__main__" or os.path.isdir(file):  # noqa: PTH112  (never raises)
        return file
    from zipfile import is_zipfile

    return file if is_zipfile(file) else None


def _program_path(file: str) -> str:
    """Return the resolved path of a program, or `NAMELESS` if it is no file."""
    path = Path(file)
    if path.stem == "__main__":
        path = path.parent
    resolved = _resolved(path)
    if resolved is None:
        return NAMELESS
    # The path is such as /dev/fd/63 for code from a pipe, and "<stdin>" for other code.
    is_pipe = os.path.exists(path)  # noqa: PTH110  (never raises)
    if not os.path.lexists(resolved) and (is_pipe or not path.is_absolute()):
        return NAMELESS
    return resolved


def _resolved(path: str | Path) -> str | None:
    """Return a path without links, in normal case; None if that fails."""
    try:
        return os.path.normcase(os.path.realpath(path))
    except (OSError, ValueError):  # the working folder is deleted, or there is a null character
        return None


def private_folder() -> Path:
    """Return the folder of this user's secrets and stored answers.

    Raises:
        PrivateFileError: The user has no such folder, or platformdirs is missing.
    """
    variable = "USERPROFILE" if sys.platform == "win32" else "HOME"
    remedy = f"set {variable} to the absolute path of your home folder"
    try:
        from platformdirs import user_data_path
    except ModuleNotFoundError as error:
        raise PrivateFileError(str(error), "pip install platformdirs") from error
    except Exception as error:  # a broken one
        how = "pip install --force-reinstall platformdirs"
        raise PrivateFileError(f"platformdirs cannot be used: {error}", how) from error
    try:
        folder = user_data_path("mediadevices", appauthor=False)
    except Exception as error:  # unusual settings of the system can cause any error
        raise PrivateFileError(f"no folder to store files in: {error}", remedy) from error
    if not folder.is_absolute():
        raise PrivateFileError(f"no folder to store files in: {folder} is relative", remedy)
    return folder / "device-ids"


def secret_path(application: str) -> Path:
    """Return the path of an application's secret, which need not exist.

    Args:
        application: The application's name, any text.

    Raises:
        PrivateFileError: The user has no folder for it.
    """
    # Readable, but unique even for long names and names that differ only in case.
    last = application.replace("\\", "/").rpartition("/")[2]
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", last)[:40]
    digest = hashlib.sha256(application.encode(errors="surrogatepass")).hexdigest()[:16]
    return private_folder() / f"{readable}-{digest}{_SUFFIX}"


def application_secret(application: str) -> bytes:
    """Return the secret of an application; create it if there is none.

    If it can be neither read nor stored, this process uses a temporary secret: everything works,
    but device ids change at the next start, and a `MediaDevicesWarning` names the file.

    Args:
        application: The application's name.

    Returns:
        32 bytes.
    """
    try:
        return load_secret(secret_path(application))
    except PrivateFileError as error:
        warn_without_raising(f"device ids will change at the next start: {error}; {error.remedy}")
        return secrets.token_bytes(_SECRET_BYTES)


def load_secret(path: Path) -> bytes:
    """Return the secret in a file; create the file if it is missing.

    Args:
        path: The file.

    Raises:
        PrivateFileError: The file can be neither read nor created, or contains something else.
    """
    secret = _read_secret(path)
    if secret is None:
        write_private(path, secrets.token_bytes(_SECRET_BYTES), keep=True)
        secret = _read_secret(path)  # perhaps another process was faster
    if secret is None:
        raise PrivateFileError(f"{path}: deleted while it was made", "start the program again")
    return secret


def _read_secret(path: Path) -> bytes | None:
    secret = read_private(path, _SECRET_BYTES)
    if secret is not None and len(secret) != _SECRET_BYTES:
        raise PrivateFileError(
            f"{path}: expected {_SECRET_BYTES} bytes, found {len(secret)}", "delete the file"
        )
    return secret


def unreadable_secrets(*, besides: Path) -> list[PrivateFileError]:
    """Return the problems with the secrets of this user's other applications.

    Args:
        besides: A file to skip.

    Raises:
        PrivateFileError: The folder cannot be read.
    """
    problems: list[PrivateFileError] = []
    for path in list_private(private_folder(), _SUFFIX):
        if path == besides:
            continue
        try:
            _read_secret(path)
        except PrivateFileError as error:
            problems.append(error)
    return problems


def clear_device_ids(application: str | None = None) -> None:
    """Delete the device ids of an application, as clearing a site's data does in a browser.

    The next process of the application gets new, unrelated ids. This process keeps its ids until it
    ends.

    Args:
        application: The application's name, or the path of its program; by default this one.

    Raises:
        PrivateFileError: The file cannot be deleted.
    """
    for name in names_of(application_name() if application is None else application):
        remove_private(secret_path(name))
