"""Pyodide's own files, if this machine has them."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

__all__ = ["CDN", "PYODIDE_VERSION", "find_pyodide"]

PYODIDE_VERSION = "314.0.7"
"""The version that pages take from the network, if this machine has none."""

CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"

_START = "pyodide.mjs"
_PACKAGE = Path("node_modules", "pyodide")
_NPM_SECONDS = 10


def find_pyodide(folder: Path, given: Path | None = None) -> Path | None:
    """Return the folder of Pyodide's files, or None if this machine has none.

    Args:
        folder: The folder of the page; its ``node_modules`` are looked into, and those of the
            current folder, and npm's global ones.
        given: The folder, if the user names one.

    Raises:
        FileNotFoundError: The given folder does not hold Pyodide.
    """
    if given is not None:
        if not _is_pyodide(given):
            raise FileNotFoundError(f"{given}: there is no {_START} in it")
        return given
    places = [folder / _PACKAGE]
    with suppress(OSError):  # the current folder can have been deleted
        places.insert(0, Path.cwd() / _PACKAGE)
    for place in places:
        if _is_pyodide(place):
            return place
    everybodys = _global_packages()
    if everybodys is not None and _is_pyodide(everybodys / "pyodide"):
        return everybodys / "pyodide"
    return None


def _is_pyodide(folder: Path) -> bool:
    return os.path.isfile(folder / _START)  # noqa: PTH113  (False where it cannot be read)


def _global_packages() -> Path | None:
    """Return where npm installs for all, if there is npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        done = subprocess.run(
            [npm, "root", "-g"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=True,
            timeout=_NPM_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None  # an npm that does not work has installed nothing either
    return Path(done.stdout.strip())
