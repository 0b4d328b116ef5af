"""Resampling by soxr."""

import sys
from array import array
from itertools import pairwise

import pytest

from mediadevices import implementations as platform
from mediadevices.errors import InvalidStateError
from mediadevices.media.audio_data import AudioData
from mediadevices.media.resampling import LinearResampler
from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices.media.silence import silence
from mediadevices_native.resampling import SoxrResampler
from support.tones import blocks_of_tone, level_of_tone, loudest_tone, samples_of

RATES = [(44100, 48000), (48000, 44100), (48000, 16000), (16000, 48000), (48000, 8000)]


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_tone_keeps_its_pitch_and_its_level(source: int, target: int) -> None:
    resampler = SoxrResampler(source, target, 1)
    given = blocks_of_tone(440, source, blocks=50, frames=source // 100)
    got = samples_of(filter(None, map(resampler.process, given)))[target // 10 :]
    assert loudest_tone(got, (430, 435, 440, 445, 450, 880), target) == 440
    assert level_of_tone(got, 440, target) == pytest.approx(0.5, rel=0.01)


def test_a_tone_above_half_the_new_rate_is_gone() -> None:
    resampler = SoxrResampler(48000, 8000, 1)
    given = blocks_of_tone(5000, 48000, blocks=50, frames=480)
    got = samples_of(filter(None, map(resampler.process, given)))[800:]
    assert max(map(abs, got)) < 0.001


@pytest.mark.parametrize(("source", "target"), RATES)
def test_no_sample_is_lost_or_made_up_over_a_thousand_blocks(source: int, target: int) -> None:
    resampler = SoxrResampler(source, target, 1)
    frames, produced, stamps = source // 100, 0, list[int]()
    for index in range(1000):
        if made := resampler.process(silence("s16", source, frames, 1, index * 10_000)):
            stamps.append(made.timestamp)
            assert abs(made.timestamp - produced * 1_000_000 / target) <= 2
            produced += made.number_of_frames
    # What is not here yet is soxr's own delay, a fraction of a second that does not grow.
    assert 0 <= 10 * target - produced < target * 0.2
    assert all(before < after for before, after in pairwise(stamps))


@pytest.mark.parametrize("name", SAMPLE_FORMATS)
def test_channels_and_format_are_kept(name: str) -> None:
    resampler = SoxrResampler(48000, 24000, 2)
    given = AudioData.wrap(
        array("f", [0.5, -0.25] * 24000), "f32", 48000, 24000, 2, timestamp=0
    ).converted(name)
    made = resampler.process(given)
    assert made is not None
    assert (made.format, made.sample_rate, made.number_of_channels) == (name, 24000, 2)
    middle = slice(4000, 8000)
    assert samples_of([made], 0)[middle] == pytest.approx([0.5] * 4000, abs=0.005)
    assert samples_of([made], 1)[middle] == pytest.approx([-0.25] * 4000, abs=0.005)


def test_a_block_of_another_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="made for 1 channels at 48000 Hz, got 2 at 48000 Hz"):
        SoxrResampler(48000, 16000, 1).process(silence("s16", 48000, 480, 2, 0))


def test_a_closed_block_is_refused() -> None:
    data = silence("s16", 48000, 480, 1, 0)
    data.close()
    with pytest.raises(InvalidStateError, match="closed"):
        SoxrResampler(48000, 16000, 1).process(data)


def test_the_desktop_uses_soxr() -> None:
    assert platform.resampler_factory() is SoxrResampler


def test_without_soxr_straight_lines_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "_desktop_resampler", platform._desktop_resampler.__wrapped__)
    monkeypatch.setitem(sys.modules, "mediadevices_native.resampling", None)
    assert platform.resampler_factory() is LinearResampler
