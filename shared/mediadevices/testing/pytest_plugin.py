"""The pytest plugin: fixtures for tests without hardware."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediadevices.testing.clock import ManualClock
from mediadevices.testing.installation import FakeDevices, install_fake_devices

__all__ = ["fake_devices", "manual_clock"]


@pytest.fixture
def fake_devices() -> Iterator[FakeDevices]:
    """Install a fake camera, two microphones and a speaker; permission is granted."""
    with install_fake_devices() as fakes:
        yield fakes


@pytest.fixture
def manual_clock() -> ManualClock:
    """Return a clock for ``install_fake_devices(clock=manual_clock)``."""
    return ManualClock()
