"""Defines the setting and the marker of pytest-timeout where that is not installed.

`support.asynchronous` reads the time limit from the marker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_PLUGIN = "timeout"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.has_plugin(_PLUGIN):
        parser.addini("timeout", "seconds for one test; no effect here")


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin(_PLUGIN):
        config.addinivalue_line("markers", "timeout(seconds): for an async test")
