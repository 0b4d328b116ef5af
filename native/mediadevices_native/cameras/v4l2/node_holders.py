"""Who has a device node open, as far as the system lets us see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["describe_holders", "node_holders"]


def node_holders(path: Path, proc: Path = Path("/proc")) -> Iterator[tuple[int, str]]:
    """Give the number and name of each process that has a device node open.

    Other users' processes cannot be looked into, except by root; where procfs is hidden, none can.
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
            continue  # It has ended, or is not ours to look into.


def describe_holders(path: Path, proc: Path = Path("/proc")) -> str:
    """Return the holders of a node for a message, or ``""`` where none can be seen."""
    holders = [
        "this program" if pid == os.getpid() else f"{name} (process {pid})"
        for pid, name in node_holders(path, proc)
    ]
    return ", ".join(holders)
