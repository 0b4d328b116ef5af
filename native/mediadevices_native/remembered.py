"""Answers of the user that are kept for an application: a file beside its secret.

Only those are kept that the user wants to be kept; the user can see them and forget them with
``mediadevices permissions``.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from mediadevices.errors import MediaDevicesWarning
from mediadevices.local.permission_decisions import Decision
from mediadevices_native.identity import application_name, names_of, private_folder, secret_path
from mediadevices_native.private_files import PrivateFileError, as_private_file_error, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mediadevices.agent import PermissionName, PermissionState

__all__ = [
    "RememberedPermissions",
    "all_remembered",
    "forget_permissions",
    "load_permissions",
    "permissions_path",
]

_SUFFIX = ".permissions"
_NAMES: tuple[PermissionName, ...] = ("camera", "microphone")
_STATES: tuple[PermissionState, ...] = ("granted", "denied")


class RememberedPermissions:
    """The memory of one application; see `mediadevices.local.permission_decisions`.

    Where nothing can be read or kept, answers hold for this process, and a `MediaDevicesWarning`
    names the file.

    Args:
        application: The application's name.
    """

    def __init__(self, application: str) -> None:
        self._application = application

    def recall(self) -> Mapping[PermissionName, Decision]:
        """Return what is kept."""
        try:
            return load_permissions(permissions_path(self._application))
        except PrivateFileError as error:
            _warn("earlier answers are not known", error)
            return {}

    def remember(self, decisions: Mapping[PermissionName, Decision]) -> None:
        """Keep answers, instead of earlier ones to the same; what is undecided is forgotten."""
        try:
            path = permissions_path(self._application)
            # Another process of the application may have changed the file meanwhile.
            before = load_permissions(path)
            after = dict(before)
            for name, decision in decisions.items():
                after[name] = decision
                if decision.state == "prompt":
                    del after[name]
            if after != before:
                _write(path, self._application, after)
        except PrivateFileError as error:
            _warn("what is remembered could not be changed", error)


def permissions_path(application: str) -> Path:
    """Return where the answers for an application are kept, whether or not there are any.

    Args:
        application: The application's name, any text.

    Raises:
        PrivateFileError: The library that knows the system's folders is missing.
    """
    return secret_path(application).with_suffix(_SUFFIX)


def load_permissions(path: Path) -> dict[PermissionName, Decision]:
    """Return the answers that a file holds; none if there is no file.

    Args:
        path: The file.

    Raises:
        PrivateFileError: It cannot be read, or holds something else.
    """
    return _load(path)[1]


def all_remembered() -> dict[str, dict[PermissionName, Decision]]:
    """Return the answers that are kept for each application of this user, by its name.

    A `MediaDevicesWarning` names each file that cannot be read.

    Raises:
        PrivateFileError: The library that knows the system's folders is missing.
    """
    found: dict[str, dict[PermissionName, Decision]] = {}
    for path in sorted(private_folder().glob(f"*{_SUFFIX}")):
        try:
            application, decisions = _load(path)
        except PrivateFileError as error:
            _warn("earlier answers are not known", error)
        else:
            if decisions:
                found[application] = decisions
    return found


def forget_permissions(application: str | None = None) -> None:
    """Forget which permissions the user wanted to be remembered for an application.

    A process of the application that runs goes on with them until it ends.

    Args:
        application: The application's name, or the path of its program; by default this one.

    Raises:
        OSError: The file cannot be deleted.
    """
    for name in names_of(application_name() if application is None else application):
        permissions_path(name).unlink(missing_ok=True)


def _load(path: Path) -> tuple[str, dict[PermissionName, Decision]]:
    """Return the name of an application and its answers."""
    try:
        content: Any = json.loads(path.read_bytes())
        kept = content["permissions"]
        decisions: dict[PermissionName, Decision] = {}
        for name in _NAMES:
            if name in kept:
                state = _STATES[_STATES.index(kept[name]["state"])]
                decisions[name] = Decision(state, "remembered", str(kept[name]["device"]))
        return str(content["application"]), decisions
    except FileNotFoundError:
        return "", {}
    except OSError as error:
        raise as_private_file_error(path, error) from error
    except (ValueError, TypeError, KeyError) as error:
        remedy = "delete the file, or call mediadevices_native.forget_permissions()"
        raise PrivateFileError(f"{path}: it holds no answers", remedy) from error


def _write(path: Path, application: str, decisions: Mapping[PermissionName, Decision]) -> None:
    kept = {name: {"state": one.state, "device": one.device} for name, one in decisions.items()}
    content = json.dumps({"application": application, "permissions": kept}, indent=2)
    try:
        write_private(path, f"{content}\n".encode())
    except OSError as error:
        raise as_private_file_error(path, error) from error


def _warn(what: str, error: PrivateFileError) -> None:
    warnings.warn(f"{what}: {error}; {error.remedy}", MediaDevicesWarning, stacklevel=2)
