"""The user's answers that are stored for an application: one file for each permission.

An answer is stored only if the user wants that. ``mediadevices permissions`` lists and deletes the
answers. Each answer has its own file, which is replaced or deleted in one step. So concurrent
processes need no lock, and do not change each other's answers.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from mediadevices.kinds import PERMISSION_NAMES
from mediadevices.local.permissions.decisions import Decision
from mediadevices_native.application.identity import (
    application_name,
    names_of,
    private_folder,
    secret_path,
)
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
    from pathlib import Path

    from mediadevices.kinds import PermissionName

__all__ = [
    "Answer",
    "RememberedPermissions",
    "all_remembered",
    "answer_path",
    "forget_permissions",
    "has_answers",
    "load_answer",
]

_MOST_BYTES = 64 * 1024


class Answer(NamedTuple):
    """The user's answer to an application.

    Attributes:
        application: The application's name.
        permission: The permission that it requested.
        decision: The answer.
    """

    application: str
    permission: PermissionName
    decision: Decision


class RememberedPermissions:
    """The memory of one application; see `mediadevices.local.permissions.decisions`.

    If answers cannot be read or stored, they are valid for this process only, and a
    `MediaDevicesWarning` names the file.

    Args:
        application: The application's name.
    """

    def __init__(self, application: str) -> None:
        self._application = application

    def recall(self) -> Mapping[PermissionName, Decision]:
        """Return the stored answers."""
        found: dict[PermissionName, Decision] = {}
        problems: list[PrivateFileError] = []
        for permission in PERMISSION_NAMES:
            try:
                answer = load_answer(answer_path(self._application, permission))
            except PrivateFileError as error:
                problems.append(error)
            else:
                if answer is not None:
                    found[permission] = answer.decision
        _warn("stored answers cannot be read", problems)
        return found

    def remember(self, decisions: Mapping[PermissionName, Decision]) -> None:
        """Store the answers, replacing earlier ones; delete undecided permissions."""
        problems: list[PrivateFileError] = []
        for permission, decision in decisions.items():
            try:
                path = answer_path(self._application, permission)
                if decision.state == "prompt":
                    remove_private(path)
                else:
                    _write(path, Answer(self._application, permission, decision))
            except PrivateFileError as error:
                problems.append(error)
        _warn("answers cannot be stored", problems)


def answer_path(application: str, permission: PermissionName) -> Path:
    """Return the path of an application's answer, which need not exist.

    Args:
        application: The application's name, any text.
        permission: The permission.

    Raises:
        PrivateFileError: The user has no folder for it.
    """
    return secret_path(application).with_suffix(f".{permission}")


def load_answer(path: Path) -> Answer | None:
    """Return the answer in a file; None if the file is missing.

    Args:
        path: The file.

    Raises:
        PrivateFileError: The file cannot be read, or contains something else.
    """
    found = read_private(path, _MOST_BYTES)
    if found is None:
        return None
    try:
        content: Any = json.loads(found)
    except (ValueError, RecursionError):
        content = None
    match content:
        case {
            "application": str(application),
            "permission": "camera" | "microphone" as permission,
            "state": "granted" | "denied" as state,
            "device": str(device),
        } if answer_path(application, permission).name == path.name:
            return Answer(application, permission, Decision(state, "remembered", device))
        case _:
            raise PrivateFileError(f"{path}: it contains no answer", "delete the file")


def has_answers(application: str) -> bool:
    """Tell whether answers are stored for an application, even unreadable ones.

    Args:
        application: The application's name.

    Raises:
        PrivateFileError: The user has no folder for it.
    """
    return any(os.path.lexists(answer_path(application, name)) for name in PERMISSION_NAMES)


def all_remembered() -> tuple[list[Answer], list[PrivateFileError]]:
    """Return the stored answers of all this user's applications, and the unreadable ones as errors.

    Raises:
        PrivateFileError: The folder cannot be read.
    """
    answers: list[Answer] = []
    problems: list[PrivateFileError] = []
    folder = private_folder()
    kept = (path for name in PERMISSION_NAMES for path in list_private(folder, f".{name}"))
    for path in sorted(kept):
        try:
            answer = load_answer(path)
        except PrivateFileError as error:
            problems.append(error)
        else:
            if answer is not None:
                answers.append(answer)
    return answers, problems


def forget_permissions(application: str | None = None) -> None:
    """Delete the answers that the user wanted to be stored for an application.

    A running process of the application keeps them until it ends.

    Args:
        application: The application's name, or the path of its program; by default this one.

    Raises:
        PrivateFileError: A file cannot be deleted.
    """
    problems: list[PrivateFileError] = []
    for name in names_of(application_name() if application is None else application):
        for permission in PERMISSION_NAMES:
            try:
                remove_private(answer_path(name, permission))
            except PrivateFileError as error:
                problems.append(error)
    if problems:
        raise problems[0]


def _write(path: Path, answer: Answer) -> None:
    content = {
        "application": answer.application,
        "permission": answer.permission,
        "state": answer.decision.state,
        "device": answer.decision.device,
    }
    write_private(path, f"{json.dumps(content, indent=2)}\n".encode())


def _warn(what: str, problems: list[PrivateFileError]) -> None:
    """Warn about each problem, but only once if both answers have the same problem."""
    for problem in dict.fromkeys(f"{error}; {error.remedy}" for error in problems):
        warn_without_raising(f"{what}: {problem}")
