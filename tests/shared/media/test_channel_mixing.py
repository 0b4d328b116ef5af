"""Mixing of channels by the equations of Web Audio (§4.5, "Up-Mixing and Down-Mixing")."""

import math
from array import array
from collections.abc import Callable
from itertools import product

import pytest

from mediadevices.errors import InvalidStateError
from mediadevices.media.audio_data import AudioData
from mediadevices.media.channel_mixing import mix_channels
from mediadevices.media.sample_formats import SAMPLE_FORMATS

H = math.sqrt(0.5)
Equations = Callable[..., tuple[float, ...]]

# The equations of the standard, with the names of the input channels.
SPEAKERS: dict[tuple[int, int], Equations] = {
    (1, 2): lambda m: (m, m),
    (1, 4): lambda m: (m, m, 0, 0),
    (1, 6): lambda m: (0, 0, m, 0, 0, 0),
    (2, 4): lambda fl, fr: (fl, fr, 0, 0),
    (2, 6): lambda fl, fr: (fl, fr, 0, 0, 0, 0),
    (4, 6): lambda fl, fr, sl, sr: (fl, fr, 0, 0, sl, sr),
    (2, 1): lambda fl, fr: (0.5 * (fl + fr),),
    (4, 1): lambda fl, fr, sl, sr: (0.25 * (fl + fr + sl + sr),),
    (6, 1): lambda fl, fr, c, _lfe, sl, sr: (H * (fl + fr) + c + 0.5 * (sl + sr),),
    (4, 2): lambda fl, fr, sl, sr: (0.5 * (fl + sl), 0.5 * (fr + sr)),
    (6, 2): lambda fl, fr, c, _lfe, sl, sr: (fl + H * (c + sl), fr + H * (c + sr)),
    (6, 4): lambda fl, fr, c, _lfe, sl, sr: (fl + H * c, fr + H * c, sl, sr),
}
FRAMES = [
    [0.1, 0.02, -0.05, 0.2, 0.04, -0.08],
    [-0.3, 0.15, 0.11, -0.2, 0.07, 0.01],
]


def block(values: list[int], channels: int, name: str = "s16", timestamp: int = 5) -> AudioData:
    samples = array(SAMPLE_FORMATS[name].typecode, values)
    frames = len(values) // channels
    return AudioData.wrap(samples, name, 48000, frames, channels, timestamp=timestamp)


def frames_of(data: AudioData) -> list[list[float]]:
    planes = [plane.tolist() for plane in data.converted("f32").channels()]
    return [list(frame) for frame in zip(*planes, strict=True)]


@pytest.mark.parametrize("name", SAMPLE_FORMATS)
@pytest.mark.parametrize(("given", "wanted"), SPEAKERS)
def test_speakers_are_mixed_by_the_standards_equations(given: int, wanted: int, name: str) -> None:
    frames = [frame[:given] for frame in FRAMES]
    data = AudioData.wrap(
        array("f", [one for frame in frames for one in frame]),
        "f32",
        48000,
        len(frames),
        given,
        timestamp=5,
    ).converted(name)
    mixed = mix_channels(data, wanted)
    assert (mixed.format, mixed.number_of_channels, mixed.timestamp) == (name, wanted, 5)
    step = 0 if name.startswith("f32") else 1 / SAMPLE_FORMATS[name].scale
    equations = SPEAKERS[given, wanted]
    # Each input sample is off by at most half a step, and so is the result.
    for got, frame in zip(frames_of(mixed), frames, strict=True):
        assert got == pytest.approx(equations(*frame), abs=1e-6 + 2.5 * step)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [pair for pair in product(range(1, 9), repeat=2) if pair not in SPEAKERS],
)
def test_other_numbers_of_channels_are_dropped_or_silent(given: int, wanted: int) -> None:
    frame = list(range(1, given + 1))
    expected = (frame + [0] * wanted)[:wanted]
    assert mix_channels(block(frame, given), wanted).channels() == [
        array("h", [one]) for one in expected
    ]


@pytest.mark.parametrize(
    ("name", "given", "channels", "wanted", "expected"),
    [
        ("s16", [10, 20, -30, -50], 2, 1, [15, -40]),
        ("s16", [32767, 32767, -32768, -32768], 2, 1, [32767, -32768]),
        ("u8", [128, 130, 255, 255, 0, 0], 2, 1, [129, 255, 0]),
        ("s16-planar", [10, -30, 20, -50], 2, 1, [15, -40]),
        ("s16", [1, 2], 1, 2, [1, 1, 2, 2]),
        ("s16-planar", [1, 2], 1, 2, [1, 2, 1, 2]),
        ("s16", [1, 2, 3, 4, 5, 6], 3, 2, [1, 2, 4, 5]),
        ("u8", [1, 2, 3, 4], 2, 3, [1, 2, 128, 3, 4, 128]),
        ("u8", [9], 1, 6, [128, 128, 9, 128, 128, 128]),
        ("f32", [1, 0, -1, 0], 2, 1, [0.5, -0.5]),
        # Only f32 keeps samples above full scale; the integer formats clip them.
        ("f32", [1, 1, 1, 0, 0, 0], 6, 1, [array("f", [2 * H + 1])[0]]),
        ("s16", [30000, 0, 30000, 0, 0, 0], 6, 2, [32767, 21213]),
        ("s16", [-30000, 0, -30000, 0, 0, 0], 6, 2, [-32768, -21213]),
        ("u8", [250, 128, 250, 128, 128, 128], 6, 2, [255, 214]),
        ("u8", [5, 128, 5, 128, 128, 128], 6, 2, [0, 41]),
    ],
)
def test_mixed_samples_have_the_layout_and_the_range_of_the_format(
    name: str, given: list[int], channels: int, wanted: int, expected: list[float]
) -> None:
    mixed = mix_channels(block(given, channels, name), wanted)
    assert array(SAMPLE_FORMATS[name].typecode, bytes(mixed.data)).tolist() == expected


def test_mixing_to_the_same_number_shares_the_memory() -> None:
    given = block([1, 2], 2)
    assert mix_channels(given, 2).data.obj is given.data.obj


def test_a_closed_block_is_not_mixed() -> None:
    data = block([1, 2], 2)
    data.close()
    with pytest.raises(InvalidStateError, match="closed"):
        mix_channels(data, 1)
