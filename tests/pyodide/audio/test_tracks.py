"""What happens to a track and to those who read it, by the sound of an exact tone."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, aclosing
from importlib import import_module
from itertools import pairwise

import pytest

from mediadevices import AudioData, MediaStreamTrack, MediaStreamTrackProcessor
from support.page_media import without
from support.page_sound import (
    assert_whole,
    channel_of,
    contexts,
    duration_of,
    hear,
    oscillator,
    other_context,
    proxies,
)

# No whole number of its waves fits in a block of any size that browsers have.
TONE = 997
SECONDS = 15
# It never runs.
SILENT = """(Original) => ({Context: class extends Original {
  get state() { return "suspended"; }
  constructor(...options) { super(...options); super.suspend(); }
  resume() { return new Promise(() => {}); }
}})"""

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


def processor_of(track: MediaStreamTrack, route: str) -> MediaStreamTrackProcessor:
    with ExitStack() as stack:
        if route == "worklet":
            stack.enter_context(without("MediaStreamTrackProcessor"))
        return MediaStreamTrackProcessor(track)


# The others have only the worklet.
ROUTES = pytest.mark.parametrize(
    "route", ["usual", pytest.param("worklet", marks=pytest.mark.lanes("chromium"))]
)


@ROUTES
async def test_no_sample_is_lost_or_doubled(route: str) -> None:
    async with oscillator(TONE) as track:
        processor = processor_of(track, route)
        blocks: list[AudioData] = []
        async for block in processor.readable:
            assert isinstance(block, AudioData)
            blocks.append(block)
            if block.timestamp >= blocks[0].timestamp + 1_200_000:
                break
    assert_whole(blocks[10:], TONE, 0.5)
    assert processor.dropped == 0


async def test_two_readers_get_the_same_samples() -> None:
    async with oscillator(TONE) as track:
        first, second = await asyncio.gather(hear(track, 0.3), hear(track, 0.3))
    found = {block.timestamp: block for block in second}
    both = [(block, found[block.timestamp]) for block in first if block.timestamp in found]
    assert len(both) > 20
    assert all(one.data == other.data for one, other in both)


@ROUTES
async def test_a_disabled_track_is_silent_in_time(route: str) -> None:
    async with oscillator(TONE) as track:
        processor = processor_of(track, route)
        blocks: list[AudioData] = []
        disabled = enabled = 0
        async for block in processor.readable:
            assert isinstance(block, AudioData)
            blocks.append(block)
            if len(blocks) == 30:
                track.enabled = False
                disabled = block.timestamp
            if len(blocks) == 60:
                track.enabled = True
                enabled = block.timestamp
            if len(blocks) == 100:
                break
    # What was on its way at the moment of the change may be either.
    silent = [one for one in blocks if disabled + 150_000 < one.timestamp < enabled - 10_000]
    assert len(silent) > 10
    assert {sample for block in silent for sample in channel_of([block])} == {0.0}
    assert_whole(blocks[-35:], TONE, 0.5)
    # The first ones have waited for the page, which the next ones show.
    steps = [after.timestamp - before.timestamp for before, after in pairwise(blocks[25:])]
    assert min(steps) > 0.98e6 * duration_of(blocks[0])


async def test_stop_ends_the_iteration() -> None:
    async with oscillator(TONE) as track, asyncio.timeout(SECONDS):
        count = 0
        async for _ in track.frames():
            count += 1
            if count == 10:
                track.stop()
        assert count >= 10
        assert track.ready_state == "ended"


@ROUTES
async def test_a_stop_by_javascript_ends_the_iteration(route: str) -> None:
    async with oscillator(TONE) as track, asyncio.timeout(SECONDS):
        processor = processor_of(track, route)
        count = 0
        async for _ in processor.readable:
            count += 1
            if count == 10:
                track.js.stop()
        assert 10 <= count < 60


async def test_a_stop_ends_those_who_wait_for_sound_too() -> None:
    """As where the user has not touched the page: no block will ever come."""
    async with oscillator(TONE) as track, asyncio.timeout(SECONDS):
        with other_context(SILENT), without("MediaStreamTrackProcessor"), contexts() as still_open:
            reading = MediaStreamTrackProcessor(track).readable.get_reader().read()
            while not still_open.size:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.01)
        track.js.stop()
        assert (await reading).done
        assert still_open.size == 0


# Nobody else tells what Python shows to JavaScript.
@pytest.mark.lanes("chromium", "firefox", "webkit")
@ROUTES
async def test_nothing_is_left_of_a_reader(route: str) -> None:
    async with oscillator(TONE) as track:
        js = import_module("js")
        with contexts() as still_open, proxies() as shown:
            processor = processor_of(track, route)
            async with asyncio.timeout(SECONDS), aclosing(processor.readable.__aiter__()) as blocks:
                first = await anext(blocks)
                by_worklet = route == "worklet" or not hasattr(js, "MediaStreamTrackProcessor")
                assert still_open.size == by_worklet
                assert shown
                del first
            await asyncio.sleep(0.1)
            del processor, blocks
            assert still_open.size == 0
        assert shown == []
        assert track.ready_state == "live"


@pytest.mark.parametrize("wait", [0, 0.001, 0.02])
async def test_a_reader_that_is_closed_at_once_leaves_nothing(wait: float) -> None:
    async with oscillator(TONE) as track:
        with contexts() as still_open, without("MediaStreamTrackProcessor"):
            processor = MediaStreamTrackProcessor(track)
            await asyncio.sleep(wait)
            await processor.readable.cancel()
        async with asyncio.timeout(SECONDS):
            while still_open.size:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.01)
