"""Resampling with the standard library alone."""

from array import array
from itertools import pairwise

import pytest

from mediadevices.errors import InvalidStateError
from mediadevices.media.audio_data import AudioData
from mediadevices.media.resampling import LinearResampler, ResamplerClock
from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices.media.silence import silence
from support.tones import blocks_of_tone, level_of_tone, loudest_tone, samples_of


def block(values: list[int], channels: int, name: str = "s16", timestamp: int = 5) -> AudioData:
    samples = array(SAMPLE_FORMATS[name].typecode, values)
    frames = len(values) // channels
    return AudioData.wrap(samples, name, 48000, frames, channels, timestamp=timestamp)


RATES = [(44100, 48000), (48000, 44100), (48000, 16000), (16000, 48000), (8000, 8000)]


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_tone_keeps_its_pitch_and_its_level(source: int, target: int) -> None:
    resampler = LinearResampler(source, target, 1)
    given = blocks_of_tone(440, source, blocks=30, frames=source // 100)
    got = samples_of(filter(None, map(resampler.process, given)))
    assert loudest_tone(got, (430, 435, 440, 445, 450, 880), target) == 440
    assert level_of_tone(got, 440, target) == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_thousand_blocks_produce_exactly_the_expected_samples(source: int, target: int) -> None:
    resampler = LinearResampler(source, target, 1)
    frames, produced, stamps = source // 500, 0, list[int]()
    for index in range(1000):
        data = silence("s16", source, frames, 1, index * frames * 1_000_000 // source)
        if made := resampler.process(data):
            stamps.append(made.timestamp)
            # The timestamp follows from the count of samples, except for rounding.
            assert abs(made.timestamp - produced * 1_000_000 / target) <= 2
            produced += made.number_of_frames
    # A result after the last sample needs the next sample.
    assert abs(produced - 1000 * frames * target / source) <= max(1, target / source)
    assert all(before < after for before, after in pairwise(stamps))


def test_a_straight_line_stays_straight_across_blocks() -> None:
    resampler = LinearResampler(1000, 3000, 1)
    ramp = [resampler.process(block_) for block_ in _ramp(blocks=5, frames=7)]
    samples = samples_of(filter(None, ramp))
    steps = [after - before for before, after in pairwise(samples)]
    assert samples[0] == 0
    assert steps == pytest.approx([0.01 / 3] * len(steps), abs=1e-5)


def _ramp(*, blocks: int, frames: int) -> list[AudioData]:
    return [
        AudioData.wrap(
            array("f", [0.01 * at for at in range(start, start + frames)]),
            "f32",
            1000,
            frames,
            1,
            timestamp=start * 1000,
        )
        for start in range(0, blocks * frames, frames)
    ]


@pytest.mark.parametrize("name", SAMPLE_FORMATS)
def test_channels_and_format_are_kept(name: str) -> None:
    resampler = LinearResampler(48000, 24000, 2)
    given = AudioData.wrap(
        array("f", [0.5, -0.5] * 480), "f32", 48000, 480, 2, timestamp=0
    ).converted(name)
    made = resampler.process(given)
    assert made is not None
    assert (made.format, made.sample_rate, made.number_of_channels) == (name, 24000, 2)
    assert samples_of([made], 0) == [0.5] * 240
    assert samples_of([made], 1) == [-0.5] * 240


def test_a_block_that_is_too_short_for_a_result_returns_none() -> None:
    resampler = LinearResampler(48000, 8000, 1)
    results = [resampler.process(silence("s16", 48000, 1, 1, index * 21)) for index in range(13)]
    produced = [result is not None for result in results]
    assert produced == [True] + ([False] * 5 + [True]) * 2


def test_a_block_of_another_stream_is_an_error() -> None:
    resampler = LinearResampler(48000, 16000, 1)
    message = "made for 1 channels at 48000 Hz, got {} at {} Hz"
    with pytest.raises(ValueError, match=message.format(2, 48000)):
        resampler.process(silence("s16", 48000, 480, 2, 0))
    with pytest.raises(ValueError, match=message.format(1, 44100)):
        resampler.process(silence("s16", 44100, 441, 1, 0))


def test_a_closed_block_is_an_error_and_an_open_one_stays_open() -> None:
    resampler = LinearResampler(48000, 16000, 1)
    data = block([0] * 480, 1)
    resampler.process(data)
    assert not data.closed
    data.close()
    with pytest.raises(InvalidStateError, match="closed"):
        resampler.process(data)


def test_timestamps_follow_the_device_not_its_nominal_rate() -> None:
    clock = ResamplerClock(48000, 24000)
    # The device reports 48000 Hz, but a block of 480 samples takes 10.1 ms.
    stamps = [
        clock.advance(silence("s16", 48000, 480, 1, index * 10_100), 240) for index in range(100)
    ]
    assert stamps == [index * 10_100 for index in range(100)]


def stamps_of(blocks: list[tuple[int, int]]) -> list[int]:
    """Return the clock's timestamps for 10 ms blocks, given as (timestamp, produced samples)."""
    clock = ResamplerClock(48000, 24000)
    return [
        clock.advance(silence("s16", 48000, 480, 1, stamp), produced) for stamp, produced in blocks
    ]


def test_timestamps_jump_over_lost_blocks() -> None:
    assert stamps_of([(0, 240), (10_000, 240), (40_000, 240)]) == [0, 10_000, 40_000]


def test_timestamps_increase_while_those_of_the_blocks_do() -> None:
    # The first block produced 20 source samples too many, which are 417 microseconds.
    assert stamps_of([(0, 250), (1, 230), (2, 240)]) == [0, 418, 419]


def test_timestamps_go_back_if_those_of_the_blocks_do() -> None:
    clip = [(0, 240), (10_000, 240), (20_000, 240)]
    assert stamps_of(clip * 3) == [0, 10_000, 20_000] * 3
    assert stamps_of([(2**62, 240), *clip]) == [2**62, 0, 10_000, 20_000]
    assert stamps_of([(5, 240)] * 3) == [5] * 3
