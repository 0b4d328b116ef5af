"""The files that pages can load: the user's, Pyodide's, and the library."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from mediadevices_native.serving.contained_files import open_inside, resolve_inside
from mediadevices_native.serving.page_wheel import build_wheel, wheel_name
from mediadevices_native.serving.pyodide_files import CDN
from mediadevices_native.serving.status_response import StatusResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MissingSlashError", "Site", "examples_folder"]

_LIBRARY = "_mediadevices"
_INDEX = "index.html"
_LOADER = Path(__file__).with_name("loader.mjs")
_PYODIDE = "pyodide"


class MissingSlashError(Exception):
    """The path leads to a folder, but does not end with a slash."""


@dataclass(frozen=True, slots=True)
class Site:
    """A served folder, with the library and Pyodide below ``/_mediadevices/``.

    Attributes:
        folder: The served folder.
        start: The path of the start page, to which "/" redirects.
        pyodide: The folder with Pyodide's files; None to load them from the network.
    """

    folder: Path
    start: str = "/"
    pyodide: Path | None = None

    @property
    def pyodide_address(self) -> str:
        """The base URL of Pyodide, absolute or relative to `loader.mjs`."""
        return CDN if self.pyodide is None else f"{_PYODIDE}/"

    def open(self, names: Sequence[str], *, ends_with_slash: bool) -> tuple[BinaryIO, str]:
        """Open the file at a path.

        The user's own folder ``_mediadevices``, if there is one, is not served.

        Args:
            names: The decoded parts of the path, without ``.`` and ``..``.
            ends_with_slash: Whether a slash follows the last part.

        Returns:
            The file, which the caller closes, and its name.

        Raises:
            MissingSlashError: The path leads to a folder, and lacks the slash.
            StatusResponse: There is no such file.
        """
        first, *others = names or ("",)
        if first != _LIBRARY:
            return _open(self.folder, names, ends_with_slash=ends_with_slash)
        if others[:1] == [_PYODIDE] and self.pyodide is not None:
            return _open(self.pyodide, others[1:], ends_with_slash=ends_with_slash)
        name = "" if ends_with_slash else "/".join(others)
        if name == _LOADER.name:
            return _LOADER.open("rb"), name
        if name == "settings.json":
            settings = {"pyodide": self.pyodide_address, "wheel": wheel_name()}
            return io.BytesIO(json.dumps(settings).encode()), name
        if name == wheel_name():
            return io.BytesIO(build_wheel()), name
        raise _not_found()


def examples_folder() -> Path:
    """Return the folder of the examples; its folder ``web`` is the example page.

    It is in the installed library, or in the checkout.
    """
    package = Path(__file__).parent
    installed = package / "examples"
    return installed if installed.is_dir() else package.parents[2] / "examples"


def _open(folder: Path, names: Sequence[str], *, ends_with_slash: bool) -> tuple[BinaryIO, str]:
    """Open a file in a folder; if it is a folder, its index.html."""
    if any(_is_hidden(name) for name in names):
        raise _not_found()
    path = PurePath(*names)
    try:
        found = resolve_inside(folder, path)
        is_folder = os.path.isdir(folder / found)  # noqa: PTH112  (False if unreadable)
        if is_folder and not ends_with_slash:
            raise MissingSlashError
        if is_folder:
            path /= _INDEX
            found = resolve_inside(folder, path)
        elif ends_with_slash:
            raise _not_found()
        return open_inside(folder, found), path.name
    except FileNotFoundError:
        raise _not_found() from None
    except (OSError, ValueError) as error:  # ValueError: an invalid file name
        raise _not_found(getattr(error, "strerror", None)) from error


def _not_found(reason: str | None = None) -> StatusResponse:
    suffix = f" ({reason})" if reason else ""
    return StatusResponse(HTTPStatus.NOT_FOUND, f"no such file{suffix}")


def _is_hidden(name: str) -> bool:
    """Return whether a name is not served: it starts with a dot, or is special on Windows."""
    special = "\\:\0~" if sys.platform == "win32" else "\\:\0"  # `GIT~1` can be `.git`
    return name.startswith(".") or any(character in name for character in special)
