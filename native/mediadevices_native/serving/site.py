"""What a page may fetch: the user's files, Pyodide's, and the library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from mediadevices_native.page_wheel import build_wheel, wheel_name
from mediadevices_native.serving.pyodide_files import CDN

__all__ = ["OWN", "Site", "examples_folder"]

OWN = "/_mediadevices/"
"""Below which path the library is; there are no files of the user's."""

_INDEX = "index.html"
_PYODIDE = "pyodide/"


@dataclass(frozen=True, slots=True)
class Site:
    """The paths of a server.

    Attributes:
        folder: What is served.
        start: The path of the page to begin with, which stands for "/".
        pyodide: The folder of Pyodide's files, or None to take them from the network.
    """

    folder: Path
    start: str = "/"
    pyodide: Path | None = None

    @property
    def pyodide_address(self) -> str:
        """From where pages take Pyodide, as `loader.mjs` sees it."""
        return CDN if self.pyodide is None else _PYODIDE

    def find(self, target: str) -> bytes | Path | None:
        """Return what a request is for: bytes that are made now, a file, or None for nothing.

        Args:
            target: The request's target, such as ``"/main.py?x=1"``.
        """
        path = unquote(urlsplit(target).path)
        if not path.startswith(OWN):
            return _inside(self.folder, path)
        name = path.removeprefix(OWN)
        if name == "loader.mjs":
            return Path(__file__).with_name(name)
        if name == "settings.json":
            settings = {"pyodide": self.pyodide_address, "wheel": wheel_name()}
            return json.dumps(settings).encode()
        if name == wheel_name():
            return build_wheel()
        if name.startswith(_PYODIDE) and self.pyodide is not None:
            return _inside(self.pyodide, name.removeprefix(_PYODIDE))
        return None


def examples_folder() -> Path:
    """Return the folder of the examples, of which ``web/`` is the page.

    They are part of the installed library; in a checkout they are in the checkout itself.
    """
    package = Path(__file__).parent
    installed = package / "examples"
    return installed if installed.is_dir() else package.parents[2] / "examples"


def _inside(folder: Path, path: str) -> Path | None:
    """Return the file of a path, and never one outside of the folder."""
    parts = [part for part in PurePosixPath(path).parts if part != "/"]
    if any(_is_unfit(part) for part in parts):
        return None
    found = folder.joinpath(*parts)
    if found.is_dir() and (path.endswith("/") or not parts):
        found /= _INDEX
    return found if found.is_file() else None


def _is_unfit(part: str) -> bool:
    # What starts with a dot is hidden; the others are ways out of a folder, on Windows.
    return part.startswith(".") or any(sign in part for sign in ("\\", ":", "\0"))
