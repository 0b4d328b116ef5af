"""Fixtures: fake devices with a clock that the tests advance."""

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
    """Install one camera, two microphones and a speaker, with a manual clock."""
    with install_fake_devices(clock=clock) as controls:
        yield controls
