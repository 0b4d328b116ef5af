"""The commands of ``mediadevices``, put together."""

from importlib.metadata import version
from typing import Annotated

import typer

from mediadevices_native.cli.capabilities import capabilities
from mediadevices_native.cli.devices import devices
from mediadevices_native.cli.doctor import doctor
from mediadevices_native.cli.monitor import monitor
from mediadevices_native.cli.permissions import permissions
from mediadevices_native.cli.photo import photo
from mediadevices_native.cli.record import record
from mediadevices_native.cli.serve import serve

__all__ = ["app", "main"]

app = typer.Typer(
    name="mediadevices",
    help="Cameras and microphones, by the W3C Media Capture and Streams API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # errors are one line, and --verbose shows the traceback
)
for command in (devices, capabilities, photo, record, monitor, serve, permissions, doctor):
    app.command()(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mediadevices {version('mediadevices')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Cameras and microphones, by the W3C Media Capture and Streams API."""


def main() -> None:
    """Run the command line, and exit.

    The exit code is 0 for success, 1 for an error that is told in one line, 2 for a wrong call
    and 130 for an interruption.
    """
    app(prog_name="mediadevices")
