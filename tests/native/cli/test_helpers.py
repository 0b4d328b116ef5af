"""The parts of the command line that compute."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mediadevices import AudioData
from mediadevices_native.cli.constraints import parse_constraints
from mediadevices_native.cli.device_selection import select_device
from mediadevices_native.cli.errors import CommandError
from mediadevices_native.cli.formatting import value_text
from mediadevices_native.cli.level import decibels, meter, peak
from mediadevices_native.cli.wave_writer import WaveWriter, wave_header

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True)
class Named:
    device_id: str
    label: str


WEBCAM, TWIN, BUILT_IN = Named("aa", "Webcam"), Named("bb", "Webcam"), Named("cc", "Webcam HD")


def block(samples: list[int], rate: int = 48000) -> AudioData:
    data = b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)
    return AudioData(
        format="s16",
        sample_rate=rate,
        number_of_frames=len(samples),
        number_of_channels=1,
        timestamp=0,
        data=data,
    )


# --- which device is meant ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [("aa", WEBCAM), ("Webcam", WEBCAM), ("Webcam HD", BUILT_IN), ("hd", BUILT_IN)],
)
def test_an_id_comes_before_a_label_and_a_label_before_a_part(wanted: str, meant: Named) -> None:
    assert select_device([WEBCAM, BUILT_IN], wanted) is meant


def test_a_device_can_be_called_like_another_ones_id() -> None:
    odd = Named("dd", "aa")
    assert select_device([odd, WEBCAM], "aa") is WEBCAM


@pytest.mark.parametrize("wanted", ["Webcam", "webcam", "WEB"])
def test_what_can_be_two_devices_is_an_error_that_lists_them(wanted: str) -> None:
    with pytest.raises(
        CommandError, match=r"matches 2 devices: 'Webcam' \(id aa\), 'Webcam' \(id bb\)"
    ):
        select_device([WEBCAM, TWIN], wanted)


@pytest.mark.parametrize("wanted", ["", "Scanner", "a"])
def test_what_is_no_device_is_an_error_that_lists_those_that_there_are(wanted: str) -> None:
    with pytest.raises(CommandError, match=r"available: 'Webcxm' \(id bb\)"):
        select_device([Named("bb", "Webcxm")], wanted)


# --- constraints ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "constraints"),
    [
        (None, {}),
        ("{}", {}),
        ('{"width": 640}', {"width": 640}),
        ('{"video": {"width": 640}, "audio": true}', {"width": 640}),
        ('{"video": true}', {}),
        ('{"audio": {"sampleRate": 8000}}', {}),
    ],
)
def test_constraints_can_be_those_of_the_track_or_those_of_a_call(
    text: str | None, constraints: dict[str, object]
) -> None:
    assert parse_constraints(text, "video") == constraints


@pytest.mark.parametrize("levels", [30, 500, 900, 5000, 200_000])
@pytest.mark.parametrize("form", ["[{0}]", '{{"width": {0}}}', '{{"video": {{"width": {0}}}}}'])
def test_constraints_that_are_nested_deeply_are_refused(levels: int, form: str) -> None:
    for opening, closing in (("[", "]"), ('{"a": ', "}")):
        nested = opening * levels + "1" + closing * levels
        with pytest.raises(CommandError, match="nested too deeply"):
            parse_constraints(form.format(nested), "video")


def test_constraints_may_be_as_deep_as_the_standards() -> None:
    text = '{"video": {"advanced": [{"width": {"exact": [1, 2.5, -3]}}]}}'
    assert parse_constraints(text, "video") == {"advanced": [{"width": {"exact": [1, 2.5, -3]}}]}


# --- level ----------------------------------------------------------------------------------------


def test_the_peak_is_the_greatest_sample_of_either_sign() -> None:
    assert peak(block([0, 8192, -16384])) == 0.5
    assert peak(block([-32768, 0])) == 1
    assert peak(block([0])) == 0


def test_decibels_are_those_below_full_scale() -> None:
    assert decibels(1) == 0
    assert decibels(0.5) == pytest.approx(-6.02, abs=0.01)
    assert decibels(0) == decibels(1e-9) == -96


@pytest.mark.parametrize(
    ("level", "bar"),
    [
        (0, "██████████    0 dB"),
        (-30, "█████·····  -30 dB"),
        (-60, "··········  -60 dB"),
        (-96, "·········· silence"),
    ],
)
def test_the_meter_goes_from_minus_60_to_0(level: float, bar: str) -> None:
    assert meter(level, 10) == bar


# --- sound files ----------------------------------------------------------------------------------


def test_a_block_of_another_rate_is_refused() -> None:
    with WaveWriter(io.BytesIO(), 1, 48000, 1) as writer:
        writer.write(block([1, 2, 3]))
        with pytest.raises(CommandError, match="from 48000 Hz, 1 channels to 44100 Hz"):
            writer.write(block([1], rate=44100))
    assert writer.seconds == 3 / 48000


def test_what_is_longer_than_the_length_is_cut_off() -> None:
    file = io.BytesIO()
    with WaveWriter(file, 2 / 48000, 48000, 1) as writer:
        writer.write(block([1, 2, 3]))
        assert writer.is_full
    assert file.getvalue()[44:] == b"\x01\x00\x02\x00"


def test_a_header_is_the_one_of_the_standard_library() -> None:
    for rate, channels, size in ((48000, 1, 960), (44100, 2, 0), (192000, 6, 2**32 - 1024)):
        header = wave_header(rate, channels, size)
        with wave.open(io.BytesIO(header)) as file:
            assert (file.getframerate(), file.getnchannels()) == (rate, channels)
            assert (file.getsampwidth(), file.getnframes()) == (2, size // 2 // channels)
    own = io.BytesIO()
    with wave.open(own, "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
    assert own.getvalue() == wave_header(44100, 2, 0)


class NarrowFile(io.BytesIO):
    """A file that takes seven bytes at a time, and has room for so many."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: ReadableBuffer, /) -> int:
        piece = memoryview(data)[:7]
        if self.tell() + len(piece) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(piece)


@pytest.mark.parametrize("room", range(100))
def test_a_file_that_takes_no_more_holds_whole_samples_and_a_true_header(room: int) -> None:
    file = NarrowFile(room)
    samples = list(range(100))

    def fill() -> None:
        with WaveWriter(file, 1, 48000, 1) as writer:
            writer.write(block(samples[:3]))
            writer.write(block(samples[3:]))

    with pytest.raises(OSError, match="No space"):
        fill()
    found = file.getvalue()
    if room < 50:  # the header and the first block
        assert found == b""
        return
    count = (len(found) - 44) // 2
    assert found == wave_header(48000, 1, 2 * count) + bytes(block(samples[:count]).data)
    assert count >= (room - 7 - 44) // 2


def test_a_header_is_true_each_second() -> None:
    file = io.BytesIO()
    with WaveWriter(file, 10, 1000, 1) as writer:
        for number in range(1, 26):
            writer.write(block([number] * 100, rate=1000))
            with wave.open(io.BytesIO(file.getvalue())) as read:
                assert read.getnframes() == number // 10 * 1000


def test_what_cannot_go_back_gets_a_header_of_unknown_length() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError("it cannot go back")

    file = Stream()
    with WaveWriter(file, 1, 48000, 1) as writer:
        writer.write(block([1, 2, 3]))
    assert file.getvalue() == wave_header(48000, 1, None) + b"\x01\x00\x02\x00\x03\x00"


@pytest.mark.parametrize("seconds", [44740, 1e300, 1.7e308])
def test_a_length_that_a_file_cannot_hold_is_refused(seconds: float) -> None:
    with pytest.raises(CommandError, match="holds 44739 seconds at most"):
        WaveWriter(io.BytesIO(), seconds, 48000, 1)


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"min": 1, "max": 1920}, "1 to 1920"),
        ({"min": 0, "max": 255, "step": 5}, "0 to 255 in steps of 5"),
        (["none", "crop-and-scale"], "none, crop-and-scale"),
        (1.3333333333, "1.33333"),
        (False, "False"),
        ([], ""),
    ],
)
def test_a_value_is_shown_in_words(value: object, text: str) -> None:
    assert value_text(value) == text
