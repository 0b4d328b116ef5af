"""devicechange, DeviceChangeEvent, and the effects of unplugging on tracks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture, no_event
from mediadevices import DeviceChangeEvent, Event, NotFoundError, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment
    from mediadevices import MediaDeviceInfo


async def listening(target: object, type: str) -> asyncio.Future[Event]:  # noqa: A002  (the standard's name)
    """Start to wait for the next event, and return its future."""
    future = asyncio.ensure_future(target.wait_for(type, timeout=SECONDS))
    await asyncio.sleep(0)
    return future


def ids(devices: list[MediaDeviceInfo]) -> list[tuple[str, str]]:
    return [(device.kind, device.device_id) for device in devices]


@pytest.mark.needs("unplug")
async def test_a_change_carries_the_new_list(environment: Environment) -> None:
    async with capture(audio=True):
        before = await navigator.media_devices.enumerate_devices()
        change = await listening(navigator.media_devices, "devicechange")
        await environment.unplug("camera")
        event = await change
        assert isinstance(event, DeviceChangeEvent)
        assert (event.bubbles, event.cancelable, event.is_trusted) == (False, False, True)
        after = await navigator.media_devices.enumerate_devices()
        assert ids(event.devices) == ids(after)
        assert len(after) == len(before) - 1
        assert event.devices is event.devices
        assert event.user_inserted_devices == []


@pytest.mark.needs("unplug")
async def test_a_plugged_in_device_is_listed_if_it_is_exposed(
    environment: Environment,
) -> None:
    async with capture(video=True, audio=True):
        pass
    change = await listening(navigator.media_devices, "devicechange")
    await environment.unplug("camera")
    await change
    change = await listening(navigator.media_devices, "devicechange")
    await environment.plug("camera")
    event = await change
    (inserted,) = event.user_inserted_devices
    assert inserted.kind == "videoinput"
    assert any(device is inserted for device in event.devices)


@pytest.mark.needs("unplug", "microphone faults", "undecided")
async def test_an_unexposed_change_fires_nothing(environment: Environment) -> None:
    await navigator.media_devices.enumerate_devices()
    fired: list[object] = []
    navigator.media_devices.ondevicechange = fired.append
    await environment.unplug("microphone")  # one nameless microphone is listed before and after
    await no_event(fired, 0.3)


@pytest.mark.needs("unplug")
async def test_a_new_exposure_fires_nothing() -> None:
    await navigator.media_devices.enumerate_devices()
    fired: list[object] = []
    navigator.media_devices.ondevicechange = fired.append
    async with capture(video=True):
        await navigator.media_devices.enumerate_devices()
        await no_event(fired, 0.2)


@pytest.mark.needs("unplug")
async def test_unplugging_ends_all_tracks_of_the_device(environment: Environment) -> None:
    async with capture(video=True, audio=True) as stream:
        (video,) = stream.get_video_tracks()
        async with video.clone() as clone:
            ends = [await listening(track, "ended") for track in (video, clone)]
            await environment.unplug("camera")
            await asyncio.gather(*ends)
            assert video.ready_state == clone.ready_state == "ended"
            assert stream.get_audio_tracks()[0].ready_state == "live"
            assert stream.active
            assert video.label
            assert video.get_settings().device_id


@pytest.mark.needs("unplug")
async def test_a_device_that_was_plugged_in_again_can_be_captured(
    environment: Environment,
) -> None:
    async with capture(video=True) as stream:
        first = stream.get_tracks()[0].get_settings().device_id
        ended = await listening(stream.get_tracks()[0], "ended")
        await environment.unplug("camera")
        await ended
    with pytest.raises(NotFoundError):
        await navigator.media_devices.get_user_media({"video": True})
    await environment.plug("camera")
    async with capture(video=True) as stream:
        assert stream.get_tracks()[0].get_settings().device_id == first


async def test_the_constructor_accepts_devices_without_other_members() -> None:
    devices = await navigator.media_devices.enumerate_devices()
    event = DeviceChangeEvent("devicechange", {"devices": devices})
    assert event.type == "devicechange"
    assert event.devices == devices
    assert event.devices is event.devices
    assert event.devices is not devices
    assert event.user_inserted_devices == []
    with pytest.raises(TypeError):
        event.devices.append(devices[0])
    assert DeviceChangeEvent("x").devices == []


@pytest.mark.parametrize("devices", [5, "text", [5], [None], {"a": 1}])
async def test_the_constructor_rejects_other_objects(devices: object) -> None:
    with pytest.raises(TypeError):
        DeviceChangeEvent("devicechange", {"devices": devices})


async def test_the_constructor_requires_a_type() -> None:
    with pytest.raises(TypeError):
        DeviceChangeEvent()
