"""``mediadevices serve``."""

import errno
import os
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from mediadevices_native.cli.failures import CommandError, note, reported
from mediadevices_native.cli.interrupts import interrupted_by_signals
from mediadevices_native.cli.options import VerboseOption
from mediadevices_native.cli.showing import say
from mediadevices_native.serving.pyodide_files import PYODIDE_VERSION, find_pyodide
from mediadevices_native.serving.server import PageServer
from mediadevices_native.serving.site import Site, examples_folder

__all__ = ["serve"]

_EXAMPLE = "/web/"


def serve(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="Yours, with an index.html; else the example page is served."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="0 for any that is free.")
    ] = 8000,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in your browser.")
    ] = False,
    pyodide: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="The folder of Pyodide's files, if it is not found by itself."
        ),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve a page that uses the library, from http://localhost, until Ctrl-C, SIGTERM or SIGHUP.

    Below /_mediadevices/ the page finds the library's wheel and Pyodide; a page of yours gets both
    by `import { loadMediaDevices } from "/_mediadevices/loader.mjs"`.
    """
    with reported(verbose=verbose):
        site = _site(folder, pyodide)
        with _listening(site, port) as server:
            say(server.url)
            note(_where_from(site))
            if open_browser:
                webbrowser.open(server.url)
            with suppress(KeyboardInterrupt), interrupted_by_signals():
                server.serve_forever()


def _site(folder: Path | None, pyodide: Path | None) -> Site:
    """Return what is to be served.

    Raises:
        CommandError: One of the folders is not what it should be.
    """
    if folder is not None:
        if not os.path.isdir(folder):  # noqa: PTH112  (False where it cannot be read)
            what = "this is no folder" if os.path.exists(folder) else "there is no such folder"  # noqa: PTH110
            raise CommandError(f"{folder}: {what}")
        if not os.path.isfile(folder / "index.html"):  # noqa: PTH113
            raise CommandError(f"{folder}: there is no index.html in it")
    served = examples_folder() if folder is None else folder
    try:
        found = find_pyodide(served, pyodide)
    except FileNotFoundError as error:
        raise CommandError(
            f"--pyodide: {error}; `npm install pyodide` makes node_modules/pyodide"
        ) from error
    return Site(served, _EXAMPLE if folder is None else "/", found)


def _listening(site: Site, port: int) -> PageServer:
    """Return a server that has its port.

    Raises:
        CommandError: It cannot have it.
    """
    try:
        return PageServer(site, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = "another program has this port"
        else:
            why = error.strerror or str(error)
        raise CommandError(f"--port {port}: {why}; --port 0 takes any that is free") from error


def _where_from(site: Site) -> str:
    if site.pyodide is not None:
        return f"Pyodide: from {site.pyodide}"
    return (
        f"Pyodide: {PYODIDE_VERSION} from the network ({site.pyodide_address}); "
        "`npm install pyodide` makes it a file of yours"
    )
