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
from mediadevices_native.cli.showing import say

__all__ = ["app"]

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
        say(f"mediadevices {version('mediadevices')}")
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
