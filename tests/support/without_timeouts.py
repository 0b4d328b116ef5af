"""Stands in for pytest-timeout where it is not: its setting and its marker exist.

The marker tells `support.asynchronous` how long a test may take.
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
