"""MediaStreamTrack-audio-stats (Media Capture and Streams Extensions)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import capture, read, until
from mediadevices import MediaStreamTrackAudioStats

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack


def stats_of(track: MediaStreamTrack) -> MediaStreamTrackAudioStats:
    assert isinstance(track.stats, MediaStreamTrackAudioStats)
    return track.stats


async def test_frames_and_their_duration_grow_together() -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        stats, rate = stats_of(track), track.get_settings().sample_rate
        await until(lambda: stats.delivered_frames > rate / 10)
        assert stats.delivered_frames_duration == pytest.approx(
            stats.delivered_frames / rate * 1000, rel=0.05
        )
        assert stats.total_frames >= stats.delivered_frames
        assert stats.total_frames_duration >= stats.delivered_frames_duration
        first = stats.total_frames
        await until(lambda: stats.total_frames > first)


async def test_the_latency_is_between_its_minimum_and_maximum() -> None:
    async with capture(audio=True) as stream:
        stats = stats_of(stream.get_audio_tracks()[0])
        await until(lambda: stats.delivered_frames > 0)
        assert 0 <= stats.minimum_latency <= stats.average_latency <= stats.maximum_latency
        assert stats.minimum_latency <= stats.latency <= stats.maximum_latency


async def test_a_reset_sets_the_bounds_to_the_current_latency() -> None:
    async with capture(audio=True) as stream:
        stats = stats_of(stream.get_audio_tracks()[0])
        await until(lambda: stats.delivered_frames > 0)
        stats.reset_latency()
        latency = stats.latency
        assert stats.minimum_latency == stats.maximum_latency == latency
        assert stats.average_latency == latency


async def test_numbers_do_not_change_within_a_task_step() -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        await read(track, 2)
        stats = stats_of(track)
        first = stats.to_json()
        loop = asyncio.get_running_loop()
        start = loop.time()
        while loop.time() - start < 0.05:
            assert stats.to_json() == first
        await until(lambda: stats.to_json() != first)


async def test_stats_are_the_same_object_each_time() -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        assert stats_of(track) is stats_of(track)


async def test_a_disabled_track_counts_nothing() -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        stats = stats_of(track)
        await until(lambda: stats.delivered_frames > 0)
        track.enabled = False
        await asyncio.sleep(0)
        frozen = stats.to_json()
        await read(track, 3)
        assert stats.to_json() == frozen
        track.enabled = True
        await until(lambda: stats.delivered_frames > frozen["deliveredFrames"])


@pytest.mark.parametrize("enabled", [True, False])
async def test_a_clone_starts_with_zero_counts(enabled: bool) -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        await until(lambda: stats_of(track).delivered_frames > 0)
        track.enabled = enabled
        async with track.clone() as clone:
            assert set(stats_of(clone).to_json().values()) == {0}
            assert clone.stats is not track.stats
