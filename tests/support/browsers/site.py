"""The files that a page loads: Pyodide, pytest, the page wheel and the tests."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from mediadevices_native.serving.page_wheel import build_wheel, wheel_name
from support.browsers import old_pyodide
from support.node_environment import NodeEnvironment

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["content", "prepare"]

_PAGES = Path(__file__).parent.parent.parent / "environments"
_WHEEL = pytest.StashKey[bytes]()
# The tests in a page do not need these, and loading them takes longer than the tests.
_LEFT_OUT = ("hypothesis", "sortedcontainers")


def prepare(root: Path, lane: str) -> str | None:
    """Download Pyodide and the tools, once; return the reason if that fails, or None."""
    reason = NodeEnvironment(root).available()
    if reason is None and lane == old_pyodide.LANE:
        reason = old_pyodide.prepare(root)
    return reason


def content(
    root: Path, lane: str, arguments: Sequence[str], config: pytest.Config
) -> dict[str, Path | bytes]:
    """Return the content of each path, for `support.browsers.server.PageServer`.

    Args:
        root: The checkout.
        lane: The browser's lane.
        arguments: Pytest's arguments.
        config: The configuration of the host; it caches the wheel.
    """
    node = NodeEnvironment(root)
    old = lane == old_pyodide.LANE
    wheel = f"/{wheel_name()}"
    tools = [path for path in sorted(node.wheels.iterdir()) if not path.name.startswith(_LEFT_OUT)]
    settings = {
        "pyodide": "/pyodide/",
        "packages": old_pyodide.PACKAGES if old else [],
        "tools": [f"/tools/{path.name}" for path in tools],
        "library": wheel,
        "arguments": list(arguments),
        "ci": os.environ.get("CI", ""),
    }
    return {
        "/": _PAGES / "page.html",
        "/page.mjs": _PAGES / "page.mjs",
        "/settings.json": json.dumps(settings).encode(),
        "/pyodide/": old_pyodide.folder(root) if old else node.pyodide,
        "/tools/": node.wheels,
        wheel: _wheel(config),
        "/tests.zip": _tests(root),
    }


def _wheel(config: pytest.Config) -> bytes:
    """Return the page wheel, built from the checkout when the first page opened."""
    if _WHEEL not in config.stash:
        config.stash[_WHEEL] = build_wheel()
    return config.stash[_WHEEL]


def _tests(root: Path) -> bytes:
    """Return an archive of the tests and the code that they run."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in ("conftest.py", "pyproject.toml"):
            archive.write(root / name, name)
        for folder in ("tests", "tools", "benchmarks", "examples"):
            for path in sorted((root / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, path.relative_to(root))
    return buffer.getvalue()
