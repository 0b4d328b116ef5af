"""`VideoFrame`: attributes, memory, copies, and errors."""

import sys
import warnings

import pytest

from mediadevices.errors import InvalidStateError, MediaDevicesWarning
from mediadevices.media.frame_geometry import DOMRectReadOnly
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.video_frame import VideoFrame

I420_4X2 = bytes(range(12))  # eight bytes of luma, two of U, two of V


def i420(**more: object) -> VideoFrame:
    init = {"format": "I420", "codedWidth": 4, "codedHeight": 2, "timestamp": 7}
    return VideoFrame(I420_4X2, init, **more)


def test_a_frame_has_the_values_of_its_init() -> None:
    frame = i420(duration=33)
    assert (frame.format, frame.coded_width, frame.coded_height) == ("I420", 4, 2)
    assert (frame.display_width, frame.display_height) == (4, 2)
    assert frame.coded_rect == frame.visible_rect == DOMRectReadOnly(0, 0, 4, 2)
    assert (frame.timestamp, frame.duration) == (7, 33)
    assert (frame.rotation, frame.flip, frame.closed) == (0, False, False)
    assert repr(frame) == "<VideoFrame I420 4x2 timestamp=7>"


def test_the_standards_spelling_works_too() -> None:
    frame = i420()
    assert frame.codedWidth == 4
    assert frame.visibleRect.right == 4
    assert frame.allocationSize() == 12


def test_camel_case_snake_case_and_keywords_make_the_same_frame() -> None:
    snake = {"format": "I420", "coded_width": 4, "coded_height": 2, "timestamp": 7}
    for frame in (VideoFrame(I420_4X2, snake), VideoFrame(I420_4X2, **snake)):
        assert (frame.coded_width, frame.timestamp) == (4, 7)


def test_a_keyword_wins_over_the_mapping() -> None:
    assert i420(timestamp=9).timestamp == 9


def test_a_large_timestamp_keeps_its_last_digit() -> None:
    assert i420(timestamp=2**60 + 1).timestamp == 2**60 + 1


def test_planes_have_the_layout_of_the_standard() -> None:
    frame = i420()
    assert frame.layout == ((0, 4), (8, 2), (10, 2))
    assert [bytes(plane) for plane in frame.planes] == [I420_4X2[:8], b"\x08\x09", b"\x0a\x0b"]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("I420", 15 + 6 + 6),
        ("I420A", 15 + 6 + 6 + 15),
        ("I422", 15 + 9 + 9),
        ("I444", 45),
        ("NV12", 15 + 12),
        ("RGBA", 60),
        ("RGBX", 60),
        ("BGRA", 60),
        ("BGRX", 60),
        ("RGB24", 45),
        ("BGR24", 45),
        ("GRAY8", 15),
    ],
)
def test_odd_sizes_round_subsampled_planes_up(name: str, size: int) -> None:
    frame = VideoFrame.wrap(bytes(size), name, 5, 3, timestamp=0)
    assert frame.allocation_size() == size
    assert sum(len(plane) for plane in frame.planes) == size


def test_every_format_is_in_the_test_of_odd_sizes() -> None:
    assert len(PIXEL_FORMATS) == 12


def test_format_names_are_case_insensitive() -> None:
    frame = VideoFrame(bytes(12), format="bgr24", coded_width=2, coded_height=2, timestamp=0)
    assert frame.format == "BGR24"


# --- memory -----------------------------------------------------------------------------------


def test_a_wrapped_frame_shares_the_drivers_memory() -> None:
    memory = bytearray(12)
    frame = VideoFrame.wrap(memory, "I420", 4, 2, timestamp=0)
    clone, view, plane = frame.clone(), frame.data, frame.planes[0]
    memory[0] = 200
    assert (view[0], plane[0], clone.data[0]) == (200, 200, 200)


def test_a_frame_is_read_only() -> None:
    frame = VideoFrame.wrap(bytearray(12), "I420", 4, 2, timestamp=0)
    for view in (frame.data, *frame.planes):
        assert view.readonly
        with pytest.raises(TypeError, match="read-only"):
            view[0] = 1


def test_a_writable_buffer_is_copied() -> None:
    memory = bytearray(12)
    init = {"format": "I420", "coded_width": 4, "coded_height": 2, "timestamp": 0}
    copied, shared = VideoFrame(memory, init), VideoFrame(memory, init, transfer=[memory])
    memory[0] = 200
    assert copied.data[0] == 0
    assert shared.data[0] == 200


def test_a_read_only_buffer_is_shared() -> None:
    memory = bytearray(12)
    frame = VideoFrame(
        memoryview(memory).toreadonly(),
        {"format": "I420", "coded_width": 4, "coded_height": 2, "timestamp": 0},
    )
    memory[0] = 200
    assert frame.data[0] == 200


def test_a_frame_of_a_frame_shares_its_memory_with_another_timestamp() -> None:
    memory = bytearray(12)
    frame = VideoFrame.wrap(memory, "I420", 4, 2, timestamp=1, duration=2)
    again = VideoFrame(frame, timestamp=5)
    memory[0] = 200
    assert (again.timestamp, again.duration, again.data[0]) == (5, 2, 200)
    assert (frame.retimed(8).timestamp, frame.retimed(8).duration) == (8, None)


def test_release_is_called_once_when_the_last_frame_is_closed() -> None:
    released: list[int] = []
    frame = VideoFrame.wrap(
        bytes(12), "I420", 4, 2, timestamp=0, release=lambda: released.append(1)
    )
    clone = frame.clone()
    frame.close()
    frame.close()
    assert released == []
    clone.close()
    assert released == [1]


def test_release_is_called_when_the_last_frame_is_collected() -> None:
    released: list[int] = []
    frame = VideoFrame.wrap(
        bytes(12), "I420", 4, 2, timestamp=0, release=lambda: released.append(1)
    )
    del frame
    assert released == [1]


def test_release_waits_for_the_views() -> None:
    released: list[int] = []
    frame = VideoFrame.wrap(
        bytes(12), "I420", 4, 2, timestamp=0, release=lambda: released.append(1)
    )
    part = frame.data[4:8]
    frame.close()
    assert released == []
    del part
    # Python 3.11 cannot tell that the view is gone, so it never releases the memory to the pool.
    assert released == ([1] if sys.version_info >= (3, 12) else [])


def test_a_frame_is_a_buffer_since_python_3_12() -> None:
    if sys.version_info >= (3, 12):
        assert bytes(memoryview(i420())) == I420_4X2
    else:
        with pytest.raises(TypeError):
            memoryview(i420())


# --- closing ----------------------------------------------------------------------------------


def test_a_closed_frame_keeps_its_time_and_nothing_else() -> None:
    frame = i420(duration=33)
    with frame as same:
        assert same is frame
    assert frame.closed
    assert (frame.format, frame.coded_rect, frame.visible_rect) == (None, None, None)
    assert (frame.coded_width, frame.coded_height) == (0, 0)
    assert (frame.display_width, frame.display_height, frame.rotation) == (0, 0, 0)
    assert (frame.timestamp, frame.duration) == (7, 33)
    assert repr(frame) == "<VideoFrame closed timestamp=7>"


@pytest.mark.parametrize(
    "use",
    [
        lambda frame: frame.clone(),
        lambda frame: frame.retimed(1),
        lambda frame: frame.allocation_size(),
        lambda frame: frame.data,
        lambda frame: frame.planes,
        lambda frame: frame.layout,
        VideoFrame,
    ],
)
def test_using_a_closed_frame_is_an_error(use: object) -> None:
    frame = i420()
    frame.close()
    with pytest.raises(InvalidStateError, match="closed; take a clone"):
        use(frame)


async def test_copying_a_closed_frame_fails_when_awaited() -> None:
    frame = i420()
    frame.close()
    result = frame.copy_to(bytearray(12))
    with pytest.raises(InvalidStateError, match="closed"):
        await result


def test_closing_a_frame_does_not_close_its_clones() -> None:
    frame = i420()
    clone = frame.clone()
    frame.close()
    assert bytes(clone.data) == I420_4X2


# --- view -------------------------------------------------------------------------------------


def test_the_visible_part_is_displayed() -> None:
    frame = i420(visible_rect={"x": 2, "y": 0, "width": 2, "height": 2})
    assert frame.visible_rect == (2, 0, 2, 2)
    assert (frame.coded_width, frame.display_width, frame.allocation_size()) == (4, 2, 6)


def test_cropping_keeps_the_aspect_ratio_of_pixels() -> None:
    frame = i420(display_width=8, display_height=2)
    assert VideoFrame(frame, visible_rect=DOMRectReadOnly(0, 0, 2, 2)).display_width == 4
    tall = i420(display_width=4, display_height=6)
    part = VideoFrame(tall, visible_rect=DOMRectReadOnly(0, 0, 2, 2))
    assert (part.display_width, part.display_height) == (2, 6)
    wide = VideoFrame(
        bytes(4 * 4),
        format="GRAY8",
        coded_width=4,
        coded_height=4,
        timestamp=0,
        display_width=4,
        display_height=12,
    )
    part = VideoFrame(wide, visible_rect=DOMRectReadOnly(0, 0, 4, 2))
    assert (part.display_width, part.display_height) == (4, 6)


def test_rotations_add_up_and_swap_the_display_size() -> None:
    turned = i420(rotation=90)
    assert (turned.rotation, turned.display_width, turned.display_height) == (90, 2, 4)
    back = VideoFrame(turned, rotation=270, flip=True)
    assert (back.rotation, back.flip, back.display_width, back.display_height) == (0, True, 4, 2)


def test_a_flipped_picture_rotates_the_other_way() -> None:
    mirrored = i420(rotation=90, flip=True)
    assert (mirrored.rotation, mirrored.flip) == (90, True)
    turned = VideoFrame(mirrored, rotation=270)
    assert (turned.rotation, turned.flip) == (180, True)
    assert (turned.display_width, turned.display_height) == (4, 2)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [(False, False, False), (False, True, True), (True, False, True), (True, True, False)],
)
def test_flipping_twice_is_not_flipping(first: bool, second: bool, both: bool) -> None:
    assert VideoFrame(i420(flip=first), flip=second).flip is both


# --- copying ----------------------------------------------------------------------------------


async def test_copy_to_writes_the_planes_and_returns_their_layout() -> None:
    target = bytearray(14)
    assert await i420().copy_to(target) == [
        {"offset": 0, "stride": 4},
        {"offset": 8, "stride": 2},
        {"offset": 10, "stride": 2},
    ]
    assert target == I420_4X2 + b"\0\0"


async def test_copy_to_copies_a_rectangle() -> None:
    target = bytearray(6)
    await i420().copy_to(target, {"rect": {"x": 2, "y": 0, "width": 2, "height": 2}})
    assert list(target) == [2, 3, 6, 7, 9, 11]


async def test_copy_to_follows_a_layout() -> None:
    target = bytearray(20)
    layout = [{"offset": 4, "stride": 5}, {"offset": 0, "stride": 2}, {"offset": 2, "stride": 2}]
    assert i420().allocation_size({"layout": layout}) == 14
    assert await i420().copy_to(target, layout=layout) == layout
    assert list(target[:14]) == [8, 9, 10, 11, 0, 1, 2, 3, 0, 4, 5, 6, 7, 0]


async def test_copy_to_converts() -> None:
    red = VideoFrame.wrap(b"\x00\x00\xff" * 4, "BGR24", 2, 2, timestamp=0)
    target = bytearray(16)
    assert await red.copy_to(target, format="RGBA") == [{"offset": 0, "stride": 8}]
    assert bytes(target) == b"\xff\x00\x00\xff" * 4
    assert red.allocation_size(format="RGBA") == 16


async def test_a_frame_with_padded_rows_is_copied_without_the_padding() -> None:
    padded = VideoFrame(
        bytes([1, 2, 0, 3, 4, 0]),
        format="GRAY8",
        coded_width=2,
        coded_height=2,
        timestamp=0,
        layout=[{"offset": 0, "stride": 3}],
    )
    target = bytearray(4)
    await padded.copy_to(target)
    assert list(target) == [1, 2, 3, 4]
    like_the_frame = bytearray(b"\x09" * 6)
    await padded.copy_to(like_the_frame, layout=padded.layout)
    assert list(like_the_frame) == [1, 2, 9, 3, 4, 9]


@pytest.mark.lanes("cpython")  # in a page an event loop is always running
def test_copy_to_needs_an_event_loop() -> None:
    with pytest.raises(InvalidStateError, match="no event loop is running; use `data`"):
        i420().copy_to(bytearray(12))


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        (bytearray(11), {}, r"destination: expected at least 12 bytes, got 11"),
        (bytes(12), {}, r"destination: expected a writable buffer"),
        (12, {}, r"destination: expected bytes, an array or another buffer, got int"),
        (bytearray(12), {"format": "YUV"}, r"options\.format: expected one of I420, .*got 'YUV'"),
        (
            bytearray(12),
            {"rect": {"x": 1, "y": 0, "width": 2, "height": 2}},
            r"options\.rect: x must be a multiple of 2",
        ),
        (bytearray(12), {"rect": 5}, r"options\.rect: expected a mapping, got 5"),
        (bytearray(12), {"layout": []}, r"options\.layout: expected 3 planes for I420, got 0"),
    ],
)
async def test_copy_to_names_the_wrong_option(
    target: object, options: object, message: str
) -> None:
    result = i420().copy_to(target, options)
    with pytest.raises(TypeError, match=r"^VideoFrame\.copy_to: " + message):
        await result


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": None}, r"init\.format: required, but not given"),
        ({"format": "I421"}, r"init\.format: expected one of I420, I420A, .*got 'I421'"),
        ({"format": 3}, r"init\.format: expected one of .*got 3"),
        ({"coded_width": None}, r"init\.codedWidth: required, but not given"),
        ({"coded_width": 0}, r"init\.codedWidth: expected a number from 1 to \d+, got 0"),
        ({"coded_width": "4"}, r"init\.codedWidth: expected a number, got '4'"),
        ({"coded_height": True}, r"init\.codedHeight: expected a number, got True"),
        ({"coded_height": float("nan")}, r"init\.codedHeight: expected a finite number, got nan"),
        ({"coded_height": 4}, r"data: I420 4x4 needs 24 bytes, got 12"),
        ({"timestamp": None}, r"init\.timestamp: required, but not given"),
        ({"timestamp": "now"}, r"init\.timestamp: expected a number, got 'now'"),
        ({"duration": -1}, r"init\.duration: expected a number of 0 or more, got -1"),
        ({"layout": 5}, r"init\.layout: expected a sequence of planes, got 5"),
        ({"layout": [{}] * 3}, r"init\.layout\[0\]\.offset: required, but not given"),
        (
            {"layout": [{"offset": 0, "stride": 3}] * 3},
            r"init\.layout\[0\]\.stride: a row needs 4 bytes, got 3",
        ),
        (
            {"layout": [{"offset": 0, "stride": 4}] * 3},
            r"init\.layout\[1\]: overlaps plane 0",
        ),
        (
            {"visible_rect": {"x": 2, "y": 0, "width": 4, "height": 2}},
            r"init\.visibleRect: 4x2 at \(2, 0\) exceeds the coded size 4x2",
        ),
        ({"visible_rect": {"x": 0}}, r"init\.visibleRect\.width: required, but not given"),
        ({"display_width": 4}, r"init: displayWidth and displayHeight must be given together"),
        (
            {"display_width": 2**31 - 1, "display_height": 1},
            r"init\.displayWidth: expected a number from 1 to 32767, got 2147483647",
        ),
        (
            {"display_width": 32767, "display_height": 32767},
            r"init: a picture of 32767x32767 has more than 268435456 pixels",
        ),
        ({"coded_width": 40000}, r"init\.codedWidth: expected a number from 1 to 32767"),
        ({"rotation": 45}, r"init\.rotation: expected a multiple of 90, got 45"),
        ({"flip": 1}, r"init\.flip: expected True or False, got 1"),
        ({"transfer": 1}, r"init\.transfer: expected a list of buffers, got 1"),
        ({"fromat": "I420"}, r"init: unexpected keyword 'fromat'; did you mean 'format'\?"),
    ],
)
def test_errors_name_the_wrong_member(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {
        "format": "I420",
        "coded_width": 4,
        "coded_height": 2,
        "timestamp": 0,
    }
    with pytest.raises(TypeError, match="^VideoFrame: " + message):
        VideoFrame(I420_4X2, **{**good, **change})


def test_an_init_must_be_a_mapping() -> None:
    with pytest.raises(TypeError, match=r"^VideoFrame: init: expected a mapping, got 5"):
        VideoFrame(I420_4X2, 5)


def test_data_must_be_a_buffer() -> None:
    init = {"format": "I420", "coded_width": 4, "coded_height": 2, "timestamp": 0}
    with pytest.raises(TypeError, match=r"data: expected bytes, an array .* got str"):
        VideoFrame("text", init)
    with pytest.raises(TypeError, match=r"data: expected a C-contiguous buffer"):
        VideoFrame(memoryview(bytes(24))[::2], init)


def test_an_unknown_key_is_ignored_with_a_suggestion() -> None:
    init = {
        "format": "I420",
        "codedWidth": 4,
        "codedHeight": 2,
        "timestamp": 0,
        "durration": 3,
    }
    with pytest.warns(MediaDevicesWarning, match=r"durration: unknown, ignored; did you mean"):
        frame = VideoFrame(I420_4X2, init)
    assert frame.duration is None


def test_unused_keys_of_the_standard_cause_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        i420(color_space={"matrix": "bt709"})
