"""``mediadevices serve``."""

import errno
import os
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from mediadevices_native.cli.errors import CommandError, errors_reported, print_note
from mediadevices_native.cli.formatting import print_line
from mediadevices_native.cli.interrupts import interrupted_by_signals
from mediadevices_native.cli.options import VerboseOption
from mediadevices_native.serving.pyodide_files import PYODIDE_VERSION, find_pyodide
from mediadevices_native.serving.server import PageServer
from mediadevices_native.serving.site import Site, examples_folder

__all__ = ["serve"]

_EXAMPLE = "/web/"


def serve(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="A folder with an index.html; the example page if omitted."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 for any free one.")
    ] = 8000,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in your browser.")
    ] = False,
    pyodide: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The folder with Pyodide's files, if it is not found.",
        ),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve a page that uses the library at http://localhost, until Ctrl-C, SIGTERM or SIGHUP.

    The library's wheel and Pyodide are below /_mediadevices/. Your own page loads both with
    `import { loadMediaDevices } from "/_mediadevices/loader.mjs"`.
    """
    with errors_reported(verbose=verbose):
        site = _site(folder, pyodide)
        with _listening(site, port) as server:
            print_line(server.url)
            print_note(_pyodide_source(site))
            if open_browser:
                webbrowser.open(server.url)
            with suppress(KeyboardInterrupt), interrupted_by_signals():
                server.serve_forever()


def _site(folder: Path | None, pyodide: Path | None) -> Site:
    """Return the site to serve.

    Raises:
        CommandError: A folder is missing, or lacks a needed file.
    """
    if folder is not None:
        if not os.path.isdir(folder):  # noqa: PTH112  (False if unreadable)
            problem = "not a folder" if os.path.exists(folder) else "no such folder"  # noqa: PTH110
            raise CommandError(f"{folder}: {problem}")
        if not os.path.isfile(folder / "index.html"):  # noqa: PTH113  (the same)
            raise CommandError(f"{folder}: index.html is missing")
    served = examples_folder() if folder is None else folder
    try:
        found = find_pyodide(served, pyodide)
    except FileNotFoundError as error:
        raise CommandError(
            f"--pyodide: {error}; `npm install pyodide` creates node_modules/pyodide"
        ) from error
    return Site(served, _EXAMPLE if folder is None else "/", found)


def _listening(site: Site, port: int) -> PageServer:
    """Return a server that listens at the port.

    Raises:
        CommandError: The port is not available.
    """
    try:
        return PageServer(site, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "another program uses this port"
        else:
            reason = error.strerror or str(error)
        raise CommandError(f"--port {port}: {reason}; --port 0 takes any free port") from error


def _pyodide_source(site: Site) -> str:
    if site.pyodide is not None:
        return f"Pyodide: {site.pyodide}"
    return (
        f"Pyodide is not installed here: pages load version {PYODIDE_VERSION} from the network "
        f"({site.pyodide_address}). Without a network, run `npm install pyodide` here first."
    )
