"""MediaDevices-enumerateDevices, -enumerateDevices-returned-objects."""

from __future__ import annotations

from itertools import groupby

import pytest

from conformance.media import capture
from mediadevices import InputDeviceInfo, MediaDeviceInfo, navigator

ORDER = ["audioinput", "videoinput", "audiooutput"]


async def listed(kind: str | None = None) -> list[MediaDeviceInfo]:
    devices = await navigator.media_devices.enumerate_devices()
    return [device for device in devices if kind in (None, device.kind)]


async def some(kind: str | None = None) -> list[MediaDeviceInfo]:
    """Return the devices, of which there must be at least one."""
    devices = await listed(kind)
    assert devices
    return devices


def identified(devices: list[MediaDeviceInfo]) -> bool:
    return all(device.device_id and device.group_id for device in devices)


@pytest.mark.needs("undecided")
async def test_before_capture_the_list_is_anonymous() -> None:
    devices = await listed()
    assert [device.kind for device in devices] == ["audioinput", "videoinput"]
    for device in devices:
        assert (device.device_id, device.label, device.group_id) == ("", "", "")


@pytest.mark.needs("undecided")
async def test_after_video_only_the_cameras_are_exposed() -> None:
    async with capture(video=True):
        assert identified(await some("videoinput"))
        assert [device.device_id for device in await listed("audioinput")] == [""]
        assert await listed("audiooutput") == []


async def test_after_video_and_audio_all_devices_are_exposed_in_order() -> None:
    async with capture(video=True):
        pass
    async with capture(audio=True):
        pass
    devices = await listed()
    assert identified(devices)
    assert all(device.label for device in devices)
    kinds = [kind for kind, _ in groupby(device.kind for device in devices)]
    assert kinds == [kind for kind in ORDER if kind in kinds]
    assert {"audioinput", "videoinput"} <= set(kinds)


async def test_inputs_are_input_device_infos() -> None:
    async with capture(video=True, audio=True):
        devices = await listed()
        assert {"audioinput", "videoinput"} <= {device.kind for device in devices}
        for device in devices:
            assert isinstance(device, MediaDeviceInfo)
            assert isinstance(device, InputDeviceInfo) == (device.kind != "audiooutput")


async def test_each_call_returns_new_objects() -> None:
    async with capture(video=True):
        first, second = await some("videoinput"), await some("videoinput")
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert one is not other
        assert (one.device_id, one.kind) == (other.device_id, other.kind)


@pytest.mark.needs("undecided")
async def test_before_capture_each_call_returns_new_objects() -> None:
    first, second = await some(), await some()
    for one, other in zip(first, second, strict=True):
        assert one is not other
        assert one.kind == other.kind


@pytest.mark.needs("undecided")
async def test_an_input_that_is_not_exposed_has_no_capabilities() -> None:
    for device in await some():
        assert isinstance(device, InputDeviceInfo)
        assert device.get_capabilities() == {}


async def test_device_ids_are_unique_among_a_kind() -> None:
    async with capture(video=True, audio=True):
        pairs = [(device.kind, device.device_id) for device in await some()]
    assert len(set(pairs)) == len(pairs)


async def test_a_device_converts_to_json() -> None:
    async with capture(video=True):
        (device, *_) = await listed("videoinput")
    assert device.to_json() == {
        "deviceId": device.device_id,
        "kind": "videoinput",
        "label": device.label,
        "groupId": device.group_id,
    }
