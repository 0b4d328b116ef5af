"""Frames of a known colour, in every format, by the route that each engine has."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, contextmanager
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from conformance.media import capture, read
from mediadevices import InvalidStateError, MediaStreamTrackProcessor
from support.page_media import painted_stream, pixel_of, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediadevices import MediaStreamTrack, VideoFrame

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")

# What is hidden of the browser so that it takes the route.
ROUTES = {
    "its own": (),
    "element": ("MediaStreamTrackProcessor",),
    "canvas": ("MediaStreamTrackProcessor", "VideoFrame"),
}
COLOUR = (200, 100, 50)
# BT.601 in limited range, as everywhere in this library.
LUMA, GRAY = 126, 124
FORMATS: dict[str, tuple[int, ...]] = {
    "RGBA": (200, 100, 50, 255),
    "BGRA": (50, 100, 200, 255),
    "RGBX": (200, 100, 50, 255),
    "BGRX": (50, 100, 200, 255),
    "RGB24": (200, 100, 50),
    "BGR24": (50, 100, 200),
    "GRAY8": (GRAY,),
    "I420": (LUMA,),
    "NV12": (LUMA,),
}


async def first(track: MediaStreamTrack, wanted: str | None) -> VideoFrame:
    """Return the first frame; the caller closes it."""
    async with asyncio.timeout(10), aclosing(track.frames(format=wanted)) as frames:
        async for frame in frames:
            return frame
    raise AssertionError("the track ended")


def near(pixel: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return all(abs(p - e) <= 3 for p, e in zip(pixel, expected, strict=True))


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("wanted", FORMATS)
async def test_a_colour_arrives_in_every_format(wanted: str, route: str) -> None:
    expected = FORMATS[wanted]
    with without(*ROUTES[route]):
        async with painted_stream(COLOUR) as (stream, _):
            with await first(stream.get_tracks()[0], wanted) as frame:
                assert (frame.format, frame.coded_width, frame.coded_height) == (wanted, 64, 48)
                planes = [bytes(plane) for plane in frame.planes]
    for start in (0, len(expected) * (64 * 24 + 32), len(planes[0]) - len(expected)):
        pixel = tuple(planes[0][start : start + len(expected)])
        assert near(pixel, expected), (start, pixel)


@pytest.mark.parametrize("route", ROUTES)
async def test_the_native_format_is_what_it_says(route: str) -> None:
    with without(*ROUTES[route]):
        async with painted_stream(COLOUR) as (stream, _):
            with await first(stream.get_tracks()[0], None) as frame:
                assert frame.format in {"RGBA", "RGBX", "BGRA", "BGRX", "I420", "NV12"}
                expected = FORMATS[frame.format]
                assert near(tuple(frame.data[: len(expected)]), expected)
                assert len(frame.data) == frame.allocation_size()


@pytest.mark.parametrize("route", ROUTES)
async def test_frames_of_a_camera_flow(route: str) -> None:
    """Time stamps rise, and are of the clock that `time.monotonic` is of."""
    with without(*ROUTES[route]):
        async with capture(video={"width": 640, "height": 480}) as stream:
            (track,) = stream.get_tracks()
            rate = track.get_settings()["frameRate"]
            before = time.monotonic_ns() // 1000
            frames = await read(track, 12)
            after = time.monotonic_ns() // 1000
    stamps = [frame.timestamp for frame in frames]
    steps = [new - old for old, new in pairwise(stamps)]
    assert min(steps) > 0
    # A browser rounds its clocks, each in its own way.
    assert before - 1_000_000 < stamps[0] < stamps[-1] < after + 2_000
    # Near the camera's rate, give or take what a busy machine leaves out.
    assert 0.9 < (stamps[-1] - stamps[0]) / len(steps) * rate / 1e6 < 5
    for frame in frames:
        frame.close()


@contextmanager
def frames_that_fail(times: int) -> Iterator[Any]:
    """Let the next constructions of a `VideoFrame` of an element throw; yield the number so far."""
    js, run_js = import_module("js"), import_module("pyodide.code").run_js
    real = js.VideoFrame
    patch = run_js(
        """(times) => {
          const real = globalThis.VideoFrame;
          const count = { failed: 0 };
          globalThis.VideoFrame = class extends real {
            constructor(source, init) {
              if (source instanceof HTMLVideoElement && count.failed < times) {
                count.failed++;
                throw new DOMException("the picture is not there", "InvalidStateError");
              }
              super(source, init);
            }
          };
          return count;
        }"""
    )
    try:
        yield patch(times)
    finally:
        js.VideoFrame = real


async def test_a_frame_that_the_browser_does_not_give_is_left_out() -> None:
    with without("MediaStreamTrackProcessor"), frames_that_fail(2) as count:
        async with painted_stream(COLOUR) as (stream, _):
            frames = await read(stream.get_tracks()[0], 3)
    assert count.failed == 2
    for frame in frames:
        frame.close()


@pytest.mark.untidy_loop("the error of the browser is reported")
async def test_a_browser_that_gives_no_frame_ends_the_reading_with_its_reason() -> None:
    reported: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    with without("MediaStreamTrackProcessor"), frames_that_fail(1000) as count:
        async with painted_stream(COLOUR) as (stream, _):
            async with asyncio.timeout(20):
                assert [frame async for frame in stream.get_tracks()[0].frames()] == []
    assert count.failed == 10
    assert "the picture is not there" in str(reported[0]["exception"])


async def test_the_size_may_change_in_the_middle() -> None:
    async with painted_stream(COLOUR) as (stream, painting):
        (track,) = stream.get_tracks()
        async with asyncio.timeout(10), aclosing(track.frames(format="RGBA")) as frames:
            sizes: list[tuple[int, int]] = []
            async for frame in frames:
                with frame:
                    sizes.append((frame.display_width, frame.display_height))
                    assert len(frame.data) == 4 * sizes[-1][0] * sizes[-1][1]
                    # A canvas that was resized is empty until it is painted.
                    painted = near(pixel_of(frame.data, sizes[-1][0], 3, 3), (*COLOUR, 255))
                if len(sizes) == 2:
                    painting.resize(32, 24)
                if sizes[-1] == (32, 24) and painted:
                    break
    assert sizes[0] == (64, 48)
    assert set(sizes) == {(64, 48), (32, 24)}


@pytest.mark.parametrize("route", ROUTES)
async def test_a_disabled_track_gives_black_frames_at_its_rate(route: str) -> None:
    with without(*ROUTES[route]):
        async with painted_stream(COLOUR) as (stream, _):
            (track,) = stream.get_tracks()
            async with asyncio.timeout(10), aclosing(track.frames(format="RGBA")) as frames:
                count = 0
                last = 0
                async for frame in frames:
                    with frame:
                        count += 1
                        pixel = pixel_of(frame.data, 64, 9, 9)
                        size = (frame.display_width, frame.display_height)
                        assert frame.timestamp > last
                        last = frame.timestamp
                    if count == 3:
                        assert near(pixel, (*COLOUR, 255))
                        track.enabled = False
                    if count == 10:
                        assert (pixel, size) == ((0, 0, 0, 255), (64, 48))
                        track.enabled = True
                    if count > 10 and near(pixel, (*COLOUR, 255)):
                        break
                else:
                    pytest.fail(f"the track ended after {count} frames")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("who", ["Python", "JavaScript"])
async def test_reading_ends_with_the_track(route: str, who: str) -> None:
    with without(*ROUTES[route]):
        async with capture(video=True) as stream:
            (track,) = stream.get_tracks()
            async with asyncio.timeout(10), aclosing(track.frames()) as frames:
                async for frame in frames:
                    frame.close()
                    (track if who == "Python" else track.js).stop()
            with pytest.raises(InvalidStateError, match="has ended"):
                MediaStreamTrackProcessor(track)


@pytest.mark.parametrize("route", ROUTES)
async def test_frames_that_nobody_closes_do_not_stall_the_camera(route: str) -> None:
    kept: list[Any] = []
    with without(*ROUTES[route]):
        async with capture(video={"width": 320, "height": 240}) as stream:
            kept = await read(stream.get_tracks()[0], 20)
    contents = {bytes(frame.data) for frame in kept}
    assert len({frame.timestamp for frame in kept}) == 20
    # Each has its own memory: what came later did not overwrite what was kept.
    assert len(contents) > 1
    for frame in kept:
        frame.close()


@pytest.mark.parametrize("route", ROUTES)
async def test_what_a_slow_consumer_misses_is_counted(route: str) -> None:
    with without(*ROUTES[route]):
        async with painted_stream() as (stream, _):
            (track,) = stream.get_tracks()
            processor = MediaStreamTrackProcessor(track)
            reader = processor.readable.get_reader()
            async with asyncio.timeout(10):
                (await reader.read()).value.close()
                await asyncio.sleep(0.5)
                old = time.monotonic_ns() // 1000
                frame = (await reader.read()).value
                # The newest one is kept, and not the one that came first.
                assert old - frame.timestamp < 200_000
                frame.close()
            assert processor.dropped >= 5
            await reader.cancel()


async def test_consumers_share_one_copy() -> None:
    async with painted_stream() as (stream, _):
        (track,) = stream.get_tracks()
        readers = [MediaStreamTrackProcessor(track).readable.get_reader() for _ in range(2)]
        async with asyncio.timeout(10):
            one, other = [(await reader.read()).value for reader in readers]
            while one.timestamp != other.timestamp:
                late, index = (one, 0) if one.timestamp < other.timestamp else (other, 1)
                late.close()
                fresh = (await readers[index].read()).value
                one, other = (fresh, other) if index == 0 else (one, fresh)
        assert one.resource is other.resource
        for frame in (one, other):
            frame.close()
        for reader in readers:
            await reader.cancel()


async def test_memory_that_grows_in_the_middle_loses_no_frame() -> None:
    """Whenever Python's memory grows, JavaScript loses every view of it."""
    ballast: list[bytearray] = []
    async with painted_stream(COLOUR) as (stream, _):
        (track,) = stream.get_tracks()
        async with asyncio.timeout(20), aclosing(track.frames(format="RGBA")) as frames:
            async for frame in frames:
                with frame:
                    assert near(pixel_of(frame.data, 64, 60, 40), (*COLOUR, 255))
                ballast.append(bytearray(12_000_000))
                if len(ballast) == 15:
                    break
    assert len(ballast) == 15


async def test_a_wrong_byte_order_is_found_out() -> None:
    """An engine that says RGBA and means BGRA, and one that does not convert."""
    from mediadevices_pyodide.video import formats

    javascript = import_module("pyodide.code").run_js
    js = import_module("js")
    real = js.VideoFrame
    liar = javascript(
        "(real, claim) => class extends real {"
        " get format() { return claim }"
        " allocationSize(o) { return super.allocationSize() }"
        " copyTo(target, o) { return super.copyTo(target) } }"
    )
    assert formats._found  # found out before, for the engine as it is
    known = formats._found.pop()
    try:
        js.VideoFrame = liar(real, "RGBA")
        order = await formats.byte_order()
        assert (order.converts, dict(order.native)) == (False, {"RGBA": "BGRA"})
    finally:
        js.VideoFrame = real
        formats._found[:] = [known]
    assert dict(known.native) == {}


async def test_a_failing_copy_ends_the_reading_and_is_reported() -> None:
    javascript = import_module("pyodide.code").run_js
    js = import_module("js")
    fault = "throw new DOMException('out of it', 'OperationError')"
    broken = javascript(f"(class extends VideoFrame {{ copyTo() {{ {fault} }} }})")
    real = js.VideoFrame
    loop = asyncio.get_running_loop()
    reported: list[dict[str, Any]] = []
    async with painted_stream() as (stream, _):
        (track,) = stream.get_tracks()
        (await first(track, "GRAY8")).close()
        loop.set_exception_handler(lambda _, context: reported.append(context))
        with without("MediaStreamTrackProcessor"):
            js.VideoFrame = broken
            try:
                async with asyncio.timeout(10):
                    left = [frame async for frame in track.frames()]
            finally:
                js.VideoFrame = real
    assert left == []
    assert "out of it" in str(reported[0]["exception"])
