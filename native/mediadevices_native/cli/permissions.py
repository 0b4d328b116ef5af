"""``mediadevices permissions``."""

from typing import Annotated

import typer

from mediadevices.webidl.names import closest
from mediadevices_native.cli.failures import CommandError, note, reported
from mediadevices_native.cli.options import JsonOption, VerboseOption
from mediadevices_native.cli.showing import print_json, print_table
from mediadevices_native.identity import names_of
from mediadevices_native.private_files import PrivateFileError
from mediadevices_native.remembered import (
    all_remembered,
    forget_permissions,
    permissions_path,
)

__all__ = ["permissions"]


def permissions(
    forget: Annotated[
        str | None,
        typer.Option(metavar="APPLICATION", help="Forget what you answered for an application."),
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
            rows = [
                {"application": application, "permission": name, "state": decision.state}
                for application, decisions in all_remembered().items()
                for name, decision in decisions.items()
            ]
        except PrivateFileError as error:
            raise CommandError(f"{error}; {error.remedy}") from error
        except OSError as error:
            raise CommandError(str(error)) from error
    if json:
        print_json(rows)
    elif rows:
        print_table(("application", "permission", "state"), (row.values() for row in rows))
    else:
        note("Nothing is remembered: applications ask.")


def _forget(application: str) -> None:
    """Forget the answers for an application, also where they cannot be read."""
    if not any(permissions_path(name).exists() for name in names_of(application)):
        meant = closest(application, all_remembered())
        hint = f"; did you mean {meant!r}?" if meant else ""
        raise CommandError(f"nothing is remembered for {application!r}{hint}")
    forget_permissions(application)
