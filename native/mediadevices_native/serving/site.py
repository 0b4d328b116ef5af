"""What a page may fetch: the user's files, Pyodide's, and the library."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from mediadevices_native.serving.files import open_inside, resolve_inside
from mediadevices_native.serving.other_answer import OtherAnswer
from mediadevices_native.serving.page_wheel import build_wheel, wheel_name
from mediadevices_native.serving.pyodide_files import CDN

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MissingSlashError", "Site", "examples_folder"]

_OWN = "_mediadevices"
_INDEX = "index.html"
_LOADER = Path(__file__).with_name("loader.mjs")
_PYODIDE = "pyodide"


class MissingSlashError(Exception):
    """The path is that of a folder, but does not end with a slash."""


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
        return CDN if self.pyodide is None else f"{_PYODIDE}/"

    def open(self, names: Sequence[str], *, ends_with_slash: bool) -> tuple[BinaryIO, str]:
        """Open what a path stands for.

        Below ``/_mediadevices/`` is the library; a folder of the user's of that name is not served.

        Args:
            names: The decoded names of the path, without ``.`` and ``..``.
            ends_with_slash: Whether a slash follows the last name.

        Returns:
            The file, which the caller closes, and its name.

        Raises:
            MissingSlashError: It is a folder.
            OtherAnswer: There is no such file.
        """
        first, *others = names or ("",)
        if first != _OWN:
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
    """Return the folder of the examples, of which ``web/`` is the page.

    They are part of the installed library; in a checkout they are in the checkout itself.
    """
    package = Path(__file__).parent
    installed = package / "examples"
    return installed if installed.is_dir() else package.parents[2] / "examples"


def _open(folder: Path, names: Sequence[str], *, ends_with_slash: bool) -> tuple[BinaryIO, str]:
    """Open a file below a folder; for a folder, its index."""
    if any(_is_hidden(name) for name in names):
        raise _not_found()
    path = PurePath(*names)
    try:
        found = resolve_inside(folder, path)
        is_folder = os.path.isdir(folder / found)  # noqa: PTH112  (False where it cannot be read)
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
    except (OSError, ValueError) as error:  # ValueError: names that no file can have
        raise _not_found(getattr(error, "strerror", None)) from error


def _not_found(reason: str | None = None) -> OtherAnswer:
    why = f" ({reason})" if reason else ""
    return OtherAnswer(HTTPStatus.NOT_FOUND, f"there is no such file{why}")


def _is_hidden(name: str) -> bool:
    """Return whether a name is not served: a dot begins it, or Windows gives it a meaning."""
    signs = "\\:\0~" if sys.platform == "win32" else "\\:\0"  # `GIT~1` is `.git` there
    return name.startswith(".") or any(sign in name for sign in signs)
