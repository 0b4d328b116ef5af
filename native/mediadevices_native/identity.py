"""Who the program is: its name, and the secret from which its device ids are made.

A `device_id` is a keyed hash of the hardware with a secret of the application (see
`mediadevices.algorithms.device_ids`). The secret is made when an application first needs it, and
kept in the user's data folder, so that ids are the same after a restart and unrelated between
applications, as a browser keeps them for an origin.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices.errors import MediaDevicesWarning
from mediadevices_native.private_files import PrivateFileError, as_private_file_error, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = [
    "NAMELESS",
    "application_name",
    "application_secret",
    "clear_device_ids",
    "load_secret",
    "private_folder",
    "secret_path",
]

_VARIABLE = "MEDIADEVICES_APPLICATION"
_SECRET_BYTES = 32
NAMELESS = "python"
"""The application of a session without a script: the interpreter's prompt, a notebook, ``-c``."""


def application_name(
    environment: Mapping[str, str] = os.environ,
    *,
    given: str | None = None,
    main: ModuleType | None = None,
) -> str:
    """Return the name of the running application.

    The first of these that there is:

    1. the environment variable ``MEDIADEVICES_APPLICATION``;
    2. the name that the program gives itself;
    3. for ``python -m package.module``, ``package.module``; for ``python -m package``, ``package``;
    4. for a script, its file name without the ending; for a folder or archive, that one's name;
    5. ``"python"``, for the interpreter's prompt, ``python -c`` and notebooks.

    Programs with the same name share their device ids. Set the variable (before devices are first
    used) where that is not wanted, or where a program is to keep its ids under another file name.

    Args:
        environment: The environment variables.
        given: The name that the program gives itself, if it does.
        main: The module ``__main__``; the real one by default.
    """
    if name := environment.get(_VARIABLE, "").strip():
        return name
    if given:
        return given
    module = main or sys.modules.get("__main__")
    spec = getattr(module, "__spec__", None)
    if spec is not None and spec.name != "__main__":  # a folder or archive has that spec
        return str(spec.name).removesuffix(".__main__")
    file = getattr(module, "__file__", None)
    if not file:
        return NAMELESS
    path = Path(file)
    if path.stem == "__main__":
        path = path.resolve().parent
    return path.stem or NAMELESS


def private_folder() -> Path:
    """Return where this user's secrets, and answers beside them, are kept.

    Raises:
        PrivateFileError: The library that knows the system's folders is missing.
    """
    try:
        from platformdirs import user_data_path
    except ImportError as error:
        raise PrivateFileError(str(error), "pip install platformdirs") from error
    return user_data_path("mediadevices", appauthor=False) / "device-ids"


def secret_path(application: str) -> Path:
    """Return where the secret of an application is kept, whether or not it is there.

    Args:
        application: The application's name, any text.

    Raises:
        PrivateFileError: The library that knows the system's folders is missing.
    """
    # Readable, yet unique also where names are long, strange, or differ in capitals alone.
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", application)[:40]
    digest = hashlib.sha256(application.encode(errors="surrogateescape")).hexdigest()[:16]
    return private_folder() / f"{readable}-{digest}.secret"


def application_secret(application: str) -> bytes:
    """Return the secret of an application, made now if there is none.

    Where it can be neither read nor kept, the secret is this process's alone: everything works,
    but device ids are others the next time, and a `MediaDevicesWarning` names the file.

    Args:
        application: The application's name.

    Returns:
        32 bytes.
    """
    try:
        return load_secret(secret_path(application))
    except PrivateFileError as error:
        message = f"device ids will be others the next time: {error}; {error.remedy}"
        warnings.warn(message, MediaDevicesWarning, stacklevel=2)
        return secrets.token_bytes(_SECRET_BYTES)


def load_secret(path: Path) -> bytes:
    """Return the secret that a file holds; if there is no file, make it.

    Args:
        path: The file.

    Raises:
        PrivateFileError: The file can be neither read nor made, or holds something else.
    """
    try:
        found = _read(path)
        secret = _create(path) if found is None else found
    except OSError as error:
        raise as_private_file_error(path, error) from error
    if len(secret) != _SECRET_BYTES:
        raise PrivateFileError(
            f"{path}: expected {_SECRET_BYTES} bytes, found "
            f"{'more' if len(secret) > _SECRET_BYTES else len(secret)}",
            "delete the file, or call mediadevices_native.clear_device_ids()",
        )
    return secret


def clear_device_ids(application: str | None = None) -> None:
    """Forget the device ids of an application, as clearing a site's data does in a browser.

    The next process of the application gets new ids, unrelated to the old ones. Those of this
    process stay what they are until it ends.

    Args:
        application: The application's name; by default this one's.

    Raises:
        OSError: The file cannot be deleted.
    """
    secret_path(application_name() if application is None else application).unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_SECRET_BYTES + 1)
    except FileNotFoundError:
        return None


def _create(path: Path) -> bytes:
    """Make the file with a new secret; where another process is faster, return that one's."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    try:
        write_private(path, secret, _publish)
    except FileExistsError:
        existing = _read(path)
        if existing is None:
            raise
        return existing
    return secret


def _publish(unfinished: Path, path: Path) -> None:
    """Give a finished file its name in one step, unless there is one of that name already."""
    if sys.platform == "win32":
        unfinished.rename(path)
    else:
        path.hardlink_to(unfinished)  # On POSIX a rename would replace the other's.
