"""The helpers of the command line: device selection, constraints, levels, WAV files, formatting."""

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
def test_ids_match_before_labels_and_labels_before_parts(wanted: str, meant: Named) -> None:
    assert select_device([WEBCAM, BUILT_IN], wanted) is meant


def test_an_id_matches_before_an_equal_label() -> None:
    odd = Named("dd", "aa")
    assert select_device([odd, WEBCAM], "aa") is WEBCAM


@pytest.mark.parametrize("wanted", ["Webcam", "webcam", "WEB"])
def test_an_ambiguous_name_is_an_error_that_lists_the_matches(wanted: str) -> None:
    with pytest.raises(
        CommandError, match=r"matches 2 devices: 'Webcam' \(id aa\), 'Webcam' \(id bb\)"
    ):
        select_device([WEBCAM, TWIN], wanted)


@pytest.mark.parametrize("wanted", ["", "Scanner", "a"])
def test_an_unknown_name_is_an_error_that_lists_the_devices(wanted: str) -> None:
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
def test_constraints_may_have_the_form_of_a_track_or_of_get_user_media(
    text: str | None, constraints: dict[str, object]
) -> None:
    assert parse_constraints(text, "video") == constraints


@pytest.mark.parametrize("levels", [30, 500, 900, 5000, 200_000])
@pytest.mark.parametrize("form", ["[{0}]", '{{"width": {0}}}', '{{"video": {{"width": {0}}}}}'])
def test_deeply_nested_constraints_are_rejected(levels: int, form: str) -> None:
    for opening, closing in (("[", "]"), ('{"a": ', "}")):
        nested = opening * levels + "1" + closing * levels
        with pytest.raises(CommandError, match="nested too deeply"):
            parse_constraints(form.format(nested), "video")


def test_constraints_may_be_nested_as_deeply_as_the_standard_needs() -> None:
    text = '{"video": {"advanced": [{"width": {"exact": [1, 2.5, -3]}}]}}'
    assert parse_constraints(text, "video") == {"advanced": [{"width": {"exact": [1, 2.5, -3]}}]}


# --- level ----------------------------------------------------------------------------------------


def test_the_peak_is_the_greatest_sample_of_either_sign() -> None:
    assert peak(block([0, 8192, -16384])) == 0.5
    assert peak(block([-32768, 0])) == 1
    assert peak(block([0])) == 0


def test_decibels_are_relative_to_full_scale() -> None:
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


def test_a_block_with_another_sample_rate_is_rejected() -> None:
    with WaveWriter(io.BytesIO(), 1, 48000, 1) as writer:
        writer.write(block([1, 2, 3]))
        with pytest.raises(CommandError, match="from 48000 Hz, 1 channels to 44100 Hz"):
            writer.write(block([1], rate=44100))
    assert writer.seconds == 3 / 48000


def test_samples_after_the_maximum_length_are_cut_off() -> None:
    file = io.BytesIO()
    with WaveWriter(file, 2 / 48000, 48000, 1) as writer:
        writer.write(block([1, 2, 3]))
        assert writer.is_full
    assert file.getvalue()[44:] == b"\x01\x00\x02\x00"


def test_the_header_equals_that_of_the_wave_module() -> None:
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
    """A file that accepts seven bytes per write, up to a maximum size."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: ReadableBuffer, /) -> int:
        piece = memoryview(data)[:7]
        if self.tell() + len(piece) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(piece)


@pytest.mark.parametrize("room", range(100))
def test_a_full_disk_leaves_whole_samples_and_a_correct_header(room: int) -> None:
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


def test_the_header_is_updated_every_second() -> None:
    file = io.BytesIO()
    with WaveWriter(file, 10, 1000, 1) as writer:
        for number in range(1, 26):
            writer.write(block([number] * 100, rate=1000))
            with wave.open(io.BytesIO(file.getvalue())) as read:
                assert read.getnframes() == number // 10 * 1000


def test_a_file_that_cannot_seek_gets_a_header_of_unknown_length() -> None:
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
def test_a_length_above_the_formats_maximum_is_rejected(seconds: float) -> None:
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
def test_values_are_formatted_for_reading(value: object, text: str) -> None:
    assert value_text(value) == text
