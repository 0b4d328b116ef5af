"""A camera whose every frame tells its number: nothing lost, doubled or changed on the way."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from conformance.media import capture
from mediadevices import MediaStreamTrackProcessor
from support.page_media import without

if TYPE_CHECKING:
    from mediadevices import VideoFrame

pytestmark = [pytest.mark.lanes("chromium", "oldpyodide"), pytest.mark.browser("files")]

# As in `support.browsers.media_files`.
BLACK, LEVELS, FRAMES = 16, 220, 300


def number_of(frame: VideoFrame) -> int:
    """Return the frame's number modulo 220, and see that all of the picture says the same."""
    assert frame.format == "I420"
    luma, *chroma = (bytes(plane) for plane in frame.planes)
    assert len(luma) == 320 * 240
    assert luma.count(luma[0]) == len(luma)
    assert {byte for plane in chroma for byte in plane} == {128}
    return luma[0] - BLACK


def steps(numbers: list[int]) -> list[int]:
    """Return how far apart the numbers are; where the file starts anew, nobody knows."""
    return [(new - old) % LEVELS for old, new in pairwise(numbers)]


async def test_frames_come_in_order_with_exact_luma() -> None:
    async with capture(video=True) as stream:
        numbers: list[int] = []
        (track,) = stream.get_tracks()
        async with asyncio.timeout(20), aclosing(track.frames(max_buffer_size=10)) as frames:
            async for frame in frames:
                with frame:
                    numbers.append(number_of(frame))
                if len(numbers) == 60:
                    break
    # None twice, none out of order. On a busy machine Chromium's camera itself leaves some out.
    assert all(1 <= step <= 5 for step in steps(numbers)), numbers
    assert steps(numbers).count(1) > 45


async def test_frames_come_in_order_by_the_element_too() -> None:
    async with capture(video=True) as stream:
        numbers: list[int] = []
        (track,) = stream.get_tracks()
        with without("MediaStreamTrackProcessor"):
            async with asyncio.timeout(20), aclosing(track.frames(max_buffer_size=10)) as frames:
                async for frame in frames:
                    with frame:
                        numbers.append(number_of(frame))
                    if len(numbers) == 30:
                        break
    # An element may leave a frame out when the page is late to paint, and shows none twice.
    assert len(numbers) == 30
    assert all(1 <= step < 30 for step in steps(numbers)), numbers


@pytest.mark.parametrize("hidden", [(), ("MediaStreamTrackProcessor",)])
async def test_what_a_busy_page_misses_is_counted(hidden: tuple[str, ...]) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        with without(*hidden):
            processor = MediaStreamTrackProcessor(track, max_buffer_size=30)
            reader = processor.readable.get_reader()
            async with asyncio.timeout(20):
                numbers: list[int] = []
                for index in range(40):
                    frame = (await reader.read()).value
                    with frame:
                        numbers.append(number_of(frame))
                    if index == 9:
                        busy_until = time.monotonic() + 1
                        while time.monotonic() < busy_until:
                            pass
            missing = sum(step - 1 for step in steps(numbers))
            assert missing >= 8
            # The browser counts at its own pace: one more or less is between the two looks.
            assert abs(processor.dropped - missing) <= 2, (processor.dropped, numbers)
            await reader.cancel()
