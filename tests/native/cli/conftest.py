"""Each test has its own home and working folder; some have fake devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.testing import install_fake_devices
from mediadevices_native.cli import session
from support.own_home import use_own_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mediadevices.testing import FakeDevices


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The working folder of the commands."""
    use_own_home(monkeypatch, tmp_path / "home")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDevices]:
    """Fake devices, which the commands find instead of real ones."""
    with install_fake_devices() as fakes:
        first = iter([fakes.agent])
        monkeypatch.setattr(
            session, "create_agent", lambda **_: next(first, None) or _another_agent(fakes)
        )
        yield fakes


def _another_agent(fakes: FakeDevices) -> LocalAgent:
    """Return a new agent for the next command, because each command closes its agent."""
    permissions = PermissionAuthority("test", fakes.agent.prompter)
    return LocalAgent([fakes.driver], permissions, secret=b"", clock=fakes.clock)
