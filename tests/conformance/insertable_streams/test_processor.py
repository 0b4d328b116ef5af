"""MediaStreamTrackProcessor: its streams, -maxBufferSize, -backpressure."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture, read, until
from mediadevices import (
    AudioData,
    InvalidStateError,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
)

if TYPE_CHECKING:
    from mediadevices.interfaces.streams import ReadableStreamDefaultReader


def grey(level: int) -> VideoFrame:
    return VideoFrame(
        bytes([level, level, level, 255]) * 4,
        {"format": "RGBA", "codedWidth": 2, "codedHeight": 2, "timestamp": level},
    )


async def level_of(reader: ReadableStreamDefaultReader[VideoFrame]) -> int:
    """Return the brightness of the next frame."""
    with (await reader.read()).value as taken:
        return taken.data[0]


@pytest.mark.parametrize(("kind", "cls"), [("video", VideoFrame), ("audio", AudioData)])
async def test_a_processor_reads_media_until_the_track_ends(kind: str, cls: type) -> None:
    async with capture(**{kind: True}) as stream, asyncio.timeout(SECONDS):
        (track,) = stream.get_tracks()
        reader = MediaStreamTrackProcessor(track).readable.get_reader()
        result = await reader.read()
        assert not result.done
        assert isinstance(result.value, cls)
        result.value.close()
        track.stop()
        while not (result := await reader.read()).done:
            result.value.close()
        assert result.value is None


async def test_the_init_dictionary_of_the_standard() -> None:
    async with capture(video=True) as stream, asyncio.timeout(SECONDS):
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor({"track": track, "maxBufferSize": 2})
        with (await processor.readable.get_reader().read()).value as taken:
            assert isinstance(taken, VideoFrame)


@pytest.mark.parametrize("size", [0, -1, 1.5, "2", True])
async def test_the_buffer_size_is_an_integer_of_at_least_one(size: object) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        with pytest.raises(TypeError):
            MediaStreamTrackProcessor(track, max_buffer_size=size)


@pytest.mark.parametrize("bad", [None, 5, {}, {"track": None}])
async def test_a_processor_needs_a_track(bad: object) -> None:
    with pytest.raises(TypeError):
        MediaStreamTrackProcessor(bad)


async def test_an_ended_track_cannot_be_read() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        track.stop()
        with pytest.raises(InvalidStateError):
            MediaStreamTrackProcessor(track)


@pytest.mark.parametrize("size", [1, 3])
async def test_the_buffer_keeps_the_newest_frames(size: int) -> None:
    generator = VideoTrackGenerator()
    processor = MediaStreamTrackProcessor(generator.track, max_buffer_size=size, format="RGBA")
    witness = MediaStreamTrackProcessor(generator.track, format="RGBA").readable.get_reader()
    writer = generator.writable.get_writer()
    levels = [40, 80, 120, 160, 200, 240]
    async with asyncio.timeout(SECONDS):
        for level in levels:
            await writer.write(grey(level))
            assert await level_of(witness) == pytest.approx(level, abs=6)
        await until(lambda: processor.dropped == len(levels) - size)
        reader = processor.readable.get_reader()
        taken = [await level_of(reader) for _ in range(size)]
    assert taken == pytest.approx(levels[-size:], abs=6)
    generator.track.stop()


async def test_a_slow_reader_gets_newer_frames_and_never_the_same_twice() -> None:
    async with capture(video=True) as stream, asyncio.timeout(SECONDS):
        (track,) = stream.get_tracks()
        stamps: list[int] = []
        interval = 1e6 / track.get_settings().frame_rate
        async for taken in MediaStreamTrackProcessor(track).readable:
            stamps.append(taken.timestamp)
            taken.close()
            if len(stamps) == 3:
                break
            await asyncio.sleep(0.2)
        assert stamps == sorted(set(stamps))
        assert len(stamps) == 3
        assert all(b - a > 2 * interval for a, b in itertools.pairwise(stamps))


async def test_a_stream_is_locked_to_one_reader() -> None:
    async with capture(video=True) as stream, asyncio.timeout(SECONDS):
        readable = MediaStreamTrackProcessor(stream.get_tracks()[0]).readable
        assert not readable.locked
        reader = readable.get_reader()
        assert readable.locked
        with pytest.raises(TypeError):
            readable.get_reader()
        reader.release_lock()
        assert not readable.locked
        with pytest.raises(TypeError):
            await reader.read()
        again = readable.get_reader()
        assert not (await again.read()).done


async def test_cancelling_ends_the_stream_but_not_the_track() -> None:
    async with capture(video=True) as stream, asyncio.timeout(SECONDS):
        (track,) = stream.get_tracks()
        reader = MediaStreamTrackProcessor(track).readable.get_reader()
        pending = reader.read()
        await reader.cancel()
        assert (await pending).done
        assert (await reader.read()).done
        assert track.ready_state == "live"


async def test_two_processors_of_a_track_read_independently() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        first, second = await asyncio.gather(read(track, 3), read(track, 3))
        assert len(first) == len(second) == 3


async def test_every_frame_has_the_mandatory_format() -> None:
    async with capture(video=True) as stream, asyncio.timeout(SECONDS):
        (track,) = stream.get_tracks()
        async for taken in MediaStreamTrackProcessor(track, format="RGBA").readable:
            assert taken.format == "RGBA"
            break
        else:
            pytest.fail("the track gave no frame")
        with pytest.raises(TypeError):
            MediaStreamTrackProcessor(track, format="doesnotexist")
