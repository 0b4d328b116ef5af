"""VideoTrackGenerator, and the generator for audio."""

from __future__ import annotations

import asyncio
import gc
from functools import wraps
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture, no_event, until
from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    InvalidStateError,
    MediaStream,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


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


def sounding(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Run a test while the program captures; otherwise WebKit plays no sound before a gesture."""

    @wraps(test)
    async def within(*arguments: object, **keywords: object) -> None:
        async with capture(audio=True):
            await test(*arguments, **keywords)

    return within


@MAKERS
@sounding
async def test_the_track_is_live_and_of_the_kind(generator_class, make, kind) -> None:
    generator = generator_class()
    assert (generator.track.kind, generator.track.ready_state) == (kind, "live")
    assert generator.track is generator.track
    assert generator.muted is False
    assert MediaStream([generator.track]).active
    await generator.writable.abort()


@MAKERS
@sounding
async def test_a_written_frame_is_forwarded_and_closed(generator_class, make, kind) -> None:
    generator = generator_class()
    reading = MediaStreamTrackProcessor(generator.track).readable.get_reader().read()
    written = make(7)
    async with asyncio.timeout(SECONDS):
        await generator.writable.get_writer().write(written)
        taken = (await reading).value
    assert type(taken) is type(written)
    assert written.closed
    assert not taken.closed
    taken.close()
    generator.track.stop()


async def stamp_of(generator, written: VideoFrame | AudioData) -> int:
    reading = MediaStreamTrackProcessor(generator.track).readable.get_reader().read()
    async with asyncio.timeout(SECONDS):
        await generator.writable.get_writer().write(written)
        with (await reading).value as taken:
            return taken.timestamp


async def test_a_frame_keeps_its_timestamp() -> None:
    generator = VideoTrackGenerator()
    assert await stamp_of(generator, frame(7)) == 7
    generator.track.stop()


# Only Python has this; no standard defines it.
@pytest.mark.needs("own agent")
async def test_a_block_keeps_its_timestamp() -> None:
    generator = AudioTrackGenerator()
    assert await stamp_of(generator, block(7)) == 7
    generator.track.stop()


@MAKERS
@sounding
async def test_writing_another_type_is_rejected(generator_class, make, kind) -> None:
    writer = generator_class().writable.get_writer()
    for wrong in (None, "text", block(0) if kind == "video" else frame(0)):
        with pytest.raises(TypeError):
            await writer.write(wrong)
    await writer.abort()


@MAKERS
@pytest.mark.parametrize("muted", [False, True])
@sounding
async def test_writing_to_a_stopped_track_fails_and_keeps_the_frame_open(
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
@sounding
async def test_the_generator_ends_with_its_last_clone(generator_class, make, kind) -> None:
    generator = generator_class()
    writer = generator.writable.get_writer()
    clone = generator.track.clone()
    generator.track.stop()
    await writer.write(make(0))
    clone.stop()
    with pytest.raises(InvalidStateError):
        await writer.write(make(1))


@MAKERS
@sounding
async def test_a_closed_frame_is_rejected(generator_class, make, kind) -> None:
    closed = make(0)
    closed.close()
    writer = generator_class().writable.get_writer()
    with pytest.raises(InvalidStateError):
        await writer.write(closed)
    await writer.abort()


async def test_only_unmuted_frames_pass() -> None:
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    processor = MediaStreamTrackProcessor(generator.track, max_buffer_size=10, format="RGBA")
    reader = processor.readable.get_reader()
    muting = asyncio.ensure_future(generator.track.wait_for("mute", timeout=SECONDS))
    await asyncio.sleep(0)
    generator.muted = True
    await muting
    assert generator.track.muted
    await writer.write(frame(1, level=200))
    unmuting = asyncio.ensure_future(generator.track.wait_for("unmute", timeout=SECONDS))
    await asyncio.sleep(0)
    generator.muted = False
    await unmuting
    assert not generator.track.muted
    await writer.write(frame(2, level=255))
    level = 0
    async with asyncio.timeout(SECONDS):
        while level == 0:  # black frames can come first
            with (await reader.read()).value as taken:
                level = taken.data[0]
    assert level == 255
    generator.track.stop()


@MAKERS
@sounding
async def test_a_clone_of_a_muted_track_is_muted(generator_class, make, kind) -> None:
    generator = generator_class()
    muting = asyncio.ensure_future(generator.track.wait_for("mute", timeout=SECONDS))
    await asyncio.sleep(0)
    generator.muted = True
    await muting
    clone = generator.track.clone()
    assert clone.muted
    unmuting = asyncio.ensure_future(clone.wait_for("unmute", timeout=SECONDS))
    await asyncio.sleep(0)
    generator.muted = False
    await unmuting
    assert not clone.muted
    generator.track.stop()
    clone.stop()


@MAKERS
@sounding
async def test_muting_twice_in_one_task_step_fires_nothing(generator_class, make, kind) -> None:
    generator = generator_class()
    fired: list[object] = []
    generator.track.onmute = generator.track.onunmute = fired.append
    generator.muted = True
    generator.muted = False
    await no_event(fired)
    assert not generator.track.muted
    generator.track.stop()


@MAKERS
@sounding
async def test_a_generator_that_is_dropped_ends_its_track(generator_class, make, kind) -> None:
    generator = generator_class()
    track = generator.track
    ended = asyncio.ensure_future(track.wait_for("ended", timeout=SECONDS))
    await asyncio.sleep(0)
    del generator
    gc.collect()
    await ended
    assert track.ready_state == "ended"


async def test_closing_ends_the_track_with_an_event() -> None:
    generator = VideoTrackGenerator()
    ended = asyncio.ensure_future(generator.track.wait_for("ended", timeout=SECONDS))
    await asyncio.sleep(0)
    writer = generator.writable.get_writer()
    await writer.close()
    await ended
    assert generator.track.ready_state == "ended"
    with pytest.raises(TypeError):
        await writer.write(frame(0))
    with pytest.raises(TypeError):
        await writer.close()


async def test_settings_follow_the_written_frames() -> None:
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    assert "width" not in generator.track.get_settings()
    await writer.write(frame(0, width=8, height=4))
    await until(lambda: "width" in generator.track.get_settings())
    settings = generator.track.get_settings()
    assert (settings.width, settings.height, settings.aspect_ratio) == (8, 4, 2)
    await writer.write(frame(1, width=4, height=4))
    await until(lambda: generator.track.get_settings().width == 4)
    assert generator.track.get_settings().aspect_ratio == 1
    generator.track.stop()


async def test_a_disabled_track_of_a_generator_delivers_black() -> None:
    generator = VideoTrackGenerator()
    generator.track.enabled = False
    processor = MediaStreamTrackProcessor(generator.track, format="RGBA")
    reading = processor.readable.get_reader().read()
    async with asyncio.timeout(SECONDS):
        await generator.writable.get_writer().write(frame(1))
        with (await reading).value as taken:
            assert (taken.display_width, taken.display_height) == (4, 2)
            assert bytes(taken.data) == bytes([0, 0, 0, 255]) * 8
    generator.track.stop()


async def test_stop_fires_nothing() -> None:
    generator = VideoTrackGenerator()
    fired: list[object] = []
    generator.track.onended = fired.append
    generator.track.stop()
    await no_event(fired)


@sounding
async def test_the_settings_of_an_audio_generator_are_within_its_capabilities() -> None:
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
