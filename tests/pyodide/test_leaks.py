"""Nothing is left behind: no proxy, no memory, however many frames and captures there were."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from conformance.media import capture
from mediadevices import VideoTrackGenerator, navigator
from support.page_media import painted_stream, without
from support.page_memory import Inside

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


# Frames whose first copy begins, and goes on when it is told to.
SLOW = """
() => {
  const begun = Promise.withResolvers(), gate = Promise.withResolvers();
  const done = Promise.withResolvers();
  class Slow extends VideoFrame {
    async copyTo(...words) {
      begun.resolve();
      await gate.promise;
      return await super.copyTo(...words).finally(done.resolve);
    }
  }
  return { Slow, begun: begun.promise, go: gate.resolve, done: done.promise };
}
"""


@pytest.fixture
def inside() -> Generator[Inside]:
    found = Inside()
    yield found
    found.close()


async def frames_of_a_canvas(count: int) -> None:
    async with painted_stream(width=320, height=240, interval=0.005) as (stream, _):
        (track,) = stream.get_tracks()
        async with asyncio.timeout(50), aclosing(track.frames()) as frames:
            async for frame in frames:
                frame.close()
                count -= 1
                if not count:
                    break
    assert not count, "the track ended before that"


async def test_a_thousand_frames_leave_nothing(inside: Inside) -> None:
    await frames_of_a_canvas(10)
    before, memory = await inside.proxies(), inside.memory()
    await frames_of_a_canvas(1000)
    assert await inside.proxies() <= before
    assert inside.memory() == memory


async def test_a_hundred_captures_leave_nothing(inside: Inside) -> None:
    async def once() -> None:
        stream = await navigator.media_devices.get_user_media(video=True)
        (track,) = stream.get_tracks()
        heard: list[object] = []
        track.onended = heard.append
        track.clone().stop()
        track.stop()
        track.onended = None

    for _ in range(3):
        await once()
    before, memory = await inside.proxies(), inside.memory()
    for _ in range(100):
        await once()
    assert await inside.proxies() <= before
    assert inside.memory() == memory


async def test_readers_generators_and_waits_leave_nothing(inside: Inside) -> None:
    async def once() -> None:
        async with capture(video=True) as stream:
            (track,) = stream.get_tracks()
            async with asyncio.timeout(10), aclosing(track.frames(format="RGBA")) as frames:
                async for frame in frames:
                    frame.close()
                    break
            status = await navigator.permissions.query({"name": "camera"})
            assert status.state
            await navigator.media_devices.enumerate_devices()
        generator = VideoTrackGenerator()
        await generator.writable.close()

    for _ in range(2):
        await once()
    before = await inside.proxies()
    for _ in range(10):
        await once()
    assert await inside.proxies() <= before


async def test_a_copy_that_is_on_its_way_when_reading_ends_leaves_nothing(inside: Inside) -> None:
    js: Any = import_module("js")
    real = js.VideoFrame

    async def once() -> None:
        slow = import_module("pyodide.code").run_js(SLOW)()
        async with painted_stream() as (stream, _):
            with without("MediaStreamTrackProcessor"):
                js.VideoFrame = slow.Slow
                try:
                    frames = stream.get_tracks()[0].frames()
                    reading = asyncio.ensure_future(anext(frames))
                    async with asyncio.timeout(10):
                        await slow.begun
                    reading.cancel()
                    await asyncio.wait([reading])
                finally:
                    js.VideoFrame = real
            slow.go()
            await slow.done

    await once()
    before = await inside.proxies()
    for _ in range(3):
        await once()
    assert await inside.proxies() <= before
