"""MediaDevices-getSupportedConstraints."""

from __future__ import annotations

import pytest

from mediadevices import navigator

NAMES = [
    "width",
    "height",
    "aspectRatio",
    "frameRate",
    "facingMode",
    "resizeMode",
    "sampleRate",
    "sampleSize",
    "echoCancellation",
    "autoGainControl",
    "noiseSuppression",
    "voiceIsolation",
    "latency",
    "channelCount",
    "deviceId",
    "groupId",
]


async def test_the_method_exists() -> None:
    assert callable(navigator.media_devices.get_supported_constraints)


@pytest.mark.parametrize("name", NAMES)
async def test_a_property_is_supported(name: str) -> None:
    assert navigator.media_devices.get_supported_constraints()[name] is True


async def test_an_unsupported_property_is_absent_not_false() -> None:
    supported = navigator.media_devices.get_supported_constraints()
    assert set(supported.values()) == {True}
    assert "volume" not in supported
    assert "doesnotexist" not in supported
