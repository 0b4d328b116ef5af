"""The pytest plugin: fixtures that test a program without hardware."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediadevices.testing.clock import ManualClock
from mediadevices.testing.installation import FakeDevices, install_fake_devices

__all__ = ["fake_devices", "manual_clock"]


@pytest.fixture
def fake_devices() -> Iterator[FakeDevices]:
    """One fake camera, two microphones and a speaker behind `navigator`; prompts say yes."""
    with install_fake_devices() as fakes:
        yield fakes


@pytest.fixture
def manual_clock() -> ManualClock:
    """A clock for ``install_fake_devices(clock=manual_clock)`` that the test lets run."""
    return ManualClock()
