"""A device closes while all its tracks are disabled, and reopens when one is enabled (§4.3.1)."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from mediadevices import MediaStreamTrack, MediaStreamTrackProcessor, navigator
from mediadevices.driver import Range, VideoMode
from mediadevices.testing import FakeCamera, FakeDevices, ManualClock, install_fake_devices


async def video(**constraints: object) -> MediaStreamTrack:
    stream = await navigator.media_devices.get_user_media(video=constraints)
    return stream.get_video_tracks()[0]


async def test_a_disabled_track_relinquishes_its_camera_within_three_seconds(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    (camera,) = fakes.cameras
    async with await video() as track:
        track.enabled = False
        await clock.advance(1)
        assert camera.is_open
        await clock.advance(2)
        assert not camera.is_open
        assert (track.ready_state, track.muted) == ("live", False)
        track.enabled = True
        await clock.advance(0.5)
        assert camera.is_open
        assert camera.opened == 2
        delivered = track.stats.delivered_frames
        await clock.advance(0.5)
        assert track.stats.delivered_frames > delivered
    assert fakes.requests[1:] == []  # Permission is not requested again.


async def test_a_camera_stays_open_while_one_track_is_enabled(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track, track.clone() as clone:
        track.enabled = False
        await clock.advance(5)
        assert fakes.cameras[0].is_open
        clone.stop()
        await clock.advance(0)
        assert fakes.cameras[0].is_open


async def test_disabling_a_track_briefly_closes_nothing(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        track.enabled = False
        await clock.advance(1.5)
        track.enabled = True
        await clock.advance(5)
        assert fakes.cameras[0].is_open
        assert fakes.cameras[0].opened == 1


async def test_readers_get_black_frames_while_the_camera_is_closed(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        processor = MediaStreamTrackProcessor(track, max_buffer_size=1000)
        track.enabled = False
        await clock.advance(4)
        assert not fakes.cameras[0].is_open
        track.stop()
        stamps = [frame.timestamp async for frame in processor.readable]
        assert len(stamps) in range(118, 122)
        gaps = {round((b - a) / 1000) for a, b in itertools.pairwise(stamps)}
        assert max(gaps) <= 67


async def test_reopening_restores_settings_and_controls(clock: ManualClock) -> None:
    camera = FakeCamera(controls={"zoom": Range(1, 4)}, initial={"zoom": 1})
    with install_fake_devices([camera], clock=clock):
        async with await video(width={"exact": 1280}, zoom=3) as track:
            track.enabled = False
            await clock.advance(3)
            await track.apply_constraints({"width": {"exact": 1920}, "zoom": 2})
            assert not camera.is_open
            assert track.get_settings().width == 1920
            track.enabled = True
            await clock.advance(0.1)
            assert camera.capture.configuration.mode.width == 1920
            assert camera.capture.configuration.controls == {"zoom": 2}
            assert track.get_settings().zoom == 2


async def test_failing_to_reopen_the_camera_ends_the_track(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track, track.clone() as clone:
        track.enabled = clone.enabled = False
        await clock.advance(3)
        ended = asyncio.gather(*(one.wait_for("ended", timeout=5) for one in (track, clone)))
        fakes.fail_to_open(fakes.cameras[0])
        await clock.advance(0)
        track.enabled = True
        await clock.advance(1)
        await ended
        assert (track.ready_state, clone.ready_state) == ("ended", "ended")


async def test_unplugging_a_relinquished_camera_ends_the_track(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        track.enabled = False
        await clock.advance(3)
        ended = asyncio.ensure_future(track.wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        fakes.unplug(fakes.cameras[0])
        await clock.advance(1)
        await ended


async def test_a_new_track_opens_the_camera_and_the_old_one_stays_disabled(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        track.enabled = False
        await clock.advance(3)
        async with await video() as second:
            assert fakes.cameras[0].is_open
            await clock.advance(0.2)
            assert second.stats.delivered_frames > 0
            assert track.stats.delivered_frames == 0
        await clock.advance(3)
        assert not track.enabled


async def test_stopping_a_track_while_the_camera_reopens_closes_it(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    track = await video()
    track.enabled = False
    await clock.advance(3)
    fakes.cameras[0].open_delay = 1
    track.enabled = True
    await clock.advance(0.5)
    track.stop()
    await clock.advance(5)
    assert not fakes.cameras[0].is_open


async def test_frames_of_a_camera_reopened_in_a_smaller_mode_are_not_enlarged(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    (camera,) = fakes.cameras
    async with await video(width=1280) as track:
        track.enabled = False
        await clock.advance(3)
        camera.delivers = VideoMode(320, 240, 30)
        track.enabled = True
        await clock.advance(0.5)
        settings = track.get_settings()
        assert (settings.width, settings.height) == (320, 240)


@pytest.mark.lanes("cpython")  # Pyodide has a single event loop.
def test_a_track_can_be_disabled_and_stopped_while_the_event_loop_does_not_run() -> None:
    with install_fake_devices() as fakes, asyncio.Runner() as runner:  # with the real clock
        track = runner.run(video())
        clone = track.clone()
        clone.enabled = False
        track.stop()
        track = clone.clone()
        runner.run(asyncio.sleep(0))
        assert [one.ready_state for one in (track, clone)] == ["live", "live"]
        track.stop()
        clone.stop()
        runner.run(asyncio.sleep(0.05))
        assert not fakes.cameras[0].is_open
