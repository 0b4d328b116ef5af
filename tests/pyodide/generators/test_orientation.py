"""Turned, mirrored and stretched frames out of a program are shown and read as they say."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, aclosing
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from conformance.media import until
from mediadevices import MediaStream, VideoFrame, VideoTrackGenerator, attach
from mediadevices.implementations import pixel_operations
from support.page_media import pixel_of, without

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack

SECONDS = 20
WIDTH, HEIGHT = 64, 32
# The corners of the picture in memory: upper left, upper right, lower left, lower right.
COLOURS = ((220, 30, 30), (30, 220, 30), (30, 30, 220), (220, 220, 30))

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit")
# The others have only the canvas; of those with a generator, not all can turn a frame.
ROUTES = pytest.mark.parametrize(
    "route",
    [
        "usual",
        pytest.param("canvas", marks=pytest.mark.lanes("chromium")),
        pytest.param("unturned", marks=pytest.mark.lanes("chromium")),
    ],
)


def turned(corners: tuple[Any, ...], rotation: int, flip: bool) -> tuple[Any, ...]:
    """Return the corners of a picture that is turned clockwise, and then mirrored."""
    for _ in range(rotation // 90):
        upper_left, upper_right, lower_left, lower_right = corners
        corners = (lower_left, upper_left, lower_right, upper_right)
    upper_left, upper_right, lower_left, lower_right = corners
    return (upper_right, upper_left, lower_right, lower_left) if flip else corners


def picture(name: str, rotation: int, flip: bool, size: tuple[int, int]) -> VideoFrame:
    def row(left: tuple[int, ...], right: tuple[int, ...]) -> bytes:
        return bytes([*left, 255] * (WIDTH // 2) + [*right, 255] * (WIDTH // 2))

    half = HEIGHT // 2
    pixels = row(*COLOURS[:2]) * half + row(*COLOURS[2:]) * half
    rgba = VideoFrame(
        pixels,
        format="RGBA",
        coded_width=WIDTH,
        coded_height=HEIGHT,
        timestamp=0,
        rotation=rotation,
        flip=flip,
        display_width=size[0],
        display_height=size[1],
    )
    with rgba:
        return pixel_operations().convert(rgba, name)


def corners_of(memory: Any, width: int, height: int) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(pixel_of(memory, width, x, y)[:3])
        for y in (height // 4, height * 3 // 4)
        for x in (width // 4, width * 3 // 4)
    )


def alike(seen: tuple[Any, ...], expected: tuple[Any, ...]) -> bool:
    return all(
        abs(value - wanted) < 40
        for one, other in zip(seen, expected, strict=True)
        for value, wanted in zip(one, other, strict=True)
    )


async def shown(track: MediaStreamTrack, size: tuple[int, int]) -> Any:
    """Return the corners that a `<video>` shows once it has a size."""
    document = import_module("js").document
    video = document.createElement("video")
    video.muted = video.autoplay = video.playsInline = True
    await attach(MediaStream([track]), video)
    video.play()
    canvas = document.createElement("canvas")
    canvas.width, canvas.height = size
    context = canvas.getContext("2d")

    def look() -> tuple[Any, ...]:
        context.drawImage(video, 0, 0)
        memory = context.getImageData(0, 0, *size).data.to_bytes()
        return corners_of(memory, *size)

    try:
        await until(lambda: (video.videoWidth, video.videoHeight) == size)
        for _ in range(20):  # Its first pictures may be empty.
            corners = look()
            if any(sum(colour) for colour in corners):
                break
            await asyncio.sleep(0.05)
        return corners
    finally:
        video.srcObject = None


async def read(track: MediaStreamTrack, size: tuple[int, int]) -> Any:
    """Return the corners of the first frame of a size, as it is to be shown."""
    async with aclosing(track.frames(format="RGBA")) as frames:
        async for frame in frames:
            with frame:
                assert isinstance(frame, VideoFrame)
                if (frame.display_width, frame.display_height) == size:
                    visible = frame.geometry.visible
                    corners = corners_of(frame.data, visible.width, visible.height)
                    return turned(corners, frame.rotation, frame.flip)
    return None


@ROUTES
@pytest.mark.parametrize(("name", "stretch"), [("RGBA", 1), ("RGBA", 2), ("I420", 2)])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
async def test_a_frame_is_shown_and_read_as_it_says(
    route: str, name: str, stretch: int, flip: bool, rotation: int
) -> None:
    size = (HEIGHT * stretch, WIDTH) if rotation % 180 else (WIDTH * stretch, HEIGHT)
    with ExitStack() as stack:
        if route == "canvas":
            stack.enter_context(without("MediaStreamTrackGenerator"))
        if route == "unturned":
            frames = import_module("mediadevices_pyodide.video.browser_frames")
            stack.callback(setattr, frames, "_orientation", frames._orientation)
            frames._orientation = lambda: "none"
        generator = VideoTrackGenerator()
        writer = generator.writable.get_writer()

        async def write() -> None:
            while True:
                await writer.write(picture(name, rotation, flip, size))
                await asyncio.sleep(0.03)

        writing = asyncio.create_task(write())
        try:
            async with asyncio.timeout(SECONDS):
                seen = await shown(generator.track, size)
                got = await read(generator.track, size)
        finally:
            if writing.done():
                writing.result()
            writing.cancel()
            await asyncio.wait([writing])
            generator.track.stop()
    assert alike(seen, turned(COLOURS, rotation, flip)), seen
    assert alike(got, turned(COLOURS, rotation, flip)), got
