"""`AudioData`: attributes, memory, copies, conversion, and errors."""

from array import array

import pytest

from mediadevices.errors import InvalidStateError
from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_formats import SAMPLE_FORMATS

STEREO = array("h", [1, -1, 2, -2, 3, -3])


def stereo(**more: object) -> AudioData:
    init: dict[str, object] = {
        "format": "s16",
        "sampleRate": 48000,
        "numberOfFrames": 3,
        "numberOfChannels": 2,
        "timestamp": 7,
        "data": STEREO.tobytes(),
    }
    return AudioData(init, **more)


def test_a_block_has_the_values_of_its_init() -> None:
    block = stereo()
    assert (block.format, block.sample_rate) == ("s16", 48000)
    assert (block.number_of_frames, block.number_of_channels) == (3, 2)
    assert (block.timestamp, block.duration) == (7, 62)
    assert block.numberOfFrames == 3
    assert repr(block) == "<AudioData s16 3 frames of 2 channels at 48000 Hz timestamp=7>"


def test_ten_milliseconds_last_ten_thousand_microseconds() -> None:
    block = AudioData.wrap(bytes(1764), "f32", 44100, 441, 1, timestamp=0)
    assert block.duration == 10_000


def test_a_closed_block_keeps_its_time_and_nothing_else() -> None:
    with stereo() as block:
        pass
    assert block.closed
    assert (block.format, block.sample_rate, block.number_of_frames) == (None, 0, 0)
    assert (block.number_of_channels, block.duration, block.timestamp) == (0, 0, 7)
    assert repr(block) == "<AudioData closed timestamp=7>"


@pytest.mark.parametrize(
    "use",
    [
        lambda block: block.clone(),
        lambda block: block.retimed(1),
        lambda block: block.data,
        lambda block: block.channels(),
        lambda block: block.converted("f32"),
        lambda block: block.allocation_size(),
        lambda block: block.copy_to(bytearray(12)),
    ],
)
def test_using_a_closed_block_is_an_error(use: object) -> None:
    block = stereo()
    block.close()
    with pytest.raises(InvalidStateError, match="closed; take a clone"):
        use(block)


def test_a_wrapped_block_shares_the_drivers_memory_with_its_clones() -> None:
    memory = bytearray(4)
    block = AudioData.wrap(memory, "s16", 48000, 2, 1, timestamp=0)
    clone = block.clone()
    block.close()
    memory[0] = 9
    assert clone.data[0] == 9
    assert clone.data.readonly


def test_a_writable_buffer_is_copied_unless_it_is_transferred() -> None:
    memory = bytearray(12)
    copied, shared = stereo(data=memory), stereo(data=memory, transfer=[memory])
    memory[0] = 9
    assert (copied.data[0], shared.data[0]) == (0, 9)


def test_release_is_called_once_when_the_last_block_is_closed() -> None:
    released: list[int] = []
    block = AudioData.wrap(
        bytes(4), "s16", 48000, 2, 1, timestamp=0, release=lambda: released.append(1)
    )
    clone = block.clone()
    block.close()
    assert released == []
    clone.close()
    assert released == [1]


# --- copying ----------------------------------------------------------------------------------


def copied(block: AudioData, **options: object) -> bytes:
    target = bytearray(block.allocation_size(**options))
    block.copy_to(target, **options)
    return bytes(target)


def test_copy_to_copies_all_frames_by_default() -> None:
    assert copied(stereo(), plane_index=0) == STEREO.tobytes()


def test_copy_to_copies_some_frames() -> None:
    assert copied(stereo(), frame_offset=1, frame_count=1) == STEREO[2:4].tobytes()


def test_copy_to_copies_one_channel_to_a_planar_format() -> None:
    block = stereo()
    assert block.allocation_size({"format": "s16-planar", "planeIndex": 1}) == 6
    for plane, expected in enumerate(([1, 2, 3], [-1, -2, -3])):
        target = copied(block, format="s16-planar", plane_index=plane)
        assert array("h", target).tolist() == expected


def test_copy_to_copies_a_plane_of_a_planar_block() -> None:
    planar = AudioData.wrap(
        array("h", [1, 2, 3, -1, -2, -3]), "s16-planar", 48000, 3, 2, timestamp=0
    )
    assert array("h", copied(planar, plane_index=1, frame_offset=1)).tolist() == [-2, -3]
    assert copied(planar, format="s16") == STEREO.tobytes()


def test_copy_to_converts_a_part_of_the_frames() -> None:
    target = copied(stereo(), format="f32-planar", plane_index=1, frame_offset=2)
    assert array("f", target).tolist() == [-3 / 32768]


@pytest.mark.parametrize(
    ("source", "target", "before", "after"),
    [
        ("u8", "f32", [0, 128, 255], [-1.0, 0.0, 127 / 128]),
        ("s16", "f32", [-32768, 0, 16384, 32767], [-1.0, 0.0, 0.5, 32767 / 32768]),
        ("s32", "f32", [-(2**31), 0, 2**30], [-1.0, 0.0, 0.5]),
        ("f32", "u8", [-1.0, 0.0, 0.5, 1.0], [0, 128, 192, 255]),
        ("f32", "s16", [-1.0, 0.0, 0.5, 1.0], [-32768, 0, 16384, 32767]),
        ("f32", "s16", [-9.0, 9.0, float("inf"), float("-inf")], [-32768, 32767, 32767, -32768]),
        ("f32", "s16", [float("nan")], [0]),
        ("f32", "s32", [-1.0, 0.0, 0.5, 1.0], [-(2**31), 0, 2**30, 2**31 - 1]),
        ("u8", "s16", [0, 128, 255], [-32768, 0, 32512]),
        ("s16", "u8", [-32768, 0, 127, 128, 32767], [0, 128, 128, 129, 255]),
        ("s16", "s32", [-32768, 1], [-(2**31), 65536]),
        ("s32", "s16", [-(2**31), 65536, 2**31 - 1], [-32768, 1, 32767]),
        ("u8", "s32", [0, 255], [-(2**31), 127 << 24]),
        ("s32", "u8", [-(2**31), 0, 2**31 - 1], [0, 128, 255]),
    ],
)
def test_samples_convert_exactly(
    source: str, target: str, before: list[float], after: list[float]
) -> None:
    code = SAMPLE_FORMATS[source].typecode
    block = AudioData.wrap(array(code, before), source, 8000, len(before), 1, timestamp=0)
    assert array(SAMPLE_FORMATS[target].typecode, copied(block, format=target)).tolist() == after
    assert block.converted(target).channels()[0].tolist() == after


@pytest.mark.parametrize(
    ("narrow", "wide"), [("u8", "s16"), ("s16", "f32"), ("s16", "s32"), ("u8", "f32")]
)
def test_every_narrow_sample_survives_a_wider_format(narrow: str, wide: str) -> None:
    code = SAMPLE_FORMATS[narrow].typecode
    values = array(code, range(256) if narrow == "u8" else range(-32768, 32768))
    block = AudioData.wrap(values, narrow, 8000, len(values), 1, timestamp=0)
    assert block.converted(wide).converted(narrow).channels()[0] == values


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"plane_index": 1}, ValueError, r"planeIndex: s16 has 1 planes, got 1"),
        (
            {"plane_index": 2, "format": "s16-planar"},
            ValueError,
            r"planeIndex: s16-planar has 2 planes, got 2",
        ),
        ({"plane_index": "x"}, TypeError, r"planeIndex: expected a number, got 'x'"),
        ({"frame_offset": 3}, ValueError, r"frameOffset: there are 3 frames, got 3"),
        ({"frame_offset": 1, "frame_count": 3}, ValueError, r"frameCount: 2 frames are left"),
        ({"format": "s17"}, TypeError, r"format: expected one of u8, .*got 's17'"),
    ],
)
def test_errors_name_the_wrong_copy_option(
    options: dict[str, object], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=r"^AudioData\.copy_to: options\." + message):
        stereo().copy_to(bytearray(99), options)


def test_the_error_names_a_destination_that_is_too_small() -> None:
    with pytest.raises(TypeError, match=r"destination: expected at least 12 bytes, got 11"):
        stereo().copy_to(bytearray(11))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "s24"}, r"format: expected one of u8, .*got 's24'"),
        ({"sample_rate": 0}, r"sampleRate: expected hertz from 1 to 1000000, got 0"),
        ({"sample_rate": 0.999}, r"sampleRate: expected hertz from 1 to 1000000, got 0\.999"),
        ({"sample_rate": 1e18}, r"sampleRate: expected hertz from 1 to 1000000, got 1e\+18"),
        ({"sample_rate": 10**5000}, r"sampleRate: expected a finite number, got an integer of"),
        ({"sample_rate": float("inf")}, r"sampleRate: expected a finite number, got inf"),
        ({"sample_rate": "fast"}, r"sampleRate: expected a number, got 'fast'"),
        ({"number_of_frames": 0}, r"numberOfFrames: expected a number from 1 to \d+, got 0"),
        ({"number_of_frames": 4}, r"data: 4 frames of 2 channels of s16 need 16 bytes, got 12"),
        ({"number_of_channels": 1025}, r"numberOfChannels: expected a number from 1 to 1024"),
        ({"number_of_channels": -1}, r"numberOfChannels: expected a number from 1 to"),
        ({"timestamp": []}, r"timestamp: expected a number, got \[\]"),
        ({"data": "text"}, r"data: expected bytes, an array or another buffer, got str"),
        ({"transfer": 1}, r"transfer: expected a list of buffers, got 1"),
    ],
)
def test_errors_name_the_wrong_member(change: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=r"^AudioData: init\." + message):
        stereo(**change)


@pytest.mark.parametrize(
    "missing", ["format", "sampleRate", "numberOfFrames", "numberOfChannels", "timestamp", "data"]
)
def test_errors_name_the_missing_member(missing: str) -> None:
    init = {
        "format": "s16",
        "sampleRate": 48000,
        "numberOfFrames": 3,
        "numberOfChannels": 2,
        "timestamp": 7,
        "data": STEREO.tobytes(),
    }
    del init[missing]
    with pytest.raises(TypeError, match=rf"^AudioData: init\.{missing}: required, but not given"):
        AudioData(init)


def test_a_block_lasts_at_most_an_hour() -> None:
    """A longer block could not be resampled in memory."""
    hour = {"sample_rate": 1, "number_of_channels": 1, "number_of_frames": 3600}
    assert stereo(data=bytes(7202), **hour).duration == 3_600_000_000
    with pytest.raises(TypeError, match=r"numberOfFrames: 3601 frames at 1 Hz last longer than"):
        stereo(data=bytes(7202), **{**hour, "number_of_frames": 3601})
