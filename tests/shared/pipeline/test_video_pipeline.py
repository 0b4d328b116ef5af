"""A video track's frames: scaled, decimated, counted, or black."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    MediaStreamTrackProcessor,
    VideoFrame,
    navigator,
)
from mediadevices.pipeline.video_pipeline import VideoPipeline
from mediadevices.testing import frame_number
from support.collecting import collected

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack
    from mediadevices.testing import FakeDevices, ManualClock


def grey_frame(timestamp: int) -> VideoFrame:
    return VideoFrame.wrap(bytes([128]) * 384, "I420", 16, 16, timestamp=timestamp)


@pytest.mark.parametrize(
    ("rate", "before", "expected"),
    [
        (30.0, 3, 10),
        (15.0, 3, 5),  # The frame that arrives after the loss is decimated.
        (15.0, 4, 5),  # It is taken.
    ],
)
async def test_lost_frames_count_at_the_tracks_frame_rate(
    clock: ManualClock, rate: float, before: int, expected: int
) -> None:
    pipeline = VideoPipeline(clock)
    pipeline.configure({"width": 16, "height": 16, "frameRate": rate}, 30.0)
    reader = pipeline.open_reader(5, None, lambda: None)
    for index in range(before):
        pipeline.deliver(grey_frame(index * 33_333), 0)
    dropped = reader.dropped
    pipeline.deliver(grey_frame(before * 33_333), 10)
    assert reader.dropped - dropped == expected
    assert pipeline.stats()["totalFrames"] == before + 11


async def test_fractions_of_lost_frames_add_up(clock: ManualClock) -> None:
    pipeline = VideoPipeline(clock)
    pipeline.configure({"width": 16, "height": 16, "frameRate": 10.0}, 30.0)
    reader = pipeline.open_reader(100, None, lambda: None)
    for index in range(30):
        pipeline.deliver(grey_frame(2 * index * 33_333), 1)  # Every other frame is lost.
    assert reader.dropped == pytest.approx(10, abs=1)


@pytest.mark.parametrize(
    ("rate", "numbers"),
    [
        (30, list(range(12))),
        (15, list(range(0, 12, 2))),
        (10, list(range(0, 12, 3))),
        (20, [0, 1, 3, 4, 6, 7, 9, 10]),
    ],
)
async def test_decimation_drops_frames_evenly_and_counts_them(
    fakes: FakeDevices, clock: ManualClock, rate: float, numbers: list[int]
) -> None:
    wanted = {"frameRate": {"exact": rate}, "resizeMode": "crop-and-scale", "width": 640}
    async with await navigator.media_devices.get_user_media(video=wanted) as stream:
        (track,) = stream.get_tracks()
        assert track.get_settings().frame_rate == rate
        found = await collected(track, clock, 0.41)
        taken = [frame_number(frame) for frame in found]
        if rate == 20:  # Two of three, whichever.
            assert len(taken) == len(numbers)
            assert all(1 <= b - a <= 2 for a, b in pairwise(taken))
        else:
            assert taken == numbers
        stats = track.stats
        assert (stats.delivered_frames, stats.discarded_frames, stats.total_frames) == (
            *(len(numbers), 12 - len(numbers)),
            12,
        )


async def test_total_frames_include_those_that_a_busy_loop_lost(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        source = fakes.agent.sources[0]
        processor = MediaStreamTrackProcessor(track)
        await clock.advance(0.04)
        frame = (await processor.readable.get_reader().read()).value
        source.distribute([frame.retimed(9_000_000)], lost=5)
        assert track.stats.total_frames == 1 + 1 + 5
        assert track.stats.delivered_frames == 2
        assert processor.dropped == 5


async def test_a_muted_camera_delivers_black_frames_at_the_tracks_rate(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video={"frameRate": 10}) as stream:
        (track,) = stream.get_tracks()
        fakes.mute(fakes.cameras[0])
        await clock.advance(0)
        found = await collected(track, clock, 1.01)
        assert [b.timestamp - a.timestamp for a, b in pairwise(found)] == [100_000] * 9
        for frame in found:
            with pytest.raises(ValueError, match="black"):
                frame_number(frame)
            assert (frame.display_width, frame.display_height) == (640, 480)
            assert frame.duration == 100_000


async def test_black_frames_replace_the_frames_of_a_disabled_track(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        track.enabled = False
        found = await collected(track, clock, 0.51)
        assert len(found) == 15
        assert {frame.format for frame in found} == {"I420"}
        assert track.stats.total_frames == 0


async def test_timestamps_increase_between_real_and_black_frames(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor(track, max_buffer_size=1000)
        for _ in range(3):
            await clock.advance(0.11)
            fakes.mute(fakes.cameras[0])
            await clock.advance(0.11)
            fakes.unmute(fakes.cameras[0])
        track.stop()
        stamps = [frame.timestamp async for frame in processor.readable]
        assert len(stamps) > 15
        assert all(a < b for a, b in pairwise(stamps))


async def test_a_frame_with_an_earlier_timestamp_is_dropped(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor(track, max_buffer_size=10)
        await clock.advance(0.07)
        track_reader = processor.readable.get_reader()
        frame = (await track_reader.read()).value
        source = fakes.agent.sources[0]
        times = (frame.timestamp, frame.timestamp + 33333, clock.now())
        source.distribute([frame.retimed(time) for time in times])
        track.stop()
        stamps = []
        while not (result := await track_reader.read()).done:
            stamps.append(result.value.timestamp)
        assert stamps == [frame.timestamp + 33333, clock.now()]


async def first_read(track: MediaStreamTrack, clock: ManualClock) -> int:
    """Open a reader, let two frames arrive, and return the number of the first one it reads."""
    reader = MediaStreamTrackProcessor(track, max_buffer_size=3).readable.get_reader()
    await clock.advance(2 / 30)
    number = frame_number((await reader.read()).value)
    await reader.cancel()
    return number


@pytest.mark.parametrize(("come", "first"), [(0, 0), (1, 0), (2, 2), (3, 3)])
async def test_the_first_frame_is_kept_for_the_first_reader_until_the_second_frame(
    fakes: FakeDevices, clock: ManualClock, come: int, first: int
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        await clock.advance((come + 0.5) / 30)
        assert track.stats.total_frames == come
        assert await first_read(track, clock) == first


async def test_disabling_a_track_drops_its_first_frame(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        await clock.advance(1.5 / 30)
        track.enabled = False
        track.enabled = True
        assert track.stats.total_frames == 1
        assert await first_read(track, clock) == 1


async def test_the_first_frame_is_read_once(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        await clock.advance(1.5 / 30)
        frames, later = track.frames(), track.frames()
        assert frame_number(await anext(frames)) == 0
        waiting = asyncio.ensure_future(anext(later))
        await clock.advance(1 / 30)
        assert frame_number(await waiting) == 1


async def test_a_muted_track_without_readers_runs_no_timer(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        fakes.mute(fakes.cameras[0])
        await clock.advance(0)
        others = clock.pending
        reader = MediaStreamTrackProcessor(track).readable.get_reader()
        assert clock.pending == others + 1
        await reader.cancel()
        assert clock.pending == others


async def test_black_frames_do_not_catch_up_after_a_long_pause(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        fakes.mute(fakes.cameras[0])
        await clock.advance(0)
        processor = MediaStreamTrackProcessor(track, max_buffer_size=1000)
        clock.jump(60)
        await clock.advance(0.1)
        track.stop()
        assert len([frame async for frame in processor.readable]) < 10
