"""``mediadevices permissions``."""

from pathlib import PurePath
from typing import Annotated

import typer

from mediadevices.webidl.names import closest
from mediadevices_native.application.identity import names_of
from mediadevices_native.application.private_file_error import PrivateFileError
from mediadevices_native.application.remembered_answers import (
    all_remembered,
    forget_permissions,
    has_answers,
)
from mediadevices_native.cli.errors import CommandError, errors_reported, print_note
from mediadevices_native.cli.formatting import print_json, print_table
from mediadevices_native.cli.options import JsonOption, VerboseOption

__all__ = ["permissions"]


def permissions(
    forget: Annotated[
        str | None,
        typer.Option(
            metavar="APPLICATION",
            help="Forget the answers for an application: its name, path or file name.",
        ),
    ] = None,
    json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the remembered permissions of applications, or forget them.

    With --json, print a list of objects: application, permission, and state (granted or denied).
    """
    with errors_reported(verbose=verbose):
        try:
            if forget is not None:
                _forget(forget)
            answers, problems = all_remembered()
        except PrivateFileError as error:
            raise CommandError(f"{error}; {error.remedy}") from error
        for problem in problems:
            print_note(f"warning: stored answers cannot be read: {problem}; {problem.remedy}")
    rows = [
        {
            "application": answer.application,
            "permission": answer.permission,
            "state": answer.decision.state,
        }
        for answer in answers
    ]
    if json:
        print_json(rows)
    elif rows:
        print_table(("application", "permission", "state"), (row.values() for row in rows))
    else:
        print_note("No answers are remembered; applications will ask.")


def _forget(text: str) -> None:
    """Forget the answers for the application with this name, path or file name.

    Raises:
        CommandError: No application matches, or more than one.
        PrivateFileError: A file cannot be read or deleted.
    """
    if any(has_answers(name) for name in names_of(text)):  # also if they cannot be read
        forget_permissions(text)
        return
    known = {answer.application for answer in all_remembered()[0]}
    matches = sorted(name for name in known if text in _short_names(name))
    if len(matches) == 1:
        forget_permissions(matches[0])
    elif matches:
        raise CommandError(
            f"{text!r} matches several applications; use one of: {', '.join(matches)}"
        )
    else:
        suggestion = closest(
            text, known | {short for name in known for short in _short_names(name)}
        )
        hint = f"; did you mean {suggestion!r}?" if suggestion else ""
        raise CommandError(f"no answers are remembered for {text!r}{hint}")


def _short_names(application: str) -> set[str]:
    """Return an application's short names: for a path, its file name with and without suffix."""
    path = PurePath(application)
    return {path.name, path.stem}
