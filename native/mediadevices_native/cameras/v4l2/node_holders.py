"""Which processes have a device node open, as far as the system tells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["describe_holders", "node_holders"]


def node_holders(path: Path, proc: Path = Path("/proc")) -> Iterator[tuple[int, str]]:
    """Yield the number and name of each process that has a device node open.

    Only root can see the files of other users' processes; where procfs is hidden, there are none.
    """
    try:
        processes = [entry for entry in proc.iterdir() if entry.name.isdigit()]
    except OSError:
        return
    for process in sorted(processes, key=lambda entry: int(entry.name)):
        try:
            if any(os.readlink(link) == str(path) for link in (process / "fd").iterdir()):  # noqa: PTH115  (Path.readlink would build a path of every socket and pipe)
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                yield int(process.name), name
        except OSError:
            continue  # it has ended, or belongs to another user


def describe_holders(path: Path, proc: Path = Path("/proc")) -> str:
    """Return the processes that have a node open, for a message; ``""`` if none is visible."""
    holders = [
        "this program" if pid == os.getpid() else f"{name} (process {pid})"
        for pid, name in node_holders(path, proc)
    ]
    return ", ".join(holders)
