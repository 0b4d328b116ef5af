"""Tones out of a program, into the browser and back."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.media import capture, until
from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    InvalidStateError,
    MediaStreamTrack,
    MediaStreamTrackProcessor,
)
from support.page_media import without
from support.page_sound import (
    assert_whole,
    channel_of,
    contexts,
    oscillator,
    other_context,
    proxies,
)
from support.tones import blocks_of_tone, level_of_tone, samples_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

TONE = 997
SECONDS = 20
# Samples that are looked at, and those at the edges that are not.
PIECE, EDGE = 3000, 1500

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")
# The others have only the worklet.
ROUTES = pytest.mark.parametrize(
    "route", ["usual", pytest.param("worklet", marks=pytest.mark.lanes("chromium"))]
)
SHAPES = pytest.mark.parametrize(
    ("name", "channels", "rate"),
    [
        ("f32", 1, 48000),
        ("f32-planar", 2, 48000),
        ("s16", 2, 44100),
        ("s16-planar", 1, 44100),
    ],
)


@asynccontextmanager
async def generator_by(route: str) -> AsyncGenerator[AudioTrackGenerator]:
    """Give a generator in a page in which sound runs."""
    # In WebKit it runs without a user's gesture while the page captures.
    async with capture(audio=True):
        with ExitStack() as stack:
            if route == "worklet":
                stack.enter_context(without("MediaStreamTrackGenerator"))
            generator = AudioTrackGenerator()
        try:
            yield generator
        finally:
            generator._handle.close()  # Whoever holds the stream.
            await asyncio.sleep(0)


def ahead_of(generator: AudioTrackGenerator) -> float:
    """Return by how many seconds to write ahead.

    Far, where a worklet plays, within what may wait there; the browser's own generator passes
    blocks on at once.
    """
    return 0.8 if type(generator._handle).__name__ == "PlaybackGenerator" else 0.2


async def write_in_time(generator: AudioTrackGenerator, blocks: list[AudioData]) -> None:
    """Write ahead of the time at which the blocks are to be heard."""
    ahead = ahead_of(generator)
    writer = generator.writable.get_writer()
    loop = asyncio.get_running_loop()
    start, first = loop.time(), blocks[0].timestamp
    for block in blocks:
        at = (block.timestamp - first) / 1e6 - ahead
        await asyncio.sleep(max(0.0, start + at - loop.time()))
        await writer.write(block)
        assert block.closed


async def heard_of(
    generator: AudioTrackGenerator, written: list[AudioData], more: float = 0.3
) -> list[AudioData]:
    """Write blocks, and return what is heard until some time after."""
    heard: list[AudioData] = []
    reader = MediaStreamTrackProcessor(generator.track).readable.get_reader()

    async def hear() -> None:
        while (block := (await reader.read()).value) is not None:
            assert isinstance(block, AudioData)
            heard.append(block)

    hearing = asyncio.create_task(hear())
    try:
        async with asyncio.timeout(SECONDS):
            if type(generator._handle).__name__ == "PlaybackGenerator":
                # It takes a while to begin, with silence.
                (first,) = blocks_of_tone(0, 48000, blocks=1, frames=480)
                writer = generator.writable.get_writer()
                await writer.write(first)
                writer.release_lock()
                await until(lambda: bool(heard))
            await write_in_time(generator, written)
            await asyncio.sleep(more + ahead_of(generator))
    finally:
        await reader.cancel()
        await hearing
    return heard


def middle_of(heard: list[AudioData], channel: int = 0) -> list[float]:
    """Return a part of what was heard that is well within the tone."""
    samples = channel_of(heard, channel)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > 0.05]
    assert loud, "nothing was heard"
    assert loud[-1] - loud[0] > PIECE + 2 * EDGE
    # The fullest one: on a busy machine what is written too late leaves a gap.
    starts = range(loud[0] + EDGE, loud[-1] - PIECE - EDGE + 1, 250)
    fullest = max(starts, key=lambda start: sum(abs(x) for x in samples[start : start + PIECE]))
    return samples[fullest : fullest + PIECE]


@SHAPES
async def test_a_tone_is_heard_as_it_was_written(name: str, channels: int, rate: int) -> None:
    frames = rate // 100
    blocks = list(
        blocks_of_tone(TONE, rate, blocks=50, frames=frames, channels=channels, name=name)
    )
    async with generator_by("usual") as generator:
        heard = await heard_of(generator, blocks)
    at = heard[-1].sample_rate
    for channel in range(min(channels, heard[-1].number_of_channels)):
        assert level_of_tone(middle_of(heard, channel), TONE, at) == pytest.approx(0.5, rel=0.01)
        assert level_of_tone(middle_of(heard, channel), 2 * TONE, at) < 0.005


@pytest.mark.lanes("chromium", "oldpyodide")
async def test_every_sample_comes_back_in_its_place() -> None:
    written = list(blocks_of_tone(TONE, 48000, blocks=60, frames=480, channels=2, name="f32"))
    expected = samples_of(block.clone() for block in written)
    async with generator_by("usual") as generator:
        heard = await heard_of(generator, written)
    found = channel_of(heard)
    # The start-up may miss the first blocks; from there on nothing is.
    start = len(expected) - len(found)
    assert 0 <= start <= 10 * 480
    assert found == pytest.approx(expected[start:], abs=1e-4)


@ROUTES
async def test_a_tone_is_without_a_seam(route: str) -> None:
    """At the rate of the audio graph, which is that of an oscillator in it."""
    async with oscillator(440) as track, aclosing(track.frames()) as some:
        rate = round((await anext(some)).sample_rate)
    blocks = list(blocks_of_tone(TONE, rate, blocks=80, frames=rate // 100))
    async with generator_by(route) as generator:
        heard = await heard_of(generator, blocks)
    assert heard[-1].sample_rate == rate
    loud = [block for block in heard if max(channel_of([block])) > 0.45]
    assert_whole(loud[5:-5], TONE, 0.5)


@ROUTES
async def test_a_muted_generator_is_silent(route: str) -> None:
    blocks = list(blocks_of_tone(TONE, 48000, blocks=30, frames=480))
    async with generator_by(route) as generator:
        generator.muted = True
        heard = await heard_of(generator, blocks)
    assert heard
    assert set(channel_of(heard)) == {0.0}


@ROUTES
async def test_closing_ends_the_track_and_the_graph(route: str) -> None:
    with contexts() as still_open, proxies() as left:
        async with generator_by(route) as generator:
            ended: list[object] = []
            generator.track.onended = ended.append
            writer = generator.writable.get_writer()
            for block in blocks_of_tone(TONE, 48000, blocks=5, frames=480):
                await writer.write(block)
            reading = asyncio.create_task(_count(generator.track))
            await asyncio.sleep(0.1)
            await writer.close()
            async with asyncio.timeout(SECONDS):
                await reading
            await until(lambda: len(ended) == 1)
            assert generator.track.ready_state == "ended"
            generator.track.onended = None
        await until(lambda: still_open.size == 0)
        del reading
    assert left == []


async def _count(track: MediaStreamTrack) -> int:
    count = 0
    async for _ in track.frames():
        count += 1
    return count


@ROUTES
async def test_the_last_clones_end_refuses_blocks_and_lets_go(route: str) -> None:
    with contexts() as still_open:
        async with generator_by(route) as generator:
            writer = generator.writable.get_writer()
            clone = generator.track.clone()
            generator.track.stop()
            first, second = blocks_of_tone(TONE, 48000, blocks=2, frames=480)
            await writer.write(first)
            clone.stop()
            with pytest.raises(InvalidStateError, match="every track"):
                await writer.write(second)
            assert not second.closed
            await until(lambda: still_open.size == 0)


@ROUTES
@pytest.mark.parametrize("by", ["python", "javascript"])
async def test_the_last_tracks_end_lets_go_of_the_graph(route: str, by: str) -> None:
    with contexts() as still_open:
        async with generator_by(route) as generator:
            writer = generator.writable.get_writer()
            clone = generator.track.clone()
            (block,) = blocks_of_tone(TONE, 48000, blocks=1, frames=480)
            await writer.write(block)
            generator.track.stop()
            await asyncio.sleep(0.6)
            worklet = type(generator._handle).__name__ == "PlaybackGenerator"
            assert still_open.size == int(worklet)
            if by == "javascript":
                clone._handle.js.stop()
            else:
                clone.stop()
            await until(lambda: still_open.size == 0)


async def test_a_closed_block_is_refused() -> None:
    async with generator_by("usual") as generator:
        (block,) = blocks_of_tone(TONE, 48000, blocks=1, frames=480)
        block.close()
        with pytest.raises(InvalidStateError, match="closed"):
            await generator.writable.get_writer().write(block)


async def test_writing_waits_while_a_second_has_not_been_played() -> None:
    async with generator_by("worklet") as generator:
        writer = generator.writable.get_writer()
        loop = asyncio.get_running_loop()
        start = loop.time()
        for block in blocks_of_tone(TONE, 48000, blocks=20, frames=4800):
            await writer.write(block)
        # Two seconds were written, of which one may wait.
        assert 0.7 < loop.time() - start < 4


async def test_closing_ends_a_write_that_waits() -> None:
    silent = """(Original) => ({Context: class extends Original {
      constructor(...options) { super(...options); super.suspend(); }
      resume() { return new Promise(() => {}); }
    }})"""
    with other_context(silent):
        async with generator_by("worklet") as generator:
            writer = generator.writable.get_writer()
            blocks = blocks_of_tone(TONE, 48000, blocks=4, frames=48000)
            writes = [writer.write(block) for block in blocks]
            async with asyncio.timeout(SECONDS):
                await asyncio.wait(writes[:1])
            await writer.close()
            async with asyncio.timeout(SECONDS):
                outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(outcomes[-1], InvalidStateError)
