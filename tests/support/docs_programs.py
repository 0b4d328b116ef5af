"""Programs in the README and the docs: code blocks that begin with a name: ``# see.py``."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Programs", "named_blocks"]

# The fonts are missing from OpenCV's own copy of Qt.
_EXPECTED = re.compile("these devices are synthetic|QFontDatabase|Qt no longer ships fonts")

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Programs:
    """The programs of the docs, written to a folder.

    Attributes:
        folder: The folder; it holds all programs of one page or of several.
        environment: The environment variables for them: synthetic devices, no display.
    """

    folder: Path
    environment: dict[str, str]

    def __call__(self, name: str) -> Path:
        """Write one program, and return its path."""
        [source] = [source for found, source in named_blocks() if found == name]
        path = self.folder / name
        path.write_text(source, "utf-8")
        return path

    def run(
        self, *command: str | Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder, and check that it succeeds and reports no problem."""
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env=self.environment | dict(environment or {}),
            capture_output=True,
            text=True,
            timeout=50,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        problems = [line for line in done.stderr.splitlines() if not _EXPECTED.search(line)]
        assert not problems, done.stderr
        return done


def named_blocks() -> list[tuple[str, str]]:
    """Return the name and the source of each program in the docs."""
    pattern = re.compile(r"^```python\n(# (\w+\.py)\n.*?)^```$", re.MULTILINE | re.DOTALL)
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [
        (match[2], match[1])
        for page in pages
        for match in pattern.finditer(page.read_text("utf-8"))
    ]
