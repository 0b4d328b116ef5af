"""The library as a desktop program sees it: the real drivers, and permission granted."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaDevices, navigator
from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent
from support.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    with interruptible():
        yield


@pytest.fixture
def media_devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[MediaDevices]:
    """`navigator.media_devices` over the devices of this machine; permissions are granted."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_DATA_HOME", folder)
        environment = {
            "MEDIADEVICES_ALLOW": "camera,microphone",
            "MEDIADEVICES_APPLICATION": "tests",
        }
        agent = create_agent(environment=environment)
        with use_agent(agent):
            yield navigator.media_devices
        agent.close()
