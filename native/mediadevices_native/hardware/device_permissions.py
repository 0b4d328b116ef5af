"""Device files without permission."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["permission_hint"]


def permission_hint(path: Path) -> str:
    """Return how a user gets permission for a device file, for an error message.

    Args:
        path: The device file.
    """
    group = ""
    if sys.platform != "win32":  # Windows has no file groups
        with suppress(OSError, KeyError):
            group = path.group()
    if not group:
        return "ask the system's administrator"
    if group == "root":
        return f"its group is root: run as root, or give {path} to a group of yours"
    return f"add yourself to the group {group} (sudo usermod -aG {group} $USER) and log in again"
