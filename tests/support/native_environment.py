"""Another Python process, in which tests find a sound server of their own.

In the lane `native` the conformance tests find the desktop's own agent. Its microphones are those
of a private PulseAudio, through PortAudio. No machine has a camera that a test may pull out, so the
cameras are fake ones, beside the real microphones under the same agent. In the lane `pipewire` the
tests of PulseAudio's microphones find PipeWire.
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
    """Runs tests in a process of their own.

    Args:
        root: The checkout.
        name: The lane's name.
        why_not: Returns why there can be no sound server, or None.
    """

    def __init__(self, root: Path, name: str, why_not: Callable[[], str | None]) -> None:
        self._root = root
        self.name = name
        self._why_not = why_not

    def available(self) -> str | None:
        """Return why there can be no sound server, or None."""
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
