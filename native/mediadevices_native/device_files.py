"""Device files that may not be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["how_to_get_leave"]


def how_to_get_leave(path: Path) -> str:
    """Say, for a message, how a user gets leave to use a device file.

    Args:
        path: The file.
    """
    try:
        group = path.group()
    except (OSError, KeyError):
        return "ask the system's administrator"
    if group == "root":
        return f"its group is root: run as root, or give {path} to a group of yours"
    return f"add yourself to the group {group} (sudo usermod -aG {group} $USER) and log in again"
