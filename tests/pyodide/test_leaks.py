"""Nothing is left behind: no proxy, no memory, however many frames and captures there were."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing
from importlib import import_module
from typing import Any

import pytest

from conformance.media import capture
from mediadevices import VideoTrackGenerator, navigator
from support.page_media import painted_stream

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


class Inside:
    """What the runtime holds: the proxies of Python's objects, and its memory."""

    def __init__(self) -> None:
        pyodide_js = import_module("pyodide_js")
        self._module: Any = pyodide_js._module
        self._module.enable_pyproxy_allocation_tracing()

    def close(self) -> None:
        self._module.disable_pyproxy_allocation_tracing()

    async def proxies(self) -> int:
        """Return how many proxies are alive, once what is done has been tidied away."""
        for _ in range(5):
            gc.collect()
            await asyncio.sleep(0.02)
        return int(self._module.pyproxy_alloc_map.size)

    def memory(self) -> int:
        """Return the bytes of the runtime's memory."""
        return int(self._module.HEAP8.length)


@pytest.fixture
def inside() -> Any:
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
