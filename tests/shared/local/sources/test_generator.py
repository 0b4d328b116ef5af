"""Generators: tracks whose frames and samples the program writes."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    MediaStreamTrackProcessor,
    OverconstrainedError,
    VideoFrame,
    VideoTrackGenerator,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediadevices import MediaStreamTrack
    from mediadevices.testing import FakeDevices, ManualClock

FRAME = 33_333  # microseconds at 30 frames per second


def frame(timestamp: int, width: int = 4, height: int = 2) -> VideoFrame:
    return VideoFrame(
        bytes(4 * width * height),
        format="RGBA",
        coded_width=width,
        coded_height=height,
        timestamp=timestamp,
    )


def block(timestamp: int, rate: int = 8000) -> AudioData:
    return AudioData(
        format="f32",
        sample_rate=rate,
        number_of_frames=80,
        number_of_channels=1,
        timestamp=timestamp,
        data=bytes(320),
    )


async def passed(
    stamps: Sequence[int], constraints: dict[str, object] | None = None, before: int = 0
) -> list[int]:
    """Write frames with these timestamps, and return the timestamps that are delivered."""
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    for stamp in stamps[:before]:
        await writer.write(frame(stamp))
    await generator.track.apply_constraints(constraints or {})
    processor = MediaStreamTrackProcessor(generator.track, max_buffer_size=1000)
    for stamp in stamps[before:]:
        await writer.write(frame(stamp))
    await writer.close()
    out: list[int] = []
    async for one in processor.readable:
        with one:
            out.append(one.timestamp)
    assert processor.dropped == 0
    return out


CLIP = [index * FRAME for index in range(5)]


@pytest.mark.parametrize(
    "stamps",
    [
        [0] * 5,
        CLIP * 3,
        [2**62, *CLIP],
        [-(2**63), 2**63 - 1, 0],
        CLIP[::-1],
    ],
    ids=["equal", "a clip in a loop", "one far in the future", "extremes", "backwards"],
)
async def test_every_frame_is_delivered_with_its_timestamp(
    fakes: FakeDevices, stamps: list[int]
) -> None:
    assert await passed(stamps) == stamps


async def test_every_block_is_delivered_with_its_timestamp(fakes: FakeDevices) -> None:
    generator = AudioTrackGenerator()
    writer = generator.writable.get_writer()
    processor = MediaStreamTrackProcessor(generator.track)
    stamps = [0, 10_000, 20_000] * 3 + [2**62, 5, 5]
    for stamp in stamps:
        await writer.write(block(stamp))
    await writer.close()
    assert [one.timestamp async for one in processor.readable] == stamps


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize(
    ("constraints", "count"),
    [
        ({"frameRate": {"max": 5}}, 5),
        ({"frameRate": {"exact": 10}}, 10),
        ({"frameRate": 15}, 15),
        ({"frameRate": {"max": 60}}, 30),
        ({"frameRate": {"min": 10}}, 30),
    ],
)
async def test_a_frame_rate_is_applied(
    fakes: FakeDevices, constraints: dict[str, object], count: int, before: int
) -> None:
    stamps = [-FRAME] * before + [index * FRAME for index in range(30)]
    assert len(await passed(stamps, constraints, before)) == pytest.approx(count, abs=1)


async def test_a_looped_clip_keeps_its_frame_rate(fakes: FakeDevices) -> None:
    second = [index * FRAME for index in range(30)]
    out = await passed(second * 4, {"frameRate": {"max": 10}})
    assert len(out) == pytest.approx(40, abs=4)


async def test_settings_have_a_frame_rate_only_if_frames_are_dropped(
    fakes: FakeDevices,
) -> None:
    generator = VideoTrackGenerator()
    await generator.writable.get_writer().write(frame(0))
    track = generator.track
    for constraints, rate in (
        ({}, None),
        ({"frameRate": {"min": 10}}, None),
        ({"frameRate": {"max": 5}}, 5),
        ({"frameRate": {"ideal": 15, "min": 10}}, 15),
    ):
        await track.apply_constraints(constraints)
        assert track.get_settings().frame_rate == rate
    track.stop()


IMPOSSIBLE: list[dict[str, object]] = [
    {"torch": {"exact": True}},
    {"width": {"max": 0}},
    {"frameRate": {"max": 0}},
    {"deviceId": {"exact": "x"}},
    {"groupId": {"exact": "x"}},
    {"facingMode": {"exact": "user"}},
    {"backgroundBlur": {"exact": False}},
]
IMPOSSIBLE_SOUND: list[dict[str, object]] = [
    {"sampleRate": {"max": 0}},
    {"channelCount": {"min": 1000}},
    {"latency": {"max": 1}},
    {"sampleSize": {"exact": 16}},
    {"echoCancellation": {"exact": False}},
]


async def check_refused(track: MediaStreamTrack, constraints: dict[str, object]) -> None:
    with pytest.raises(OverconstrainedError) as caught:
        await track.apply_constraints(constraints)
    assert caught.value.constraint == next(iter(constraints))
    assert track.get_constraints() == {}


@pytest.mark.parametrize("constraints", IMPOSSIBLE, ids=str)
@pytest.mark.parametrize("written", [False, True])
async def test_a_video_generator_rejects_impossible_constraints(
    fakes: FakeDevices, constraints: dict[str, object], written: bool
) -> None:
    generator = VideoTrackGenerator()
    if written:
        await generator.writable.get_writer().write(frame(0))
    await check_refused(generator.track, constraints)
    generator.track.stop()


@pytest.mark.parametrize("constraints", IMPOSSIBLE_SOUND, ids=str)
@pytest.mark.parametrize("written", [False, True])
async def test_an_audio_generator_rejects_impossible_constraints(
    fakes: FakeDevices, constraints: dict[str, object], written: bool
) -> None:
    generator = AudioTrackGenerator()
    if written:
        await generator.writable.get_writer().write(block(0))
    await check_refused(generator.track, constraints)
    generator.track.stop()


async def test_possible_constraints_are_accepted_before_the_first_frame(
    fakes: FakeDevices,
) -> None:
    generator = VideoTrackGenerator()
    await generator.track.apply_constraints({"width": {"exact": 2}, "height": {"exact": 2}})
    assert generator.track.get_settings() == {}
    await generator.writable.get_writer().write(frame(0))
    assert generator.track.get_settings() | {"width": 2, "height": 2} == (
        generator.track.get_settings()
    )
    generator.track.stop()


async def test_muting_and_unmuting_in_one_iteration_fires_nothing(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    generator = VideoTrackGenerator()
    fired: list[tuple[str, bool]] = []
    track = generator.track
    track.onmute = track.onunmute = lambda event: fired.append((event.type, track.muted))
    generator.muted = True
    generator.muted = False
    await clock.advance(0)
    assert fired == []
    generator.muted = True
    generator.muted = False
    generator.muted = True
    await clock.advance(0)
    assert fired == [("mute", True)]
    track.stop()


class TestDropping:
    """A generator ends its tracks when the program has dropped every writer."""

    async def check(self, track: MediaStreamTrack, clock: ManualClock) -> None:
        fired: list[str] = []
        track.onended = lambda event: fired.append(event.type)
        clone = track.clone()
        gc.collect()
        await clock.advance(0)
        assert (track.ready_state, clone.ready_state) == ("ended", "ended")
        assert fired == ["ended"]

    async def test_the_generator(self, fakes: FakeDevices, clock: ManualClock) -> None:
        await self.check(VideoTrackGenerator().track, clock)

    async def test_its_writer(self, fakes: FakeDevices, clock: ManualClock) -> None:
        generator = AudioTrackGenerator()
        writer, track = generator.writable.get_writer(), generator.track
        del generator
        gc.collect()
        await clock.advance(0)
        assert track.ready_state == "live"
        await writer.write(block(0))
        del writer
        await self.check(track, clock)

    async def test_its_stream(self, fakes: FakeDevices, clock: ManualClock) -> None:
        generator = VideoTrackGenerator()
        writable, track = generator.writable, generator.track
        del generator
        gc.collect()
        await clock.advance(0)
        await writable.get_writer().write(frame(0))
        assert track.ready_state == "live"
        del writable
        await self.check(track, clock)

    async def test_a_reader_sees_the_end(self, fakes: FakeDevices, clock: ManualClock) -> None:
        generator = VideoTrackGenerator()
        processor = MediaStreamTrackProcessor(generator.track)
        await generator.writable.get_writer().write(frame(7))
        del generator
        gc.collect()
        await clock.advance(0)
        assert [one.timestamp async for one in processor.readable] == [7]


@pytest.mark.parametrize("size", [(16, 32), (16, 16), (30, 8), (7, 5)])
@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
async def test_frames_of_any_orientation_have_the_size_of_the_settings(
    fakes: FakeDevices,
    rotation: int,
    flip: bool,
    stretched: bool,
    size: tuple[int, int],
) -> None:
    shape: dict[str, object] = {"display_width": 128, "display_height": 32} if stretched else {}
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    processor = MediaStreamTrackProcessor(generator.track)
    reader = processor.readable.get_reader()
    for k in range(2):
        if k:
            width, height = size
            exact = {"width": {"exact": width}, "height": {"exact": height}}
            await generator.track.apply_constraints(exact)
        given = VideoFrame(
            bytes(4 * 64 * 32),
            format="RGBA",
            coded_width=64,
            coded_height=32,
            timestamp=k,
            rotation=rotation,
            flip=flip,
            **shape,
        )
        await writer.write(given)
        with (await reader.read()).value as got:
            settings = generator.track.get_settings()
            assert (got.display_width, got.display_height) == (settings.width, settings.height)
            assert (got.rotation, got.flip) == (rotation, flip)
            if k:
                assert (settings.width, settings.height) == size
                sideways = rotation % 180 == 90
                assert (got.coded_width, got.coded_height) == (size[::-1] if sideways else size)
    generator.track.stop()
