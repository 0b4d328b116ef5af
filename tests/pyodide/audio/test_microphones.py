"""Samples of microphones whose sound is known."""

from __future__ import annotations

import math
from contextlib import ExitStack
from itertools import pairwise

import pytest

from conformance.media import capture
from mediadevices import AudioData, MediaStreamTrackProcessor
from support.page_media import without
from support.page_sound import assert_whole, channel_of, duration_of, hear
from support.tones import level_of_tone, loudest_tone

AS_IT_IS = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}
CANDIDATES = (220, 430, 440, 450, 880)


def assert_rising(blocks: list[AudioData]) -> None:
    """See that time goes on by the block, or by more where a busy machine has lost some."""
    for before, after in pairwise(blocks):
        assert after.timestamp - before.timestamp > 0.98e6 * duration_of(before)


@pytest.mark.browser("files")
@pytest.mark.lanes("chromium")
@pytest.mark.parametrize("route", ["processor", "worklet"])
async def test_the_samples_are_those_of_the_file(route: str) -> None:
    async with capture(audio=AS_IT_IS) as stream:
        (track,) = stream.get_tracks()
        with ExitStack() as stack:
            if route == "worklet":
                stack.enter_context(without("MediaStreamTrackProcessor"))
            processor = MediaStreamTrackProcessor(track)
        blocks: list[AudioData] = []
        async for block in processor.readable:
            assert isinstance(block, AudioData)
            blocks.append(block)
            if block.timestamp > blocks[0].timestamp + 1_700_000:
                break
    whole = assert_whole(blocks, 440, 0.5, seconds=1)
    samples = channel_of(whole)
    rms = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    assert rms == pytest.approx(0.5 / math.sqrt(2), rel=0.01)
    assert processor.dropped == 0


@pytest.mark.browser("pulse")
@pytest.mark.lanes("chromium", "firefox")
async def test_a_real_microphone_is_heard() -> None:
    async with capture(audio=AS_IT_IS) as stream:
        (track,) = stream.get_tracks()
        blocks = (await hear(track, 1))[20:]
    rate = blocks[0].sample_rate
    samples = channel_of(blocks)
    assert loudest_tone(samples, CANDIDATES, rate) == 440
    # The server, the browser and this program share a computer. Where it was too busy for one of
    # them the tone has a gap, which makes it look lower than it is, and never higher.
    piece = int(rate / 5)
    levels = [
        level_of_tone(samples[start : start + piece], 440, rate)
        for start in range(0, len(samples) - piece + 1, piece)
    ]
    assert max(levels) == pytest.approx(0.5, rel=0.05)
    assert_rising(blocks)


@pytest.mark.lanes("firefox")
async def test_firefoxs_fake_microphone_is_heard() -> None:
    """It plays 1 kHz."""
    async with capture(audio=AS_IT_IS) as stream:
        (track,) = stream.get_tracks()
        blocks = await hear(track, 0.6)
    assert_whole(blocks[5:], 1000, 0.1)


@pytest.mark.lanes("webkit")
async def test_webkits_mock_microphone_is_heard() -> None:
    """It hums at 150 Hz for ever, and makes other noises now and then."""
    async with capture(audio=AS_IT_IS) as stream:
        (track,) = stream.get_tracks()
        blocks = (await hear(track, 1.2))[10:]
    rate = blocks[0].sample_rate
    samples = channel_of(blocks)[: int(rate)]
    hum = level_of_tone(samples, 150, rate)
    assert hum == pytest.approx(0.1, rel=0.1)
    assert hum > 10 * level_of_tone(samples, 210, rate)
    assert_rising(blocks)


@pytest.mark.lanes("oldpyodide")
@pytest.mark.browser("files")
async def test_samples_are_an_array() -> None:
    import numpy as np

    async with capture(audio=AS_IT_IS) as stream:
        (track,) = stream.get_tracks()
        blocks = (await hear(track, 0.3))[10:]
    arrays = [block.to_ndarray("f32") for block in blocks]
    assert {array.shape for array in arrays} == {
        (blocks[0].number_of_frames, blocks[0].number_of_channels)
    }
    mono = np.concatenate(arrays)[:, 0]
    assert np.array_equal(mono, np.array(channel_of(blocks), np.float32))
    assert float(np.sqrt(np.mean(mono**2))) == pytest.approx(0.3535, rel=0.03)
