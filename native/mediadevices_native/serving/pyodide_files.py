"""Find Pyodide's files on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

__all__ = ["CDN", "PYODIDE_VERSION", "find_pyodide"]

PYODIDE_VERSION = "314.0.7"
"""The version that pages load from the network if Pyodide is not on this machine."""

CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"

_NEEDED_FILES = ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
_PACKAGE = Path("node_modules", "pyodide")
_NPM_TIMEOUT = 10


def find_pyodide(folder: Path, given: Path | None = None) -> Path | None:
    """Return the folder with Pyodide's files, or None if there is none.

    It looks into ``node_modules`` of the current folder and of the page's folder, and into npm's
    global folder.

    Args:
        folder: The page's folder.
        given: The folder that the user gave, if any.

    Raises:
        FileNotFoundError: The given folder lacks files of Pyodide.
    """
    if given is not None:
        if missing := _missing_files(given):
            raise FileNotFoundError(f"{given}: {', '.join(missing)} missing")
        return given
    places = [folder / _PACKAGE]
    with suppress(OSError):  # the current folder was deleted
        places.insert(0, Path.cwd() / _PACKAGE)
    for place in places:
        if not _missing_files(place):
            return place
    global_packages = _global_packages()
    if global_packages is not None and not _missing_files(global_packages / "pyodide"):
        return global_packages / "pyodide"
    return None


def _missing_files(folder: Path) -> list[str]:
    """Return the names of Pyodide's files that the folder lacks."""
    # os.path.isfile returns False if the folder cannot be read.
    return [name for name in _NEEDED_FILES if not os.path.isfile(folder / name)]  # noqa: PTH113  (see above)


def _global_packages() -> Path | None:
    """Return npm's folder of globally installed packages; None without npm."""
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
            timeout=_NPM_TIMEOUT,
        )
    except (OSError, subprocess.SubprocessError):
        return None  # npm does not work, so it has installed nothing
    return Path(done.stdout.strip())
