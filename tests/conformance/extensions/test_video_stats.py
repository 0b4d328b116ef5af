"""MediaStreamTrack-video-stats (Media Capture and Streams Extensions)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import capture, read, until
from mediadevices import MediaStreamTrackVideoStats

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack


def numbers(track: MediaStreamTrack) -> tuple[int, int, int]:
    stats = track.stats
    assert isinstance(stats, MediaStreamTrackVideoStats)
    return stats.delivered_frames, stats.discarded_frames, stats.total_frames


async def test_frames_are_counted_without_a_reader() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        await until(lambda: numbers(track)[0] >= 3)
        first = numbers(track)
        await until(lambda: numbers(track)[0] > first[0])
        assert numbers(track)[2] > first[2]


async def test_frames_are_counted_with_a_reader() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        await read(track, 1)  # it can be a frame that was counted earlier and waited for its reader
        before = numbers(track)[0]
        await read(track, 3)
        assert numbers(track)[0] >= before + 3


async def test_decimated_frames_are_discarded() -> None:
    # The original requires 20 frames per second, so the clone must discard frames.
    async with capture(video={"frameRate": {"min": 20}, "width": 320}) as stream:
        track = stream.get_video_tracks()[0].clone()
        async with track:
            await track.apply_constraints({"frameRate": {"exact": 5}})
            await until(lambda: min(numbers(track)[:2]) >= 3)
            delivered, discarded, total = numbers(track)
            assert total >= delivered + discarded


async def test_the_total_includes_delivered_and_discarded_frames() -> None:
    async with capture(video={"frameRate": {"ideal": 20}}) as stream:
        (track,) = stream.get_video_tracks()
        await until(lambda: min(numbers(track)[0], numbers(track)[2]) > 0)
        for _ in range(10):
            await asyncio.sleep(0.02)
            delivered, discarded, total = numbers(track)
            assert total >= delivered + discarded


async def test_numbers_do_not_change_within_a_task_step() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        await until(lambda: numbers(track)[0] >= 2)
        first = numbers(track)
        loop = asyncio.get_running_loop()
        start = loop.time()
        while loop.time() - start < 0.1:
            assert numbers(track) == first
        await until(lambda: numbers(track) != first)


async def test_stats_are_the_same_object_each_time() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        assert isinstance(track.stats, MediaStreamTrackVideoStats)
        assert track.stats is track.stats


async def test_a_disabled_track_counts_nothing_until_it_is_enabled() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        await until(lambda: numbers(track)[0] >= 2)
        track.enabled = False
        await asyncio.sleep(0)
        frozen = numbers(track)
        await read(track, 3)
        assert numbers(track) == frozen
        track.enabled = True
        await asyncio.sleep(0)
        assert numbers(track)[0] >= frozen[0]
        await until(lambda: numbers(track)[0] > frozen[0])


@pytest.mark.parametrize("enabled", [True, False])
async def test_a_clone_starts_with_zero_counts(enabled: bool) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        await until(lambda: numbers(track)[0] >= 2)
        track.enabled = enabled
        async with track.clone() as clone:
            assert numbers(clone) == (0, 0, 0)
            assert clone.stats is not track.stats
            clone.enabled = True
            await until(lambda: numbers(clone)[0] >= 2)
            assert numbers(track)[2] >= 2
            async with clone.clone() as again:
                assert numbers(again) == (0, 0, 0)


async def test_the_decimation_of_a_clone_does_not_count_for_the_original() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        async with track.clone() as clone:
            await clone.apply_constraints({"frameRate": {"exact": 5}})
            before = numbers(track)
            await until(lambda: numbers(clone)[1] >= 3)
            assert numbers(track)[1] == before[1]
            assert numbers(track)[0] > before[0]


async def test_stats_convert_to_json() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        assert track.stats is not None
        assert set(track.stats.to_json()) == {"deliveredFrames", "discardedFrames", "totalFrames"}
