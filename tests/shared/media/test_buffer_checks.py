"""Checks of the buffers that programs and drivers pass in.

These tests work without NumPy; `test_array_input.py` tests its arrays.
"""

from __future__ import annotations

import ctypes
from array import array

import pytest

from mediadevices.media.audio_data import AudioData
from mediadevices.media.frame_geometry import PlaneLayout
from mediadevices.media.video_frame import VideoFrame

_FLOATS = (ctypes.c_float.__ctype_be__, ctypes.c_float.__ctype_le__)
[Swapped] = (order for order in _FLOATS if order is not ctypes.c_float)


class Point(ctypes.Structure):
    """Four bytes that are not a number."""

    _fields_ = (("x", ctypes.c_int16), ("y", ctypes.c_int16))


def frame(data: object, **more: object) -> VideoFrame:
    init = {"format": "RGBA", "coded_width": 2, "coded_height": 2, "timestamp": 0}
    return VideoFrame(data, {**init, **more})


def block(data: object, **more: object) -> AudioData:
    init = {"format": "f32", "sample_rate": 8000, "number_of_frames": 2, "number_of_channels": 2}
    return AudioData({**init, "timestamp": 0, "data": data, **more})


def shaped(typecode: str, *shape: int) -> memoryview:
    """Return writable zeros with a type and a shape."""
    memory, count = array(typecode), 1
    for length in shape:
        count *= length
    memory.frombytes(bytes(count * memory.itemsize))
    return memoryview(memory).cast("B").cast(typecode, list(shape))


class TestItems:
    """The type of the items."""

    WRONG: tuple[tuple[object, str], ...] = (
        ((ctypes.py_object * 8)(), "of object"),
        (array("q", range(8)), "of int64"),
        (array("d", range(8)), "of float64"),
        (array("h", range(8)), "of int16"),
        (array("b", range(16)), "of int8"),
        (memoryview(bytes(16)).cast("?"), "of bool"),
        (memoryview(bytes(16)).cast("i"), "of int32"),
        ((Swapped * 8)(), "of byte-swapped float32"),
        ((Point * 8)(), r"of items of the format 'T\{"),
        (memoryview(bytes(64)).cast("P"), "of items of the format 'P'"),
    )

    @pytest.mark.parametrize(("given", "named"), WRONG)
    async def test_items_of_another_type_are_rejected(self, given: object, named: str) -> None:
        with pytest.raises(TypeError, match=f"^VideoFrame: data: expected uint8, got .*{named}"):
            frame(given)
        with pytest.raises(TypeError, match=f"destination: expected uint8, got .*{named}"):
            await frame(bytes(16)).copy_to(given)
        wanted = "expected float32 or flat bytes, got"
        with pytest.raises(TypeError, match=f"^AudioData: init.data: {wanted} .*{named}"):
            block(given)
        with pytest.raises(TypeError, match=f"destination: {wanted} .*{named}"):
            block(bytes(16)).copy_to(given)
        with pytest.raises(TypeError, match=f"destination: {wanted} .*{named}"):
            block(bytes(16), format="s32").copy_to(given, format="f32")

    def test_unsigned_samples_are_rejected_for_a_signed_format(self) -> None:
        with pytest.raises(TypeError, match="expected int16 or flat bytes, got array of uint16"):
            block(array("H", range(4)), format="s16")

    def test_a_rejected_destination_does_not_change(self) -> None:
        objects = (ctypes.py_object * 8)(*"mediadev")
        with pytest.raises(TypeError, match="of object"):
            block(bytes(64), number_of_frames=8).copy_to(objects)
        assert "".join(objects) == "mediadev"

    @pytest.mark.parametrize(
        "given",
        [
            bytes(16),
            bytearray(16),
            memoryview(bytes(16)).cast("c"),
            array("B", bytes(16)),
            (ctypes.c_uint8 * 16)(),
            (ctypes.c_char * 16)(),
        ],
    )
    def test_every_format_accepts_flat_bytes(self, given: object) -> None:
        assert frame(given).data.nbytes == 16
        for name, count in (("u8", 8), ("s16", 4), ("s32", 2), ("f32", 2)):
            assert block(given, format=name, number_of_frames=count).data.nbytes == 16

    def test_arrays_of_the_formats_type_are_accepted(self) -> None:
        for name, typecode in (("u8", "B"), ("s16", "h"), ("s32", "i"), ("f32", "f")):
            samples = array(typecode, [1, 2, 3, 4])
            assert block(samples, format=name).channels()[0].tolist() == [1, 3]
            target = array(typecode, [0] * 4)
            block(samples, format=name).copy_to(target)
            assert target == samples
        target = (ctypes.c_float * 4)()
        block(array("f", [1, 2, 3, 4])).copy_to(target)
        assert list(target) == [1, 2, 3, 4]

    def test_typecodes_of_the_same_type_are_accepted(self) -> None:
        given = array("l", [1, 2, 3, 4])
        if given.itemsize == 4:  # C's long has the size of int in a web page and on Windows
            assert block(given, format="s32").channels()[0].tolist() == [1, 3]
        else:
            with pytest.raises(TypeError, match="of int64"):
                block(given, format="s32")


class TestShape:
    """The shape of buffers with more than one dimension."""

    @pytest.mark.parametrize("shape", [(2, 2, 4), (2, 8)])
    async def test_a_picture_has_rows_of_pixels_or_of_bytes(self, shape: tuple[int, ...]) -> None:
        assert frame(shaped("B", *shape)).data.nbytes == 16
        await frame(bytes(16)).copy_to(shaped("B", *shape))

    @pytest.mark.parametrize(
        "shape", [(2, 3, 4), (3, 2, 4), (4, 2, 2), (1, 2, 2, 4), (8, 2), (4, 4), (1, 16), (16, 1)]
    )
    async def test_a_picture_of_another_shape_is_rejected(self, shape: tuple[int, ...]) -> None:
        wanted = r"expected an array of shape \(2, 2, 4\) or shape \(2, 8\) or one dimension"
        got = str(shape).replace("(", r"\(").replace(")", r"\)")
        with pytest.raises(TypeError, match=f"^VideoFrame: data: {wanted}, got shape {got}"):
            frame(shaped("B", *shape))
        with pytest.raises(TypeError, match=f"destination: {wanted}, got shape {got}"):
            await frame(bytes(16)).copy_to(shaped("B", *shape))

    def test_planes_of_an_array_are_below_each_other(self) -> None:
        i420 = {"format": "I420", "coded_width": 4}
        assert frame(shaped("B", 3, 4), **i420).data.nbytes == 12
        assert frame(shaped("B", 3, 4), **{**i420, "format": "NV12"}).data.nbytes == 12
        for shape in ((4, 4), (2, 6), (3, 4, 1)):
            with pytest.raises(TypeError, match=r"shape \(3, 4\) or one dimension, got"):
                frame(shaped("B", *shape), **i420)
        # With an odd width, the planes do not fill whole rows.
        with pytest.raises(TypeError, match=r"of one dimension, got shape \(7, 3\)"):
            frame(shaped("B", 7, 3), format="I420", coded_width=3)

    async def test_padding_is_part_of_a_row(self) -> None:
        padded = {"layout": [{"offset": 0, "stride": 12}]}
        assert frame(shaped("B", 2, 3, 4), **padded).layout == ((0, 12),)
        target = shaped("B", 2, 12)
        await frame(bytes([7]) * 16).copy_to(target, **padded)
        assert target.tolist() == [[7] * 8 + [0] * 4] * 2
        with pytest.raises(TypeError, match=r"\(2, 12\) or one dimension, got shape \(2, 2, 4\)"):
            frame(shaped("B", 2, 2, 4), **padded)
        with pytest.raises(TypeError, match=r"of one dimension, got shape \(2, 8\)"):
            frame(shaped("B", 2, 8), layout=[{"offset": 1, "stride": 8}])

    async def test_a_copied_rectangle_has_its_own_shape(self) -> None:
        rect = {"x": 1, "y": 0, "width": 1, "height": 2}
        target = shaped("B", 2, 1, 4)
        await frame(bytes(range(16))).copy_to(target, rect=rect)
        assert target.tolist() == [[[4, 5, 6, 7]], [[12, 13, 14, 15]]]
        with pytest.raises(TypeError, match=r"shape \(2, 1, 4\) or shape \(2, 4\)"):
            await frame(bytes(range(16))).copy_to(shaped("B", 2, 2, 4), rect=rect)

    def test_a_block_is_frames_by_channels_and_planar_the_reverse(self) -> None:
        three = {"number_of_frames": 3}
        assert block(shaped("f", 3, 2), **three).number_of_frames == 3
        assert block(shaped("f", 2, 3), format="f32-planar", **three).number_of_frames == 3
        with pytest.raises(TypeError, match=r"shape \(3, 2\) or one dimension, got shape \(2, 3\)"):
            block(shaped("f", 2, 3), **three)
        with pytest.raises(TypeError, match=r"shape \(2, 3\) or one dimension, got shape \(3, 2\)"):
            block(shaped("f", 3, 2), format="f32-planar", **three)
        with pytest.raises(TypeError, match=r"expected float32 or flat bytes, got .* of uint8"):
            block(shaped("B", 3, 8), **three)

    def test_a_copy_of_a_block_has_the_shape_of_the_copied_samples(self) -> None:
        samples = block(array("f", range(6)), number_of_frames=3)
        target = shaped("f", 2, 2)
        samples.copy_to(target, frame_offset=1)
        assert target.tolist() == [[2, 3], [4, 5]]
        plane = shaped("f", 1, 3)
        samples.copy_to(plane, format="f32-planar", plane_index=1)
        assert plane.tolist() == [[1, 3, 5]]
        with pytest.raises(TypeError, match=r"shape \(3, 2\) or one dimension, got shape \(2, 3\)"):
            samples.copy_to(shaped("f", 2, 3))


def test_a_copy_of_nothing_needs_no_memory() -> None:
    block(bytes(16)).copy_to(bytearray(), frame_count=0)
    block(bytes(16)).copy_to(array("f"), frame_count=0)
    with pytest.raises(TypeError, match="expected a writable buffer"):
        block(bytes(16)).copy_to(b"", frame_count=0)


def test_transferred_memory_cannot_shrink_while_a_frame_uses_it() -> None:
    memory = bytearray(16)
    given = frame(memory, transfer=[memory])
    with pytest.raises(BufferError):
        memory.clear()
    assert given.data.nbytes == 16


@pytest.mark.parametrize("place", [PlaneLayout(-4, 12), PlaneLayout(0, 2**40)])
def test_a_plane_layout_object_is_checked_like_a_mapping(place: PlaneLayout) -> None:
    with pytest.raises(TypeError, match=r"layout\[0\]\.(offset|stride): expected a number from 0"):
        frame(bytes(24), layout=[place])


def test_the_error_says_why_a_buffer_is_not_available() -> None:
    closed = memoryview(bytes(16))
    closed.release()
    with pytest.raises(TypeError, match="got memoryview: operation forbidden on released"):
        frame(closed)


class TestDrivers:
    """A wrong buffer of a driver is an error, not a crash."""

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            ((ctypes.py_object * 16)(), "expected uint8, got py_object_Array_16 of object"),
            (array("q", range(2)), "expected uint8, got array of int64"),
            (shaped("B", 4, 4), r"expected an array of shape \(2, 2, 4\) or shape \(2, 8\)"),
            (bytes(15), "expected at least 16 bytes, got 15"),
        ],
    )
    def test_a_wrong_buffer_for_a_frame_is_rejected(self, given: object, named: str) -> None:
        with pytest.raises(TypeError, match=f"^VideoFrame.wrap: buffer: {named}"):
            VideoFrame.wrap(given, "RGBA", 2, 2, timestamp=0)

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            ((ctypes.py_object * 2)(), "expected float32 or flat bytes, got .* of object"),
            (array("d", [0, 0]), "expected float32 or flat bytes, got array of float64"),
            (shaped("f", 1, 4), r"expected an array of shape \(2, 2\)"),
            (bytes(15), "expected at least 16 bytes, got 15"),
        ],
    )
    def test_a_wrong_buffer_for_a_block_is_rejected(self, given: object, named: str) -> None:
        with pytest.raises(TypeError, match=f"^AudioData.wrap: buffer: {named}"):
            AudioData.wrap(given, "f32", 8000, 2, 2, timestamp=0)
