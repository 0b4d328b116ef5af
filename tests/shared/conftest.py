"""Fake devices under a clock that the tests let run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices.testing import FakeDevices, ManualClock, install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def fakes(clock: ManualClock) -> Iterator[FakeDevices]:
    """One camera, two microphones, a speaker; no time passes by itself."""
    with install_fake_devices(clock=clock) as controls:
        yield controls
