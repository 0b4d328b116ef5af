"""VideoTrackGenerator, and its sibling for audio."""

from __future__ import annotations

import asyncio

import pytest

from conformance.media import no_event, read
from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    InvalidStateError,
    MediaStream,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
)


def frame(timestamp: int, level: int = 255, width: int = 4, height: int = 2) -> VideoFrame:
    return VideoFrame(
        bytes([level, level, level, 255]) * (width * height),
        {"format": "RGBA", "codedWidth": width, "codedHeight": height, "timestamp": timestamp},
    )


def block(timestamp: int) -> AudioData:
    return AudioData(
        {
            "format": "f32",
            "sampleRate": 8000,
            "numberOfFrames": 80,
            "numberOfChannels": 1,
            "timestamp": timestamp,
            "data": b"\x00\x00\x00\x3f" * 80,
        }
    )


MAKERS = pytest.mark.parametrize(
    ("generator_class", "make", "kind"),
    [(VideoTrackGenerator, frame, "video"), (AudioTrackGenerator, block, "audio")],
)


@MAKERS
async def test_the_track_is_live_and_of_the_kind(generator_class, make, kind) -> None:
    generator = generator_class()
    assert (generator.track.kind, generator.track.ready_state) == (kind, "live")
    assert generator.track is generator.track
    assert generator.muted is False
    assert MediaStream([generator.track]).active


@MAKERS
async def test_what_is_written_is_forwarded_and_closed(generator_class, make, kind) -> None:
    generator = generator_class()
    reading = asyncio.ensure_future(read(generator.track))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    written = make(7)
    await generator.writable.get_writer().write(written)
    (taken,) = await reading
    assert type(taken) is type(written)
    assert taken.timestamp == 7
    assert written.closed
    assert not taken.closed


@MAKERS
async def test_something_else_is_refused(generator_class, make, kind) -> None:
    writer = generator_class().writable.get_writer()
    for wrong in (None, "text", block(0) if kind == "video" else frame(0)):
        with pytest.raises(TypeError):
            await writer.write(wrong)


@MAKERS
@pytest.mark.parametrize("muted", [False, True])
async def test_a_stopped_track_refuses_and_leaves_open(
    generator_class,
    make,
    kind: str,
    muted: bool,
) -> None:
    generator = generator_class()
    generator.muted = muted
    generator.track.stop()
    refused = make(0)
    with pytest.raises(InvalidStateError):
        await generator.writable.get_writer().write(refused)
    assert not refused.closed
    refused.close()


@MAKERS
async def test_only_the_end_of_the_last_clone_counts(generator_class, make, kind) -> None:
    generator = generator_class()
    writer = generator.writable.get_writer()
    clone = generator.track.clone()
    generator.track.stop()
    await writer.write(make(0))
    clone.stop()
    with pytest.raises(InvalidStateError):
        await writer.write(make(1))


@MAKERS
async def test_a_closed_frame_is_refused(generator_class, make, kind) -> None:
    closed = make(0)
    closed.close()
    with pytest.raises(InvalidStateError):
        await generator_class().writable.get_writer().write(closed)


async def test_only_unmuted_frames_pass() -> None:
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    processor = MediaStreamTrackProcessor(generator.track, max_buffer_size=10)
    muting = asyncio.ensure_future(generator.track.wait_for("mute", timeout=5))
    await asyncio.sleep(0)
    generator.muted = True
    await muting
    assert generator.track.muted
    await writer.write(frame(1))
    unmuting = asyncio.ensure_future(generator.track.wait_for("unmute", timeout=5))
    await asyncio.sleep(0)
    generator.muted = False
    await unmuting
    await writer.write(frame(2))
    await writer.close()
    white = [one.timestamp async for one in processor.readable if one.data[0] == 255]
    assert white == [2]


async def test_closing_ends_the_track_with_an_event() -> None:
    generator = VideoTrackGenerator()
    ended = asyncio.ensure_future(generator.track.wait_for("ended", timeout=5))
    await asyncio.sleep(0)
    writer = generator.writable.get_writer()
    await writer.close()
    await ended
    assert generator.track.ready_state == "ended"
    with pytest.raises(TypeError):
        await writer.write(frame(0))
    with pytest.raises(TypeError):
        await writer.close()


async def test_settings_follow_what_is_written() -> None:
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    assert "width" not in generator.track.get_settings()
    await writer.write(frame(0, width=8, height=4))
    settings = generator.track.get_settings()
    assert (settings.width, settings.height, settings.aspect_ratio) == (8, 4, 2)
    await writer.write(frame(1, width=4, height=4))
    assert generator.track.get_settings().width == 4


async def test_a_disabled_track_of_a_generator_gives_black() -> None:
    generator = VideoTrackGenerator()
    generator.track.enabled = False
    processor = MediaStreamTrackProcessor(generator.track, max_buffer_size=10)
    writer = generator.writable.get_writer()
    await writer.write(frame(1))
    await writer.close()
    taken = [one async for one in processor.readable]
    assert [one.data[0] for one in taken] == [0]


async def test_stop_fires_nothing() -> None:
    generator = VideoTrackGenerator()
    fired: list[object] = []
    generator.track.onended = fired.append
    generator.track.stop()
    await no_event(fired)


async def test_the_settings_of_an_audio_generator_lie_within_its_capabilities() -> None:
    generator = AudioTrackGenerator()
    writer = generator.writable.get_writer()
    await writer.write(block(0))
    await generator.track.apply_constraints({"sampleRate": 16000, "channelCount": 2})
    settings = generator.track.get_settings()
    assert (settings.sample_rate, settings.channel_count) == (16000, 2)
    capabilities = generator.track.get_capabilities()
    for name, value in settings.items():
        assert capabilities[name]["min"] <= value <= capabilities[name]["max"]
    generator.track.stop()


async def test_streams_are_ended_with_or_without_a_reason() -> None:
    generator = VideoTrackGenerator()
    readable = MediaStreamTrackProcessor(generator.track).readable
    await readable.cancel("enough")
    await MediaStreamTrackProcessor(generator.track).readable.get_reader().cancel("enough")
    await generator.writable.abort("enough")
    assert repr(generator.writable) == "<WritableStream closed>"
