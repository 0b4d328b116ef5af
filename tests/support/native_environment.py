"""Runs tests in another Python process with a private sound server.

In the lane `native`, the conformance tests use the desktop's agent with microphones of a private
PulseAudio server, through PortAudio. No machine has a camera that a test can unplug, so the cameras
are fake. In the lane `pipewire`, the tests of PulseAudio's microphones use a PipeWire server.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from support.child_process import ChildProcess
from support.report_file import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    import pytest

__all__ = ["NativeEnvironment"]

_SECONDS = 900


class NativeEnvironment:
    """Runs tests in one process.

    Args:
        root: The checkout.
        name: The lane's name.
        why_not: Returns the reason if the sound server cannot run, or None.
    """

    def __init__(self, root: Path, name: str, why_not: Callable[[], str | None]) -> None:
        self._root = root
        self.name = name
        self._why_not = why_not

    def available(self) -> str | None:
        """Return the reason if the sound server cannot run, or None."""
        return self._why_not()

    def run(
        self, node_ids: Sequence[str], options: Sequence[str], config: pytest.Config
    ) -> Generator[pytest.TestReport]:
        """Run tests in one process; see `support.remote.Environment`."""
        with tempfile.TemporaryDirectory(prefix="native-") as name:
            folder = Path(name)
            arguments = folder / "arguments"
            arguments.write_text("\n".join(node_ids))
            command = [sys.executable, "-m", "pytest", f"--inside={self.name}", "-v"]
            command += ["-p", "no:cacheprovider", "--continue-on-collection-errors"]
            command += [f"--rootdir={self._root}", f"--reports={folder / 'reports'}"]
            process = ChildProcess(self.name, [*command, *options, f"@{arguments}"], folder)
            yield from follow(process, node_ids, _SECONDS, config)
