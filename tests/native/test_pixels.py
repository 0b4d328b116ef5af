"""OpenCV, NumPy and the standard library make the same pictures."""

import random
import sys

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mediadevices import implementations as platform
from mediadevices.media.frame_geometry import DOMRectReadOnly
from mediadevices.media.numpy_pixel_operations import NumpyPixelOperations
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.pure_pixel_operations import PurePixelOperations
from mediadevices.media.video_frame import VideoFrame
from mediadevices_native.pixels import OpenCVPixelOperations

IMPLEMENTATIONS = (OpenCVPixelOperations(), NumpyPixelOperations(), PurePixelOperations())
FORMATS = sorted(PIXEL_FORMATS)
SIZES = st.integers(1, 24)


def picture(name: str, width: int, height: int, seed: int, colours: int) -> bytes:
    """Return noise of a few values, so that planes of one colour come up as well."""
    choose = random.Random(seed)
    values = [choose.randrange(256) for _ in range(colours)]
    size = PIXEL_FORMATS[name].byte_size(width, height)
    return bytes(choose.choice(values) for _ in range(size))


def furthest(results: list[VideoFrame]) -> int:
    pictures = np.array([np.frombuffer(result.data, np.uint8) for result in results], np.int16)
    return int(np.max(pictures.max(0) - pictures.min(0)))


@settings(deadline=None, max_examples=300)
@given(
    source=st.sampled_from(FORMATS),
    target=st.sampled_from(FORMATS),
    width=SIZES,
    height=SIZES,
    seed=st.integers(0, 2**32),
    colours=st.integers(1, 256),
    part=st.tuples(*[st.floats(0, 1)] * 4),
)
def test_all_convert_alike(
    source: str,
    target: str,
    width: int,
    height: int,
    seed: int,
    colours: int,
    part: tuple[float, float, float, float],
) -> None:
    assume(source != target)
    memory = picture(source, width, height, seed, colours)
    shape = PIXEL_FORMATS[source]
    x = int(part[0] * (width - 1)) // shape.subsampling_x * shape.subsampling_x
    y = int(part[1] * (height - 1)) // shape.subsampling_y * shape.subsampling_y
    rect = DOMRectReadOnly(
        x, y, 1 + int(part[2] * (width - x - 1)), 1 + int(part[3] * (height - y - 1))
    )
    # Results are kept with the memory, so each implementation has a frame of its own.
    results = [
        operations.convert(
            VideoFrame(
                VideoFrame.wrap(memory, source, width, height, timestamp=0), visible_rect=rect
            ),
            target,
        )
        for operations in IMPLEMENTATIONS
    ]
    assert {result.visible_rect for result in results} == {(0, 0, rect.width, rect.height)}
    assert furthest(results) <= 2


@settings(deadline=None, max_examples=200)
@given(
    name=st.sampled_from(FORMATS),
    width=SIZES,
    height=SIZES,
    target_width=SIZES,
    target_height=SIZES,
    seed=st.integers(0, 2**32),
    colours=st.integers(1, 256),
)
def test_all_crop_and_scale_alike(
    name: str,
    width: int,
    height: int,
    target_width: int,
    target_height: int,
    seed: int,
    colours: int,
) -> None:
    memory = picture(name, width, height, seed, colours)
    results = [
        operations.crop_and_scale(
            VideoFrame.wrap(memory, name, width, height, timestamp=0), target_width, target_height
        )
        for operations in IMPLEMENTATIONS
    ]
    assert furthest(results) <= 2


@pytest.mark.parametrize("name", ["I420", "NV12", "BGR24", "RGBA"])
def test_all_shrink_a_camera_picture_alike(name: str) -> None:
    memory = np.random.default_rng(1).integers(
        0, 256, PIXEL_FORMATS[name].byte_size(320, 240), dtype=np.uint8
    )
    for target in ((160, 120), (213, 91), (64, 64)):
        results = [
            operations.crop_and_scale(VideoFrame.wrap(memory, name, 320, 240, timestamp=0), *target)
            for operations in IMPLEMENTATIONS
        ]
        assert furthest(results) <= 2


def test_opencv_converts_as_cvtcolor_does() -> None:
    memory = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    for operations in IMPLEMENTATIONS:
        frame = VideoFrame.wrap(memory, "BGR24", 64, 48, timestamp=0)
        theirs = cv2.cvtColor(memory, cv2.COLOR_BGR2YUV_I420)
        ours = operations.convert(frame, "I420").to_ndarray()
        assert ours.shape == theirs.shape
        assert np.abs(ours.astype(int) - theirs).max() <= 2


def test_opencv_writes_scaled_planes_where_they_stay() -> None:
    written = np.empty((2, 2, 3), np.uint8)
    assert cv2.resize(np.zeros((4, 4, 3), np.uint8), (2, 2), written) is written


def test_a_read_only_picture_is_scaled_and_converted_without_being_touched() -> None:
    memory = bytes(range(48))
    frame = VideoFrame.wrap(memory, "BGR24", 4, 4, timestamp=0)
    for operations in IMPLEMENTATIONS:
        operations.crop_and_scale(frame, 2, 2)
        operations.convert(frame, "RGB24")
    assert bytes(frame.data) == bytes(range(48))


def test_the_desktop_uses_opencv() -> None:
    assert isinstance(platform.pixel_operations(), OpenCVPixelOperations)
    assert platform.pixel_operations() is platform.pixel_operations()


def test_without_opencv_numpy_is_used_and_without_both_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "_desktop_pixels", platform._desktop_pixels.__wrapped__)
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert type(platform.pixel_operations()) is NumpyPixelOperations
    monkeypatch.setattr(platform, "_numpy_pixels", platform._numpy_pixels.__wrapped__)
    monkeypatch.setitem(sys.modules, "mediadevices.media.numpy_pixel_operations", None)
    assert isinstance(platform.pixel_operations(), PurePixelOperations)


def test_in_a_page_numpy_is_used_once_the_page_has_loaded_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    with monkeypatch.context() as before:
        before.delitem(sys.modules, "numpy")
        assert isinstance(platform.pixel_operations(), PurePixelOperations)
    assert type(platform.pixel_operations()) is NumpyPixelOperations
