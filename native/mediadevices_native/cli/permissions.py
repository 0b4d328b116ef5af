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
from mediadevices_native.cli.failures import CommandError, note, reported
from mediadevices_native.cli.options import JsonOption, VerboseOption
from mediadevices_native.cli.showing import print_json, print_table
from mediadevices_native.text import printable

__all__ = ["permissions"]


def permissions(
    forget: Annotated[
        str | None,
        typer.Option(
            metavar="APPLICATION",
            help="Forget what you answered for an application: its name, path or file name.",
        ),
    ] = None,
    json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the permissions that you wanted to be remembered for applications, or forget them.

    With --json, a list of objects: application, permission, and state, granted or denied.
    """
    with reported(verbose=verbose):
        try:
            if forget is not None:
                _forget(forget)
            answers, problems = all_remembered()
        except PrivateFileError as error:
            raise CommandError(f"{error}; {error.remedy}") from error
        for problem in problems:
            note(printable(f"warning: earlier answers are not known: {problem}; {problem.remedy}"))
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
        note("Nothing is remembered: applications ask.")


def _forget(text: str) -> None:
    """Forget the answers for the application that the user means.

    Raises:
        CommandError: There is none of the name, or several.
        PrivateFileError: A file cannot be read or deleted.
    """
    if any(has_answers(name) for name in names_of(text)):  # also where they cannot be read
        forget_permissions(text)
        return
    known = {answer.application for answer in all_remembered()[0]}
    meant = sorted(name for name in known if text in _short_names(name))
    if len(meant) == 1:
        forget_permissions(meant[0])
    elif meant:
        raise CommandError(f"{text!r} is the name of several; name one: {', '.join(meant)}")
    else:
        near = closest(text, known | {short for name in known for short in _short_names(name)})
        hint = f"; did you mean {near!r}?" if near else ""
        raise CommandError(f"nothing is remembered for {text!r}{hint}")


def _short_names(application: str) -> set[str]:
    """Return what a user can call an application beside its whole name: ``doorbell``."""
    path = PurePath(application)
    return {path.name, path.stem}
