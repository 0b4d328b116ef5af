"""Frames of known colour out of a program, into the browser and back."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, aclosing, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from conformance.media import until
from mediadevices import (
    InvalidStateError,
    MediaStream,
    MediaStreamTrack,
    VideoFrame,
    VideoTrackGenerator,
    attach,
)
from mediadevices.implementations import pixel_operations
from support.page_media import pixel_of, shown_pixel, without
from support.page_sound import proxies

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

COLOUR = (200, 100, 50)
GREY = (120, 120, 120)
SECONDS = 20

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")
# The others have only the canvas.
ROUTES = pytest.mark.parametrize(
    "route", ["usual", pytest.param("canvas", marks=pytest.mark.lanes("chromium"))]
)
FORMATS = pytest.mark.parametrize("name", ["RGBA", "RGB24", "BGR24", "I420", "GRAY8", "NV12"])


def generator_by(route: str) -> VideoTrackGenerator:
    with ExitStack() as stack:
        if route == "canvas":
            stack.enter_context(without("MediaStreamTrackGenerator"))
        return VideoTrackGenerator()


def frame_of(
    colour: tuple[int, int, int], name: str = "RGBA", size: tuple[int, int] = (64, 48), at: int = 0
) -> VideoFrame:
    width, height = size
    rgba = VideoFrame(
        bytes([*colour, 255]) * (width * height),
        {"format": "RGBA", "codedWidth": width, "codedHeight": height, "timestamp": at},
    )
    with rgba:
        return pixel_operations().convert(rgba, name)


class Writing:
    """Writes frames of one colour, thirty a second, for as long as a block lasts."""

    def __init__(self, generator: VideoTrackGenerator, name: str = "RGBA") -> None:
        self.colour = COLOUR
        self.size = (64, 48)
        self._name = name
        self.writer = generator.writable.get_writer()
        self._at = 0

    async def run(self) -> None:
        while True:
            frame = frame_of(self.colour, self._name, self.size, self._at)
            await self.writer.write(frame)
            assert frame.closed
            self._at += 33_333
            await asyncio.sleep(0.03)


@asynccontextmanager
async def writing(generator: VideoTrackGenerator, name: str = "RGBA") -> AsyncGenerator[Writing]:
    writes = Writing(generator, name)
    task = asyncio.create_task(writes.run())
    try:
        yield writes
    finally:
        if task.done():
            task.result()
        task.cancel()
        await asyncio.wait([task])
        generator.track.stop()


@asynccontextmanager
async def shown(track: MediaStreamTrack) -> AsyncGenerator[Any]:
    video = import_module("js").document.createElement("video")
    video.muted = video.autoplay = video.playsInline = True
    async with asyncio.timeout(SECONDS):
        await attach(MediaStream([track]), video)
    video.play()
    try:
        yield video
    finally:
        video.srcObject = None


async def read_until(
    track: MediaStreamTrack, colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)
) -> tuple[int, ...]:
    """Return the middle pixel of the first frame of the size that has the colour."""
    async with aclosing(track.frames(format="RGBA")) as frames:
        for _ in range(60):
            async with asyncio.timeout(SECONDS):
                frame = await anext(frames)
            assert isinstance(frame, VideoFrame)
            with frame:
                width, height = frame.display_width, frame.display_height
                seen = pixel_of(frame.data, width, width // 2, height // 2)
            if (width, height) == size and close(seen, colour):
                return seen
    pytest.fail(f"no frame of {size} has {colour}: the last one is of {(width, height)}, {seen}")


def close(seen: tuple[int, ...], expected: tuple[int, int, int]) -> bool:
    return all(abs(is_ - wanted) <= 6 for is_, wanted in zip(seen[:3], expected, strict=True))


@ROUTES
@FORMATS
async def test_what_is_written_is_shown_and_read_back(route: str, name: str) -> None:
    colour = GREY if name == "GRAY8" else COLOUR
    generator = generator_by(route)
    async with writing(generator, name) as writes:
        writes.colour = colour
        async with shown(generator.track) as video:
            seen = await shown_pixel(video, colour)
        assert close(seen, colour), seen
        seen = await read_until(generator.track, colour)
        assert close(seen, colour), seen


@ROUTES
async def test_the_size_can_change(route: str) -> None:
    generator = generator_by(route)
    async with writing(generator) as writes, shown(generator.track) as video:
        await read_until(generator.track, COLOUR)
        writes.size = (128, 64)
        seen = await read_until(generator.track, COLOUR, (128, 64))
        assert close(seen, COLOUR), seen
        await until(lambda: (video.videoWidth, video.videoHeight) == (128, 64))


@ROUTES
async def test_a_muted_generator_is_black(route: str) -> None:
    generator = generator_by(route)
    async with writing(generator):
        assert close(await read_until(generator.track, COLOUR), COLOUR)
        generator.muted = True
        assert close(await read_until(generator.track, (0, 0, 0)), (0, 0, 0))
        generator.muted = False
        assert close(await read_until(generator.track, COLOUR), COLOUR)


@ROUTES
async def test_closing_ends_every_track_with_its_event(route: str) -> None:
    generator = generator_by(route)
    clone = generator.track.clone()
    ended: list[object] = []
    for track in (generator.track, clone):
        track.add_event_listener("ended", lambda event: ended.append(event.target))
    reading = asyncio.create_task(read_until_end(clone))
    await generator.writable.close()
    async with asyncio.timeout(SECONDS):
        assert await reading == 0
    await until(lambda: len(ended) == 2)
    await asyncio.sleep(0.1)
    assert ended == [generator.track, clone]
    assert {generator.track.ready_state, clone.ready_state} == {"ended"}


async def read_until_end(track: MediaStreamTrack) -> int:
    count = 0
    async for _ in track.frames():
        count += 1
    return count


@ROUTES
async def test_a_frame_is_refused_when_the_last_clone_has_ended(route: str) -> None:
    generator = generator_by(route)
    writer = generator.writable.get_writer()
    clone = generator.track.clone()
    generator.track.stop()
    async with shown_while_written(writer, clone) as seen:
        assert close(seen, COLOUR), seen
    clone.stop()
    frame = frame_of(COLOUR)
    with pytest.raises(InvalidStateError, match="every track"):
        await writer.write(frame)
    assert not frame.closed


@asynccontextmanager
async def shown_while_written(
    writer: Any, track: MediaStreamTrack
) -> AsyncGenerator[tuple[int, ...]]:
    reading = asyncio.create_task(read_until(track, COLOUR))
    at = 0
    while not reading.done():
        at += 33_333
        await writer.write(frame_of(COLOUR, at=at))
        await asyncio.sleep(0.03)
    yield reading.result()


@ROUTES
async def test_a_closed_frame_is_refused(route: str) -> None:
    generator = generator_by(route)
    frame = frame_of(COLOUR)
    frame.close()
    with pytest.raises(InvalidStateError, match="closed"):
        await generator.writable.get_writer().write(frame)
    generator.track.stop()


@ROUTES
async def test_many_frames_at_once_leave_nothing_behind(route: str) -> None:
    generator = generator_by(route)
    writer = generator.writable.get_writer()
    with proxies() as left:
        async with asyncio.timeout(SECONDS):
            for number in range(100):
                await writer.write(frame_of(COLOUR, at=number * 10_000))
    assert left == []
    await writer.close()


@pytest.mark.lanes("chromium")  # In the other engines frames get new time stamps.
@pytest.mark.parametrize(
    "stamps", [[7] * 4, [0, 33_333, 66_666] * 2, [2**52, 0, 5]], ids=["equal", "loop", "backwards"]
)
async def test_every_frame_is_delivered_with_its_time_stamp(stamps: list[int]) -> None:
    generator = VideoTrackGenerator()
    writer = generator.writable.get_writer()
    async with aclosing(generator.track.frames()) as frames, asyncio.timeout(SECONDS):
        taken: list[int] = []
        for stamp in stamps:
            reading = asyncio.ensure_future(anext(frames))
            await asyncio.sleep(0)
            await writer.write(frame_of(COLOUR, at=stamp))
            with await reading as frame:
                taken.append(frame.timestamp)
    assert taken == stamps
    await writer.close()


@ROUTES
async def test_only_the_visible_pixels_of_a_frame_are_written(route: str) -> None:
    width, height = 64, 48
    row = bytes([0, 0, 255, 255]) * 16 + bytes([*COLOUR, 255]) * (width - 16)
    generator = generator_by(route)
    writer = generator.writable.get_writer()
    reading = asyncio.create_task(read_until(generator.track, COLOUR, (48, 40)))
    at = 0
    while not reading.done():
        at += 33_333
        init = {
            "format": "RGBA",
            "codedWidth": width,
            "codedHeight": height,
            "timestamp": at,
            "visibleRect": {"x": 16, "y": 8, "width": 48, "height": 40},
        }
        await writer.write(VideoFrame(row * height, init))
        await asyncio.sleep(0.03)
    assert close(reading.result(), COLOUR)
    await writer.close()


# WebKitGTK has no RTCPeerConnection here.
@pytest.mark.lanes("chromium", "firefox")
async def test_a_generated_track_can_be_sent() -> None:
    connect = import_module("pyodide.code").run_js(
        """async (track) => {
          const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
          here.onicecandidate = ({candidate}) => candidate && there.addIceCandidate(candidate);
          there.onicecandidate = ({candidate}) => candidate && here.addIceCandidate(candidate);
          const received = new Promise((done) => { there.ontrack = done; });
          here.addTrack(track, new MediaStream([track]));
          await here.setLocalDescription();
          await there.setRemoteDescription(here.localDescription);
          await there.setLocalDescription();
          await here.setRemoteDescription(there.localDescription);
          const {track: far} = await received;
          return {stream: new MediaStream([far]), close() { here.close(); there.close(); }};
        }"""
    )
    generator = VideoTrackGenerator()
    async with writing(generator), asyncio.timeout(40):
        connection = await connect(generator.track.js)
        try:
            (track,) = MediaStream.from_js(connection.stream).get_tracks()
            async with shown(track) as video:
                seen = await shown_pixel(video, COLOUR)
            assert close(seen, COLOUR), seen
        finally:
            connection.close()
