"""Device files that may not be opened."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["permission_hint"]


def permission_hint(path: Path) -> str:
    """Say, for a message, how a user gets leave to use a device file.

    Args:
        path: The file.
    """
    group = ""
    if sys.platform != "win32":  # where files have no groups
        with suppress(OSError, KeyError):
            group = path.group()
    if not group:
        return "ask the system's administrator"
    if group == "root":
        return f"its group is root: run as root, or give {path} to a group of yours"
    return f"add yourself to the group {group} (sudo usermod -aG {group} $USER) and log in again"
