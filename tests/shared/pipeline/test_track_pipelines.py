"""What a track makes of its source's media: black, silence, rates, resampling, numbers."""

from __future__ import annotations

import asyncio
import math
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    MediaStreamTrackProcessor,
    VideoFrame,
    navigator,
)
from mediadevices.driver import AudioMode
from mediadevices.pipeline.video_pipeline import VideoPipeline
from mediadevices.testing import FakeMicrophone, frame_number, install_fake_devices

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack
    from mediadevices.testing import FakeDevices, ManualClock


async def collected(
    track: MediaStreamTrack, clock: ManualClock, seconds: float
) -> list[VideoFrame | AudioData]:
    """Let time pass and return everything that a track delivers meanwhile."""
    reader = MediaStreamTrackProcessor(track, max_buffer_size=10_000).readable.get_reader()
    await clock.advance(seconds)
    found: list[VideoFrame | AudioData] = []
    while True:
        pending = reader.read()
        await clock.advance(0)
        if not pending.done():
            await reader.cancel()
            return found
        found.append((await pending).value)


def grey_frame(timestamp: int) -> VideoFrame:
    return VideoFrame.wrap(bytes([128]) * 384, "I420", 16, 16, timestamp=timestamp)


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


# --- video ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "before", "expected"),
    [
        (30.0, 3, 10),
        (15.0, 3, 5),  # The frame that arrives after the loss is decimated.
        (15.0, 4, 5),  # It is taken.
    ],
)
async def test_losses_are_counted_as_the_track_would_have_taken_them(
    clock: ManualClock, rate: float, before: int, expected: int
) -> None:
    output = VideoPipeline(clock)
    output.configure({"width": 16, "height": 16, "frameRate": rate}, 30.0)
    reader = output.open_reader(5, None, lambda: None)
    for index in range(before):
        output.deliver(grey_frame(index * 33_333), 0)
    dropped = reader.dropped
    output.deliver(grey_frame(before * 33_333), 10)
    assert reader.dropped - dropped == expected
    assert output.stats()["totalFrames"] == before + 11


async def test_small_losses_add_up(clock: ManualClock) -> None:
    output = VideoPipeline(clock)
    output.configure({"width": 16, "height": 16, "frameRate": 10.0}, 30.0)
    reader = output.open_reader(100, None, lambda: None)
    for index in range(30):
        output.deliver(grey_frame(2 * index * 33_333), 1)  # Every other frame is lost.
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
async def test_decimation_leaves_out_evenly_and_counts(
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


async def test_frames_that_a_busy_loop_missed_are_in_the_total(
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


async def test_a_muted_camera_gives_black_at_the_rate_of_the_track(
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


async def test_black_takes_the_place_of_each_frame_of_a_disabled_track(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        track.enabled = False
        found = await collected(track, clock, 0.51)
        assert len(found) == 15
        assert {frame.format for frame in found} == {"I420"}
        assert track.stats.total_frames == 0


async def test_time_stamps_rise_when_real_and_black_frames_meet(
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


async def test_a_frame_that_is_not_newer_than_the_last_one_is_not_delivered(
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
    """Open a reader, let two frames come, and return which is the first that it gets."""
    reader = MediaStreamTrackProcessor(track, max_buffer_size=3).readable.get_reader()
    await clock.advance(2 / 30)
    number = frame_number((await reader.read()).value)
    await reader.cancel()
    return number


@pytest.mark.parametrize(("come", "first"), [(0, 0), (1, 0), (2, 2), (3, 3)])
async def test_the_first_frame_waits_for_its_reader_until_the_second_comes(
    fakes: FakeDevices, clock: ManualClock, come: int, first: int
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        await clock.advance((come + 0.5) / 30)
        assert track.stats.total_frames == come
        assert await first_read(track, clock) == first


async def test_the_first_frame_of_a_track_that_was_disabled_meanwhile_is_not_shown(
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


async def test_who_reads_nothing_lets_no_timer_run(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        fakes.mute(fakes.cameras[0])
        await clock.advance(0)
        others = clock.pending
        reader = MediaStreamTrackProcessor(track).readable.get_reader()
        assert clock.pending == others + 1
        await reader.cancel()
        assert clock.pending == others


async def test_after_a_long_standstill_black_starts_anew_instead_of_catching_up(
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


# --- audio ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 8000])
async def test_resampling_keeps_the_tone_and_the_number_of_samples(
    clock: ManualClock, rate: int
) -> None:
    with install_fake_devices(microphones=[FakeMicrophone(frequency=440)], clock=clock):
        wanted = {"sampleRate": {"exact": rate}}
        async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
            (track,) = stream.get_tracks()
            assert track.get_settings().sample_rate == rate
            blocks = await collected(track, clock, 2.0)
            assert {block.sample_rate for block in blocks} == {rate}
            values = samples(blocks)
            held_back = 2 * rate - len(values)  # A good resampler looks ahead a little.
            assert 0 <= held_back <= 0.15 * rate
            second = values[len(values) - rate :]
            assert frequency(second, rate) == pytest.approx(440, abs=2)
            rms = math.sqrt(sum(value * value for value in second) / len(second))
            assert rms == pytest.approx(0.5 / math.sqrt(2), rel=0.02)
            stamps = [block.timestamp for block in blocks]
            assert all(a < b for a, b in pairwise(stamps))


async def test_channels_are_mixed_as_asked(clock: ManualClock) -> None:
    microphone = FakeMicrophone(modes=(AudioMode(48000, 2),))
    with install_fake_devices(microphones=[microphone], clock=clock):
        wanted = {"channelCount": {"exact": 1}}
        async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
            blocks = await collected(stream.get_tracks()[0], clock, 0.1)
            assert {block.number_of_channels for block in blocks} == {1}
            assert max(samples(blocks)) == pytest.approx(0.5, abs=0.01)


async def test_who_reads_later_hears_nothing_of_before(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"sampleRate": {"exact": 16000}}
    async with await navigator.media_devices.get_user_media(audio=wanted) as stream:
        (track,) = stream.get_tracks()
        assert any(samples(await collected(track, clock, 0.5)))
        fakes.microphones[0].level = 0  # Nothing more is to be heard.
        await clock.advance(10)
        begin = clock.now()
        second = await collected(track, clock, 0.5)
        assert not any(samples(second))
        assert second[0].timestamp >= begin - 10_000


async def test_a_disabled_microphone_is_silent_block_by_block(
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


async def test_a_muted_microphone_is_silent_by_the_clock(
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


async def test_a_new_sample_rate_leaves_what_was_counted(
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


async def test_samples_that_a_gap_shows_to_be_lost_are_in_the_total(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        (track,) = stream.get_tracks()
        clock.jump(3)  # A program that is too busy: the microphone keeps one second, no more.
        blocks = await collected(track, clock, 1)
        gaps = [b.timestamp - a.timestamp - a.duration for a, b in pairwise(blocks)]
        assert 1_000_000 < sum(gaps) < 3_000_000
        stats = track.stats
        assert stats.delivered_frames == 480 * len(blocks)
        assert stats.total_frames - stats.delivered_frames == sum(gaps) * 48 / 1000
        lost = stats.total_frames_duration - stats.delivered_frames_duration
        assert lost == pytest.approx(sum(gaps) / 1000)


async def test_what_a_microphone_did_not_record_while_it_was_muted_is_not_lost(
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


async def test_samples_that_are_stamped_unevenly_by_less_than_half_a_block_are_all_there(
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
async def test_a_generators_time_stamps_say_nothing_of_losses() -> None:
    generator = AudioTrackGenerator()
    writer = generator.writable.get_writer()
    for timestamp in (0, 5_000_000):
        await writer.write(AudioData.wrap(bytes(1920), "f32", 48000, 480, 1, timestamp=timestamp))
    stats = generator.track.stats
    assert stats.delivered_frames == stats.total_frames == 960
    generator.track.stop()
