"""Operations on pictures with the standard library, and the code of all implementations."""

import gc
import weakref

import pytest

from mediadevices.errors import InvalidStateError
from mediadevices.media.frame_geometry import DOMRectReadOnly, packed_geometry
from mediadevices.media.media_resource import MediaResource
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.pixel_operations import black_frame, centre_crop
from mediadevices.media.pure_pixel_operations import PurePixelOperations
from mediadevices.media.video_frame import VideoFrame

OPERATIONS = PurePixelOperations()

# RGB and BT.601 in limited range.
COLOURS = {
    "black": ((0, 0, 0), (16, 128, 128)),
    "white": ((255, 255, 255), (235, 128, 128)),
    "red": ((255, 0, 0), (82, 90, 240)),
    "green": ((0, 255, 0), (145, 54, 34)),
    "blue": ((0, 0, 255), (41, 240, 110)),
}


def one_colour(pixel: bytes, name: str, width: int, height: int) -> VideoFrame:
    return VideoFrame.wrap(pixel * (width * height), name, width, height, timestamp=1, duration=2)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", ["I420", "I420A", "I422", "I444", "NV12"])
def test_rgb_converts_to_the_expected_yuv(colour: str, name: str) -> None:
    rgb, (luma, blue, red) = COLOURS[colour]
    made = OPERATIONS.convert(one_colour(bytes(rgb), "RGB24", 3, 3), name)
    planes = [set(plane) for plane in made.planes]
    near_blue, near_red = set(range(blue - 1, blue + 2)), set(range(red - 1, red + 2))
    assert planes[0] <= set(range(luma - 1, luma + 2))
    if name == "NV12":
        assert set(made.planes[1][0::2]) <= near_blue
        assert set(made.planes[1][1::2]) <= near_red
    else:
        assert planes[1] <= near_blue
        assert planes[2] <= near_red
    if name == "I420A":
        assert planes[3] == {255}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", ["I420", "I422", "I444", "NV12"])
def test_yuv_converts_to_the_expected_rgb(colour: str, name: str) -> None:
    rgb, (luma, blue, red) = COLOURS[colour]
    count = PIXEL_FORMATS[name].planes[1].columns(3) * PIXEL_FORMATS[name].planes[1].rows(3)
    chroma = (
        bytes([blue, red]) * count
        if name == "NV12"
        else bytes([blue]) * count + bytes([red]) * count
    )
    frame = VideoFrame.wrap(bytes([luma]) * 9 + chroma, name, 3, 3, timestamp=0)
    pixels = bytes(OPERATIONS.convert(frame, "RGB24").data)
    for index, channel in enumerate(pixels):
        assert abs(channel - rgb[index % 3]) <= 2


@pytest.mark.parametrize(
    ("source", "pixel", "target", "expected"),
    [
        ("RGB24", b"\x01\x02\x03", "BGR24", b"\x03\x02\x01"),
        ("BGR24", b"\x01\x02\x03", "RGBA", b"\x03\x02\x01\xff"),
        ("RGBA", b"\x01\x02\x03\x04", "BGRA", b"\x03\x02\x01\x04"),
        ("RGBX", b"\x01\x02\x03\x04", "RGBA", b"\x01\x02\x03\xff"),
        ("RGBA", b"\x01\x02\x03\x04", "BGRX", b"\x03\x02\x01\xff"),
        ("GRAY8", b"\x07", "BGRA", b"\x07\x07\x07\xff"),
        ("RGB24", b"\xff\x00\x00", "GRAY8", b"\x4c"),
        ("RGB24", b"\x00\xff\x00", "GRAY8", b"\x96"),
        ("RGB24", b"\x00\x00\xff", "GRAY8", b"\x1d"),
    ],
)
def test_channels_are_reordered(source: str, pixel: bytes, target: str, expected: bytes) -> None:
    made = OPERATIONS.convert(one_colour(pixel, source, 2, 1), target)
    assert bytes(made.data) == expected * 2


def test_gray_has_full_range_and_luma_limited_range() -> None:
    ramp = VideoFrame.wrap(b"\x10\xeb\x00\xff" + b"\x80" * 8, "I444", 4, 1, timestamp=0)
    assert bytes(OPERATIONS.convert(ramp, "GRAY8").data) == b"\x00\xff\x00\xff"
    gray = VideoFrame.wrap(b"\x00\xff", "GRAY8", 2, 1, timestamp=0)
    assert bytes(OPERATIONS.convert(gray, "I420").data) == b"\x10\xeb\x80\x80"


def test_conversion_keeps_the_positions_of_pixels() -> None:
    pixels = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])  # red green / blue white
    frame = VideoFrame.wrap(pixels, "RGB24", 2, 2, timestamp=0)
    there = OPERATIONS.convert(frame, "I444")
    back = bytes(OPERATIONS.convert(there, "RGB24").data)
    assert max(abs(before - after) for before, after in zip(pixels, back, strict=True)) <= 2


def test_a_converted_frame_keeps_time_orientation_and_display_size() -> None:
    frame = VideoFrame(
        one_colour(b"\1\2\3", "RGB24", 2, 2), display_width=4, display_height=2, rotation=180
    )
    made = OPERATIONS.convert(frame, "BGR24")
    assert (made.timestamp, made.duration, made.rotation) == (1, 2, 180)
    assert (made.display_width, made.display_height) == (4, 2)


def test_only_the_visible_pixels_are_converted() -> None:
    frame = VideoFrame.wrap(bytes(range(16)), "GRAY8", 4, 4, timestamp=0)
    part = VideoFrame(frame, visible_rect=DOMRectReadOnly(1, 1, 2, 2))
    made = OPERATIONS.convert(part, "RGB24")
    assert list(made.data)[::3] == [5, 6, 9, 10]
    assert made.coded_width == 2


def test_converting_to_the_same_format_shares_the_memory() -> None:
    memory = bytearray(4)
    made = OPERATIONS.convert(VideoFrame.wrap(memory, "GRAY8", 2, 2, timestamp=0), "GRAY8")
    memory[0] = 9
    assert made.data[0] == 9


def test_frames_that_share_memory_share_the_result() -> None:
    frame = one_colour(b"\1\2\3", "RGB24", 2, 2)
    first = OPERATIONS.convert(frame, "BGR24")
    second = OPERATIONS.convert(frame.retimed(9), "BGR24")
    assert first.resource is second.resource
    assert (first.timestamp, second.timestamp) == (1, 9)
    small = OPERATIONS.crop_and_scale(frame, 1, 1)
    assert OPERATIONS.crop_and_scale(frame.clone(), 1, 1).resource is small.resource


def test_closing_a_result_does_not_close_the_others() -> None:
    frame = one_colour(b"\1\2\3", "RGB24", 1, 1)
    OPERATIONS.convert(frame, "BGR24").close()
    assert bytes(OPERATIONS.convert(frame, "BGR24").data) == b"\3\2\1"


def test_different_parts_of_one_picture_are_different_results() -> None:
    frame = VideoFrame.wrap(bytes([1, 2]), "GRAY8", 2, 1, timestamp=0)
    left, right = (VideoFrame(frame, visible_rect=DOMRectReadOnly(x, 0, 1, 1)) for x in (0, 1))
    assert bytes(OPERATIONS.convert(left, "RGB24").data) == b"\1\1\1"
    assert bytes(OPERATIONS.convert(right, "RGB24").data) == b"\2\2\2"


class _Memory(bytearray):
    """Memory that supports weak references."""

    __slots__ = ("__weakref__",)


def test_only_a_few_results_are_cached() -> None:
    resource = MediaResource(b"")
    made: list[weakref.ref[_Memory]] = []

    def make() -> _Memory:
        memory = _Memory(1)
        made.append(weakref.ref(memory))
        return memory

    for key in range(100):
        resource.derived(key, make)
    gc.collect()
    assert len(made) == 100
    assert 0 < sum(reference() is not None for reference in made) <= 8


def test_a_closed_frame_is_an_error() -> None:
    frame = one_colour(b"\1", "GRAY8", 2, 2)
    frame.close()
    with pytest.raises(InvalidStateError):
        OPERATIONS.convert(frame, "RGB24")
    with pytest.raises(InvalidStateError):
        OPERATIONS.crop_and_scale(frame, 1, 1)


# --- cropping and scaling ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "target", "crop"),
    [
        ((640, 480), (320, 240), (0, 0, 640, 480)),
        ((640, 480), (640, 360), (0, 60, 640, 360)),
        ((640, 480), (480, 480), (80, 0, 480, 480)),
        ((1280, 720), (640, 480), (160, 0, 960, 720)),
        ((641, 481), (640, 480), (0, 0, 641, 481)),
        ((3, 100), (3, 1), (0, 49, 3, 1)),
    ],
)
def test_the_centre_is_cropped_to_the_aspect_ratio_of_the_target(
    size: tuple[int, int], target: tuple[int, int], crop: tuple[int, int, int, int]
) -> None:
    assert centre_crop(packed_geometry(PIXEL_FORMATS["GRAY8"], *size), *target) == crop


def test_a_crop_starts_on_a_whole_chroma_sample() -> None:
    assert centre_crop(packed_geometry(PIXEL_FORMATS["I420"], 10, 4), 4, 4) == (2, 0, 4, 4)


def test_shrinking_averages() -> None:
    frame = VideoFrame.wrap(bytes([0, 100, 50, 50, 200, 100, 0, 10]), "GRAY8", 4, 2, timestamp=3)
    made = OPERATIONS.crop_and_scale(frame, 2, 1)
    assert list(made.data) == [100, 28]
    assert (made.format, made.coded_width, made.coded_height) == ("GRAY8", 2, 1)
    assert made.timestamp == 3


def test_shrinking_by_a_fraction_weights_by_area() -> None:
    frame = VideoFrame.wrap(bytes([0, 90, 180] * 3), "GRAY8", 3, 3, timestamp=0)
    # A pixel of the target covers one sample and half of the middle sample.
    assert list(OPERATIONS.crop_and_scale(frame, 2, 2).data) == [30, 150] * 2


def test_scaling_keeps_channels_apart() -> None:
    frame = VideoFrame.wrap(bytes([10, 20, 30, 30, 40, 50] * 2), "RGB24", 2, 2, timestamp=0)
    assert list(OPERATIONS.crop_and_scale(frame, 1, 1).data) == [20, 30, 40]


def test_every_plane_is_scaled() -> None:
    memory = bytes([10] * 16 + [20] * 4 + [30] * 4)
    made = OPERATIONS.crop_and_scale(VideoFrame.wrap(memory, "I420", 4, 4, timestamp=0), 2, 2)
    assert list(made.data) == [10] * 4 + [20, 30]


def test_a_constant_picture_stays_constant_at_any_size() -> None:
    frame = VideoFrame.wrap(b"\xfd" * (47 * 31), "GRAY8", 47, 31, timestamp=0)
    for width, height in ((46, 30), (13, 7), (5, 31), (1, 1)):
        assert set(OPERATIONS.crop_and_scale(frame, width, height).data) == {0xFD}


def test_the_same_size_shares_the_memory() -> None:
    frame = one_colour(b"\1", "GRAY8", 2, 2)
    assert OPERATIONS.crop_and_scale(frame, 2, 2).resource is frame.resource


def test_enlarging_repeats_pixels() -> None:
    frame = VideoFrame.wrap(bytes([1, 2]), "GRAY8", 2, 1, timestamp=0)
    assert list(OPERATIONS.crop_and_scale(frame, 4, 2).data) == [1, 1, 2, 2] * 2


def seen(frame: VideoFrame) -> list[list[int]]:
    """Return the rows of a grey picture as displayed."""
    pixels = bytes(frame.data)
    width = frame.coded_width
    rows = [list(pixels[at : at + width]) for at in range(0, len(pixels), width)]
    for _ in range(frame.rotation // 90):
        rows = [list(row) for row in zip(*rows[::-1], strict=True)]
    return [row[::-1] for row in rows] if frame.flip else rows


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_rotated_picture_is_cropped_and_scaled_as_displayed(rotation: int, flip: bool) -> None:
    """Displayed, it is 8x4 with columns that get brighter from left to right."""
    rows = [[10 * column for column in range(8)]] * 4
    upright = rows if not flip else [row[::-1] for row in rows]
    for _ in range((360 - rotation) // 90 % 4):
        upright = [list(row) for row in zip(*upright[::-1], strict=True)]
    frame = VideoFrame(
        bytes(value for row in upright for value in row),
        format="GRAY8",
        coded_width=len(upright[0]),
        coded_height=len(upright),
        timestamp=7,
        rotation=rotation,
        flip=flip,
    )
    assert seen(frame) == rows
    halved = OPERATIONS.crop_and_scale(frame, 4, 2)
    assert seen(halved) == [[5, 25, 45, 65]] * 2
    cut = OPERATIONS.crop_and_scale(frame, 2, 4)
    assert seen(cut) == [[30, 40]] * 4
    for made, size in ((halved, (4, 2)), (cut, (2, 4))):
        assert (made.display_width, made.display_height) == size
        assert (made.rotation, made.flip, made.timestamp) == (rotation, flip, 7)


def test_a_stretched_picture_is_cropped_and_scaled_as_displayed() -> None:
    """Displayed, it is 8x2: each pixel is twice as wide as high."""
    frame = VideoFrame(
        bytes([0, 20, 40, 60] * 2),
        format="GRAY8",
        coded_width=4,
        coded_height=2,
        display_width=8,
        display_height=2,
        timestamp=0,
    )
    made = OPERATIONS.crop_and_scale(frame, 4, 1)
    assert (seen(made), made.display_width, made.display_height) == ([[0, 20, 40, 60]], 4, 1)
    made = OPERATIONS.crop_and_scale(frame, 2, 2)
    assert (seen(made), made.display_width, made.display_height) == ([[20, 20]] * 2, 2, 2)
    made = OPERATIONS.crop_and_scale(frame, 4, 2)
    assert (made.display_width, made.display_height, made.coded_width) == (4, 2, 4)


def test_a_stretched_picture_in_its_coded_size_shares_the_memory() -> None:
    memory = bytes([0, 20])
    init = {"format": "GRAY8", "codedWidth": 2, "codedHeight": 1, "timestamp": 0}
    frame = VideoFrame(memory, {**init, "displayWidth": 4, "displayHeight": 2})
    made = OPERATIONS.crop_and_scale(frame, 2, 1)
    assert (made.display_width, made.display_height) == (2, 1)
    assert made.resource is frame.resource


# --- black ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PIXEL_FORMATS)
def test_black_is_black_and_opaque_in_every_format(name: str) -> None:
    black = black_frame(name, 5, 3, timestamp=4, duration=6)
    assert (black.timestamp, black.duration) == (4, 6)
    assert bytes(OPERATIONS.convert(black, "RGBA").data) == b"\0\0\0\xff" * 15


def test_black_frames_share_their_memory() -> None:
    assert black_frame("I420", 4, 2).resource is black_frame("I420", 4, 2, 9).resource
    assert black_frame("I420", 4, 2).resource is not black_frame("I420", 4, 4).resource
