"""The command ``mediadevices`` with its subcommands."""

from importlib.metadata import version
from typing import Annotated

import typer

from mediadevices_native.cli.capabilities import capabilities
from mediadevices_native.cli.devices import devices
from mediadevices_native.cli.doctor import doctor
from mediadevices_native.cli.formatting import print_line
from mediadevices_native.cli.monitor import monitor
from mediadevices_native.cli.permissions import permissions
from mediadevices_native.cli.photo import photo
from mediadevices_native.cli.record import record
from mediadevices_native.cli.serve import serve

__all__ = ["app"]

app = typer.Typer(
    name="mediadevices",
    help="Cameras and microphones through the W3C Media Capture and Streams API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # errors are one line; --verbose prints the traceback
)
for command in (devices, capabilities, photo, record, monitor, serve, permissions, doctor):
    app.command()(command)


def _print_version(requested: bool) -> None:
    if requested:
        print_line(f"mediadevices {version('mediadevices')}")
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
    """Cameras and microphones through the W3C Media Capture and Streams API."""
