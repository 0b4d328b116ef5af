"""Opening and closing a device, with cancelled calls, unplugged devices and failures."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from mediadevices import NotReadableError, OverconstrainedError, navigator
from mediadevices.driver import Configuration, VideoMode
from mediadevices.testing import FakeCamera, FakeDevices, ManualClock, install_fake_devices


def ask(**constraints: object) -> asyncio.Future:
    return navigator.media_devices.get_user_media(constraints)


async def test_stopping_the_last_track_closes_the_device(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    (camera,) = fakes.cameras
    first, second = await ask(video=True), await ask(video=True)
    clone = first.clone()
    assert camera.opened == 1
    for stream in (first, second):
        stream.get_tracks()[0].stop()
        await clock.advance(0)
        assert camera.is_open
    clone.get_tracks()[0].stop()
    await clock.advance(0)
    assert not camera.is_open


async def test_a_hundred_captures_leave_nothing_open(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    for _ in range(100):
        async with await ask(video=True, audio=True):
            pass
    await clock.advance(0)
    assert not fakes.cameras[0].is_open
    assert not fakes.microphones[0].is_open


async def test_a_device_requested_again_at_once_stays_open(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    stream = await ask(video=True)
    stream.get_tracks()[0].stop()
    async with await ask(video=True) as again:
        await clock.advance(0.1)
        assert again.active
        assert fakes.cameras[0].is_open
        assert again.get_tracks()[0].stats.delivered_frames > 0


async def test_stopping_the_last_track_while_another_is_created(
    fakes: FakeDevices, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await ask(video=True)
    capture = fakes.cameras[0].capture
    original = capture.configure

    async def slowly(configuration: Configuration) -> Configuration:
        done = asyncio.Event()
        clock.call_later(1, done.set)
        await done.wait()
        return await original(configuration)

    monkeypatch.setattr(capture, "configure", slowly)
    promise = ask(video={"width": {"exact": 1280}})
    await clock.advance(0.5)
    first.get_tracks()[0].stop()
    await clock.advance(1)
    async with await promise as second:
        await clock.advance(0.1)
        assert fakes.cameras[0].opened == 1
        assert second.get_tracks()[0].stats.delivered_frames > 0


async def test_concurrent_calls_open_the_device_once(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    fakes.cameras[0].open_delay = 1
    both = asyncio.gather(ask(video={"width": 640}), ask(video={"width": 320}))
    await clock.advance(2)
    first, second = await both
    async with first, second:
        assert fakes.cameras[0].opened == 1
        widths = [one.get_tracks()[0].get_settings().width for one in (first, second)]
        assert widths == [640, 320]


@pytest.mark.parametrize("open_delay", [0, 0.5])
async def test_cancelling_at_any_moment_leaves_every_device_closed(
    clock: ManualClock, open_delay: float
) -> None:
    for moment in range(40):
        with install_fake_devices(clock=clock) as fakes:
            for device in (*fakes.cameras, *fakes.microphones):
                device.open_delay = open_delay
            promise = ask(video=True, audio=True)
            for step in range(moment):
                if open_delay and step and step % 5 == 0:
                    await clock.advance(0.25)
                await asyncio.sleep(0)
            promise.cancel()
            with suppress(asyncio.CancelledError):
                stream = await promise
                for track in stream.get_tracks():
                    track.stop()
            await clock.advance(5)
            assert not any(one.is_open for one in (*fakes.cameras, *fakes.microphones)), moment


async def test_a_device_can_be_opened_after_a_cancelled_call(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    (camera,) = fakes.cameras
    camera.open_delay = 1
    promise = ask(video=True)
    await clock.advance(0.5)
    promise.cancel()
    again = ask(video=True)
    await clock.advance(5)
    async with await again as stream:
        assert stream.active
        assert camera.opened == 2  # The cancelled call has opened and closed it before.
        await clock.advance(0.1)
        assert stream.get_tracks()[0].stats.delivered_frames > 0


async def test_a_device_unplugged_while_it_opens(fakes: FakeDevices, clock: ManualClock) -> None:
    (camera,) = fakes.cameras
    camera.open_delay = 1
    promise = ask(video=True)
    await clock.advance(0.5)
    fakes.unplug(camera)
    await clock.advance(5)
    with pytest.raises(NotReadableError, match="unplugged"):
        await promise
    assert not camera.is_open


async def test_a_device_unplugged_just_after_it_opened(
    fakes: FakeDevices, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, (camera,) = fakes.driver, fakes.cameras
    original = driver.open

    async def open_and_lose(*arguments: object) -> object:
        capture = await original(*arguments)
        fakes.unplug(camera)
        return capture

    monkeypatch.setattr(driver, "open", open_and_lose)
    promise = ask(video=True)
    await clock.advance(1)
    with pytest.raises(NotReadableError, match="unplugged"):
        await promise
    await clock.advance(1)
    assert not camera.is_open


async def test_a_failing_microphone_closes_the_camera(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    for microphone in fakes.microphones:
        fakes.fail_to_open(microphone)
    with pytest.raises(NotReadableError):
        await ask(video=True, audio=True)
    await clock.advance(0)
    assert not fakes.cameras[0].is_open


async def test_the_message_names_every_device_that_could_not_be_opened(fakes: FakeDevices) -> None:
    for microphone in fakes.microphones:
        fakes.fail_to_open(microphone)
    with pytest.raises(NotReadableError) as caught:
        await ask(audio=True)
    for microphone in fakes.microphones:
        assert microphone.label in caught.value.message


async def test_settings_show_what_a_camera_really_delivers(clock: ManualClock) -> None:
    liar = FakeCamera(label="Liar", delivers=VideoMode(320, 240, 15.0))
    with install_fake_devices([liar], clock=clock):
        async with await ask(video={"width": 640}) as stream:
            settings = stream.get_tracks()[0].get_settings()
            assert (settings.width, settings.height, settings.frame_rate) == (320, 240, 15)
        with pytest.raises(OverconstrainedError) as caught:
            await ask(video={"width": {"exact": 640}})
        assert caught.value.constraint == "width"
        await clock.advance(0)
        assert not liar.is_open


async def test_a_camera_that_delivers_another_mode_is_replaced_by_the_next(
    clock: ManualClock,
) -> None:
    liar = FakeCamera(label="Liar", delivers=VideoMode(320, 240, 15.0), default=True)
    with install_fake_devices([liar, FakeCamera(label="Honest")], clock=clock):
        async with await ask(video={"width": {"exact": 640}}) as stream:
            assert stream.get_tracks()[0].label == "Honest"
        assert not liar.is_open


async def test_controls_of_an_ended_track_do_not_apply_to_the_next(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await ask(audio={"echoCancellation": False}) as first:
        assert first.get_tracks()[0].get_settings()["echoCancellation"] is False
        shared = await ask(audio=True)  # An open device keeps its configuration.
        assert shared.get_tracks()[0].get_settings()["echoCancellation"] is False
        shared.get_tracks()[0].stop()
    await clock.advance(0)
    assert not fakes.microphones[0].is_open
    async with await ask(audio=True) as second:
        assert second.get_tracks()[0].get_settings()["echoCancellation"] is True
    await clock.advance(0)
