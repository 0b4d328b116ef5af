"""An audio track's samples: resampled, mixed, counted, or silent."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    navigator,
)
from mediadevices.driver import AudioMode
from mediadevices.testing import FakeMicrophone, install_fake_devices
from support.collecting import collected

if TYPE_CHECKING:
    from mediadevices.testing import FakeDevices, ManualClock


def samples(blocks: list[AudioData]) -> array[float]:
    joined = array("f")
    for block in blocks:
        assert block.format == "f32"
        joined.frombytes(bytes(block.data))
    return joined


def frequency(values: array[float], rate: float) -> float:
    """Count the rising zero crossings of a second."""
    crossings = sum(1 for a, b in pairwise(values) if a < 0 <= b)
    return crossings * rate / len(values)


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 8000])
async def test_resampling_keeps_the_tone_and_the_duration(clock: ManualClock, rate: int) -> None:
    with install_fake_devices(microphones=[FakeMicrophone(frequency=440)], clock=clock):
        wanted = {"sampleRate": {"exact": rate}}
        async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
            (track,) = stream.get_tracks()
            assert track.get_settings().sample_rate == rate
            blocks = await collected(track, clock, 2.0)
            assert {block.sample_rate for block in blocks} == {rate}
            values = samples(blocks)
            held_back = 2 * rate - len(values)  # The resampler holds some samples back.
            assert 0 <= held_back <= 0.15 * rate
            second = values[len(values) - rate :]
            assert frequency(second, rate) == pytest.approx(440, abs=2)
            rms = math.sqrt(sum(value * value for value in second) / len(second))
            assert rms == pytest.approx(0.5 / math.sqrt(2), rel=0.02)
            stamps = [block.timestamp for block in blocks]
            assert all(a < b for a, b in pairwise(stamps))


async def test_channels_are_mixed_to_the_requested_count(clock: ManualClock) -> None:
    microphone = FakeMicrophone(modes=(AudioMode(48000, 2),))
    with install_fake_devices(microphones=[microphone], clock=clock):
        wanted = {"channelCount": {"exact": 1}}
        async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
            blocks = await collected(stream.get_tracks()[0], clock, 0.1)
            assert {block.number_of_channels for block in blocks} == {1}
            assert max(samples(blocks)) == pytest.approx(0.5, abs=0.01)


async def test_a_later_reader_gets_no_earlier_samples(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"sampleRate": {"exact": 16000}}
    async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
        (track,) = stream.get_tracks()
        assert any(samples(await collected(track, clock, 0.5)))
        fakes.microphones[0].level = 0  # Silent from now on.
        await clock.advance(10)
        begin = clock.now()
        second = await collected(track, clock, 0.5)
        assert not any(samples(second))
        assert second[0].timestamp >= begin - 10_000


async def test_silence_replaces_the_blocks_of_a_disabled_track(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"sampleRate": {"exact": 16000}}
    async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
        (track,) = stream.get_tracks()
        track.enabled = False
        blocks = await collected(track, clock, 1.005)
        assert len(blocks) == 100
        assert {(one.number_of_frames, one.sample_rate) for one in blocks} == {(160, 16000)}
        assert not any(samples(blocks))


async def test_a_muted_microphone_delivers_silence_by_the_clock(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        (track,) = stream.get_tracks()
        fakes.mute(fakes.microphones[0])
        await clock.advance(0)
        blocks = await collected(track, clock, 1.005)
        assert sum(block.number_of_frames for block in blocks) == 48000
        assert not any(samples(blocks))


async def test_latency_is_the_age_of_the_samples(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        stats = stream.get_tracks()[0].stats
        await clock.advance(1.005)
        assert stats.delivered_frames == 48000
        assert stats.delivered_frames_duration == pytest.approx(1000)
        assert stats.latency == stats.minimum_latency == stats.maximum_latency == 10
        assert stats.average_latency == pytest.approx(10)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
async def test_a_resampled_track_counts_its_own_samples(
    fakes: FakeDevices, clock: ManualClock, rate: int
) -> None:
    constraints = {"sampleRate": {"exact": rate}}
    async with await navigator.media_devices.get_user_media(audio=constraints) as stream:
        (track,) = stream.get_tracks()
        assert track.get_settings().sample_rate == rate
        await clock.advance(1.005)
        stats = track.stats
        assert stats.delivered_frames == stats.total_frames == rate
        assert stats.delivered_frames_duration == pytest.approx(1000)
        clock.jump(3)
        await clock.advance(1)
        lost = stats.total_frames_duration - stats.delivered_frames_duration
        assert lost > 1000
        assert stats.total_frames - stats.delivered_frames == pytest.approx(
            lost * rate / 1000, abs=1
        )


async def test_a_new_sample_rate_keeps_the_earlier_counts(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        (track,) = stream.get_tracks()
        await clock.advance(1.005)
        applying = track.apply_constraints({"sampleRate": {"exact": 8000}})
        await clock.advance(0)
        await applying
        await clock.advance(1)
        assert track.stats.delivered_frames == 48000 + 8000


async def test_total_frames_include_samples_lost_in_a_gap(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        (track,) = stream.get_tracks()
        clock.jump(3)  # A busy program: only one second of samples waits for it.
        blocks = await collected(track, clock, 1)
        gaps = [b.timestamp - a.timestamp - a.duration for a, b in pairwise(blocks)]
        assert 1_000_000 < sum(gaps) < 3_000_000
        stats = track.stats
        assert stats.delivered_frames == 480 * len(blocks)
        assert stats.total_frames - stats.delivered_frames == sum(gaps) * 48 / 1000
        lost = stats.total_frames_duration - stats.delivered_frames_duration
        assert lost == pytest.approx(sum(gaps) / 1000)


async def test_samples_that_were_muted_do_not_count_as_lost(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        stats = stream.get_tracks()[0].stats
        await clock.advance(0.505)
        fakes.mute(fakes.microphones[0])
        await clock.advance(3)
        fakes.unmute(fakes.microphones[0])
        await clock.advance(0.505)
        assert stats.total_frames == stats.delivered_frames == 48000


async def test_gaps_of_less_than_half_a_block_are_not_losses(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        (track,) = stream.get_tracks()
        (source,) = fakes.agent.sources
        with AudioData.wrap(bytes(1920), "f32", 48000, 480, 1, timestamp=0) as block:
            for timestamp in (0, 10_000, 23_000, 34_000, 43_000, 70_000):
                source.distribute([block.retimed(1_000_000 + timestamp)])
        assert track.stats.delivered_frames == 6 * 480
        assert track.stats.total_frames == 6 * 480 + 17 * 48


@pytest.mark.usefixtures("fakes")
async def test_gaps_between_a_generators_timestamps_are_not_losses() -> None:
    generator = AudioTrackGenerator()
    writer = generator.writable.get_writer()
    for timestamp in (0, 5_000_000):
        await writer.write(AudioData.wrap(bytes(1920), "f32", 48000, 480, 1, timestamp=timestamp))
    stats = generator.track.stats
    assert stats.delivered_frames == stats.total_frames == 960
    generator.track.stop()
