"""A server that serves the user's folder, with a secret file beside the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices_native.serving.site import Site
from support.page_client import PageClient, serving

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The parent of the user's folder."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def pages(folder: Path) -> Path:
    """The user's folder, with a secret file beside it."""
    pages = folder / "pages"
    (pages / "sub" / "deep").mkdir(parents=True)
    (pages / "evil.com").mkdir()
    (pages / "index.html").write_text("<p>mine")
    (pages / "x.js").write_text("0123456789")
    (pages / "empty.txt").touch()
    (pages / "sub" / "index.html").write_text("<p>below")
    (pages / "sub" / "deep" / "y.txt").write_text("deep")
    (pages / ".env").write_text("secret")
    (pages / ".git").mkdir()
    (pages / ".git" / "config").write_text("secret")
    (folder / "outside.txt").write_bytes(b"outside")
    (folder / "other").mkdir()
    (folder / "other" / "index.html").write_bytes(b"outside")
    return pages


@pytest.fixture
def pyodide(tmp_path: Path) -> Path:
    """A folder with a file of Pyodide's."""
    (tmp_path / "pyodide").mkdir()
    (tmp_path / "pyodide" / "pyodide.mjs").write_text("export {}")
    return tmp_path / "pyodide"


@pytest.fixture
def client(pages: Path, pyodide: Path) -> Generator[PageClient]:
    """A client of a server that serves the user's folder."""
    with serving(Site(pages, pyodide=pyodide)) as client:
        yield client
