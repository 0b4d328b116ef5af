"""Devices that their system does not tell apart get different keys."""

from __future__ import annotations

from mediadevices_native.hardware.device_keys import unique_key


def test_equal_keys_get_numbers() -> None:
    taken: list[str] = []
    for _ in range(3):
        taken.append(unique_key("camera", taken))
    assert taken == ["camera", "camera#2", "camera#3"]


def test_a_number_that_another_device_has_is_skipped() -> None:
    assert unique_key("camera", {"camera", "camera#2"}) == "camera#3"
    assert unique_key("camera#2", {"camera", "camera#2"}) == "camera#2#2"
