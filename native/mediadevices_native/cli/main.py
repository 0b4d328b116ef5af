"""Entry point of the command line."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from mediadevices_native.cli.interrupts import INTERRUPTED
from mediadevices_native.cli.standard_streams import OutputError, guard_standard_streams

if TYPE_CHECKING:
    import typer

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line, and exit.

    The exit code is 0 for success, 1 for a failure, 2 for wrong usage and 130 after a signal.
    """
    guard_standard_streams()
    try:
        try:
            app = _load_app()  # takes long enough for a Ctrl-C to arrive
            app(prog_name="mediadevices")
        finally:
            sys.stdout.flush()
    except OutputError as error:
        if not error.is_broken_pipe:
            print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(1)


def _load_app() -> typer.Typer:
    """Import the commands; exit if a library that they need is missing or broken."""
    for name in ("typer", "rich"):
        try:
            import_module(name)
        except Exception as error:  # noqa: BLE001  (a broken library can raise anything)
            remedy = f"pip install --force-reinstall {name}"
            print(f"error: the command line needs {name}: {error}; {remedy}", file=sys.stderr)
            sys.exit(1)
    from mediadevices_native.cli.app import app

    return app
