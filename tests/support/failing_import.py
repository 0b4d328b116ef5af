"""Makes the import of a library fail, as where it is missing or broken."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["fail_import"]


def fail_import(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    """Make the import of a module raise an error until the test ends.

    Args:
        monkeypatch: The test's.
        name: The module.
        error: What its import raises.
    """

    class Finder(MetaPathFinder):
        def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
            if fullname == name:
                raise error

    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
