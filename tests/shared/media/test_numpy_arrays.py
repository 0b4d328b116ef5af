"""Frames and blocks as NumPy arrays."""

from array import array

import pytest

from mediadevices.errors import InvalidStateError
from mediadevices.media.audio_data import AudioData
from mediadevices.media.frame_geometry import DOMRectReadOnly
from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices.media.video_frame import VideoFrame

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.lanes("cpython")


def small() -> VideoFrame:
    return VideoFrame.wrap(bytes(range(12)), "I420", 4, 2, timestamp=7)


def test_an_array_in_the_frames_format_is_the_memory_itself() -> None:
    memory = np.zeros((2, 3, 3), np.uint8)
    frame = VideoFrame.wrap(memory, "BGR24", 3, 2, timestamp=0)
    array = frame.to_ndarray()
    assert array.shape == (2, 3, 3)
    assert array.ctypes.data == memory.ctypes.data
    assert not array.flags.writeable
    assert frame.to_ndarray("bgr24").ctypes.data == memory.ctypes.data


def test_a_crop_of_interleaved_pixels_is_not_copied() -> None:
    memory = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    frame = VideoFrame.wrap(memory, "BGR24", 3, 2, timestamp=0)
    cropped = VideoFrame(frame, visible_rect=DOMRectReadOnly(1, 0, 2, 2))
    array = cropped.to_ndarray()
    assert array.ctypes.data == memory.ctypes.data + 3
    assert (array == memory[:, 1:]).all()
    assert not array.flags.writeable


def test_an_array_of_a_frame_keeps_pooled_memory_from_being_released() -> None:
    released: list[int] = []
    memory = np.zeros((2, 2), np.uint8)
    frame = VideoFrame.wrap(memory, "GRAY8", 2, 2, timestamp=0, release=lambda: released.append(1))
    row = frame.to_ndarray()[1]
    assert row.ctypes.data == memory.ctypes.data + 2
    frame.close()
    assert released == []
    del row
    assert released == [1]


def test_planar_arrays_have_the_layout_of_opencv() -> None:
    assert small().to_ndarray().tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    odd = VideoFrame.wrap(bytes(27), "I420", 5, 3, timestamp=0)
    assert odd.to_ndarray().shape == (27,)


def test_a_cropped_planar_array_holds_the_visible_pixels() -> None:
    frame = VideoFrame(small(), visible_rect=DOMRectReadOnly(2, 0, 2, 2))
    array = frame.to_ndarray()
    assert array.tolist() == [[2, 3], [6, 7], [9, 11]]
    assert not array.flags.writeable


def test_consumers_share_a_conversion() -> None:
    frame = VideoFrame.wrap(b"\x00\x00\xff" * 4, "BGR24", 2, 2, timestamp=0)
    clone = frame.clone()
    first, second = frame.to_ndarray("rgb24"), clone.to_ndarray("RGB24")
    assert first.tolist() == [[[255, 0, 0]] * 2] * 2
    assert first.ctypes.data == second.ctypes.data
    assert not first.flags.writeable


def test_an_array_of_an_unknown_format_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"to_ndarray: format: expected one of I420, .*got 'rgb'"):
        small().to_ndarray("rgb")


def test_an_array_of_a_closed_frame_is_an_error() -> None:
    frame = small()
    frame.close()
    with pytest.raises(InvalidStateError, match="closed"):
        frame.to_ndarray()


def test_an_array_of_the_same_type_is_the_memory_itself() -> None:
    memory = np.array([[1, -1], [2, -2], [3, -3]], np.int16)
    block = AudioData.wrap(memory, "s16", 48000, 3, 2, timestamp=0)
    array_ = block.to_ndarray()
    assert array_.tolist() == memory.tolist()
    assert array_.ctypes.data == memory.ctypes.data
    assert not array_.flags.writeable
    turned = block.to_ndarray("s16-planar")
    assert turned.tolist() == [[1, 2, 3], [-1, -2, -3]]
    assert turned.ctypes.data == memory.ctypes.data


def test_arrays_convert_like_copy_to() -> None:
    values = {
        "B": [0, 1, 127, 128, 129, 255],
        "h": [-32768, -129, -128, 0, 127, 128, 129, 32767],
        "i": [-(2**31), -32768, -1, 0, 32767, 32768, 2**24 + 1, 2**31 - 1],
        "f": [-2, -1, -0.3, 0, 0.5 / 32768, 0.7, 1, 1.5, float("nan"), float("inf")],
    }
    for source in ("u8", "s16", "s32", "f32"):
        samples = array(SAMPLE_FORMATS[source].typecode, values[SAMPLE_FORMATS[source].typecode])
        block = AudioData.wrap(samples, source, 8000, len(samples), 1, timestamp=0)
        for target in ("u8", "s16", "s32", "f32"):
            expected = block.converted(target).channels()[0].tolist()
            got = block.to_ndarray(target)
            assert got.shape == (len(samples), 1)
            assert np.array_equal(got[:, 0], np.array(expected, got.dtype), equal_nan=True)
            assert not got.flags.writeable


def test_an_array_of_a_block_keeps_pooled_memory_from_being_released() -> None:
    released: list[int] = []
    block = AudioData.wrap(
        bytes(4), "s16", 48000, 2, 1, timestamp=0, release=lambda: released.append(1)
    )
    array_ = block.to_ndarray()
    block.close()
    assert released == []
    del array_
    assert released == [1]
