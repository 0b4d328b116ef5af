"""Isolates a test from the real user's data folder and environment variables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

__all__ = ["use_own_home"]


def use_own_home(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Move the user's folders below a folder, and remove this library's environment variables."""
    for name in [name for name in os.environ if name.startswith("MEDIADEVICES_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(folder))
