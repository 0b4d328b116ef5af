"""Runs tests in the virtual machine with cameras and sound cards."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from support import virtual_machine
from support.report_file import follow

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import pytest

__all__ = ["VirtualMachineEnvironment"]

_SECONDS = 2700
# The machine is about ten times slower than its host.
_TEST_SECONDS = 120
_PASSED_ON = ("PATH", "CI", "LANG", "LC_ALL", "VIRTUAL_ENV")


class VirtualMachineEnvironment:
    """Runs tests in the machine; its kernel is kept in the checkout's `.cache/vm`."""

    name = "vm"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._cache = root / ".cache" / "vm"

    def available(self) -> str | None:
        """Prepare the kernel, once; return the reason if that fails, or None."""
        return virtual_machine.prepare(self._cache)

    def run(
        self, node_ids: Sequence[str], options: Sequence[str], config: pytest.Config
    ) -> Generator[pytest.TestReport]:
        """Run tests in one machine; see `support.remote.Environment`."""
        with tempfile.TemporaryDirectory(prefix="vm-") as name:
            share = Path(name)
            (share / "arguments").write_text("\n".join(node_ids))
            command = [sys.executable, "-m", "pytest", "--inside=vm", "-v"]
            command += ["-p", "no:cacheprovider", "--continue-on-collection-errors"]
            # Loading every installed plug-in would take longer than the tests.
            command += ["-p", "pytest_timeout", "-p", "mediadevices.testing.pytest_plugin"]
            command += ["--reports=/mnt/share/reports", f"--override-ini=timeout={_TEST_SECONDS}"]
            command += [*options, "@/mnt/share/arguments"]
            environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
            environment |= {"IN_TEST_VM": "1", "HOME": "/root", "PYTHONDONTWRITEBYTECODE": "1"}
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            environment["PYTHONPATH"] = f"{self._root}/shared:{self._root}/native"
            process = virtual_machine.boot(
                command,
                cache=self._cache,
                share=share,
                folder=self._root,
                environment=environment,
            )
            yield from follow(process, node_ids, _SECONDS, config)
