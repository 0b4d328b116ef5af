"""The fakes of `mediadevices.testing`, which users' tests depend on."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaStreamTrackProcessor, VideoFrame, navigator
from mediadevices.driver import VideoMode
from mediadevices.testing import (
    FakeCamera,
    FakeMicrophone,
    FakeSpeaker,
    ManualClock,
    frame_number,
    install_fake_devices,
)
from mediadevices.testing.patterns import numbered_picture

if TYPE_CHECKING:
    from mediadevices.testing import FakeDevices


async def frames(seconds: float, clock: ManualClock) -> list[VideoFrame]:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor(track, max_buffer_size=1000)
        await clock.advance(seconds)
        track.stop()
        return [frame async for frame in processor.readable]


async def test_the_default_devices(fakes: FakeDevices) -> None:
    assert (len(fakes.cameras), len(fakes.microphones), len(fakes.speakers)) == (1, 2, 1)
    camera, (first, second) = fakes.cameras[0], fakes.microphones
    assert camera.group == first.group != second.group
    sizes = [(mode.width, mode.height, mode.frame_rate) for mode in camera.modes]
    assert (640, 480, 30) in sizes
    assert 639 not in {width for width, _, _ in sizes}


async def test_frames_carry_their_numbers_at_exact_times(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    found = await frames(1.001, clock)
    assert [frame_number(frame) for frame in found] == list(range(30))
    assert {b.timestamp - a.timestamp for a, b in pairwise(found)} <= {33333, 33334}


async def test_a_busy_program_loses_frames_and_their_numbers(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor(track, max_buffer_size=1000)
        await clock.advance(0.101)
        clock.jump(1)
        await clock.advance(0.101)
        track.stop()
        numbers = [frame_number(frame) async for frame in processor.readable]
        assert numbers[:3] == [0, 1, 2]
        assert len(numbers) <= 8
        assert numbers[-1] == 35
        assert all(a < b for a, b in pairwise(numbers))


async def test_a_microphone_buffers_one_second_for_a_busy_program(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        stats = stream.get_tracks()[0].stats
        clock.jump(0.5)
        await clock.advance(0.505)
        assert stats.total_frames == 48000
        clock.jump(10)
        await clock.advance(0.1)
        assert stats.delivered_frames < 3 * 48000


@pytest.mark.parametrize("number", [0, 1, 12345, 2**32 - 1])
@pytest.mark.parametrize(("width", "height"), [(64, 16), (640, 480), (1280, 720), (101, 37)])
async def test_a_number_can_be_read_back(number: int, width: int, height: int) -> None:
    picture = numbered_picture(number, width, height)
    frame = VideoFrame.wrap(picture, "I420", width, height, timestamp=0)
    assert frame_number(frame) == number


async def test_a_number_survives_scaling_and_conversion(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    constraints = {"width": 160, "height": 120}
    async with await navigator.media_devices.get_user_media(video=constraints) as stream:
        processor = MediaStreamTrackProcessor(stream.get_tracks()[0], format="RGBA")
        await clock.advance(0.1)
        frame = (await processor.readable.get_reader().read()).value
        assert (frame.format, frame.display_width) == ("RGBA", 160)
        assert frame_number(frame) == 2


async def test_custom_devices(clock: ManualClock) -> None:
    camera = FakeCamera(label="Mine", facing_mode="user", modes=(VideoMode(800, 600, 25.0),))
    microphone = FakeMicrophone(label="Ear", frequency=1000)
    with install_fake_devices([camera], [microphone], [FakeSpeaker(label="Loud")], clock=clock):
        async with await navigator.media_devices.get_user_media(video=True, audio=True) as stream:
            labels = {track.label for track in stream.get_tracks()}
            assert labels == {"Mine", "Ear"}
            settings = stream.get_video_tracks()[0].get_settings()
            assert (settings.width, settings.frame_rate, settings.facing_mode) == (800, 25, "user")
            stream.get_video_tracks()[0].stop()
            after = stream.get_video_tracks()[0].get_settings()
            assert after.facing_mode == "user"
            devices = await navigator.media_devices.enumerate_devices()
            assert [device.label for device in devices] == ["Ear", "Mine", "Loud"]


async def test_device_ids_depend_on_secret_and_key_alone() -> None:
    found = []
    for secret, key in ((b"a", "1"), (b"a", "1"), (b"b", "1"), (b"a", "2")):
        with install_fake_devices([FakeCamera(key=key)], secret=secret):
            async with await navigator.media_devices.get_user_media(video=True) as stream:
                found.append(stream.get_tracks()[0].get_settings().device_id)
    assert found[0] == found[1]
    assert len(set(found)) == 3


async def test_installations_can_be_nested(fakes: FakeDevices) -> None:
    outer = navigator.media_devices
    with install_fake_devices(cameras=0):
        assert navigator.media_devices is not outer
    assert navigator.media_devices is outer
    fakes.uninstall()
    fakes.uninstall()


async def test_plugging_in_a_new_device(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        change = asyncio.ensure_future(navigator.media_devices.wait_for("devicechange"))
        await asyncio.sleep(0)
        fakes.plug(FakeCamera(label="New"))
        await clock.advance(0.1)
        event = await change
        assert [device.label for device in event.user_inserted_devices] == ["New"]
        assert [camera.label for camera in fakes.cameras] == ["Fake Camera 1", "New"]


async def test_simultaneous_changes_fire_one_event(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        fired: list[object] = []
        navigator.media_devices.ondevicechange = fired.append
        for number in range(5):
            fakes.plug(FakeCamera(label=f"New {number}"))
        await clock.advance(1)
        assert len(fired) == 1


async def test_a_clock_calls_timers_in_order_and_runs_tasks_after_each(clock: ManualClock) -> None:
    called: list[str] = []
    clock.call_later(0.2, lambda: called.append("late"))
    clock.call_later(0.1, lambda: called.append("early"))
    clock.call_later(0.1, lambda: called.append("early too"))
    clock.call_later(0.15, lambda: called.append("never")).cancel()

    async def follow() -> None:
        done = asyncio.Event()
        clock.call_later(0.1, done.set)
        await done.wait()
        called.append("task")

    task = asyncio.ensure_future(follow())
    start = clock.now()
    await clock.advance(0.12)
    assert called == ["early", "early too", "task"]
    assert clock.now() - start == 120_000
    assert clock.pending == 1
    await clock.advance(1)
    assert called[-1] == "late"
    await task


async def test_the_fixtures_of_the_plugin(
    fake_devices: FakeDevices, manual_clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        async with asyncio.timeout(5):
            async for frame in stream.get_tracks()[0].frames():
                assert frame_number(frame) >= 0
                break
    assert manual_clock.now() > 0
    assert fake_devices.cameras[0].opened == 1
