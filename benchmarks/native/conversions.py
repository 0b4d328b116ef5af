"""N7: conversions of format and size, compared with OpenCV's best call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.support.figures import ratio
from benchmarks.support.runs import interleaved
from mediadevices import VideoFrame
from mediadevices.implementations import pixel_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from cv2.typing import MatLike
    from numpy.typing import NDArray

    from benchmarks.support.figures import Figure
    from benchmarks.support.runs import Effort

    Picture = NDArray[np.uint8]
    Ours = Callable[[VideoFrame], Picture]
    Raw = Callable[[Picture], MatLike]

_WIDTH, _HEIGHT = 1920, 1080
_ROUNDS = 60


def _frame(picture: Picture) -> VideoFrame:
    return VideoFrame.wrap(picture, "BGR24", _WIDTH, _HEIGHT, timestamp=0)


def _converted(format: str) -> Ours:
    def convert(frame: VideoFrame) -> Picture:
        with frame:
            return frame.to_ndarray(format)

    return convert


def _scaled(width: int, height: int) -> Ours:
    operations = pixel_operations()

    def scale(frame: VideoFrame) -> Picture:
        with frame, operations.crop_and_scale(frame, width, height) as smaller:
            return smaller.to_ndarray()

    return scale


def _resized(width: int, height: int, crop: slice) -> Raw:
    def resize(picture: Picture) -> MatLike:
        return cv2.resize(picture[:, crop], (width, height), interpolation=cv2.INTER_AREA)

    return resize


_CASES: tuple[tuple[str, Ours, Raw], ...] = (
    ("BGR to RGB24", _converted("rgb24"), lambda one: cv2.cvtColor(one, cv2.COLOR_BGR2RGB)),
    ("BGR to RGBA", _converted("rgba"), lambda one: cv2.cvtColor(one, cv2.COLOR_BGR2RGBA)),
    ("BGR to GRAY8", _converted("gray8"), lambda one: cv2.cvtColor(one, cv2.COLOR_BGR2GRAY)),
    ("BGR to I420", _converted("i420"), lambda one: cv2.cvtColor(one, cv2.COLOR_BGR2YUV_I420)),
    ("scaled to 1280x720", _scaled(1280, 720), _resized(1280, 720, slice(None))),
    ("cropped and scaled to 640x480", _scaled(640, 480), _resized(640, 480, slice(240, 1680))),
)


async def measure(effort: Effort) -> list[Figure]:
    """Time each conversion on one thread, so that other load does not matter."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return [await _compare(effort, *case) for case in _CASES]
    finally:
        cv2.setNumThreads(threads)


async def _compare(
    effort: Effort,
    name: str,
    ours: Ours,
    raw: Raw,
) -> Figure:
    picture = np.random.default_rng(1).integers(0, 256, (_HEIGHT, _WIDTH, 3), dtype=np.uint8)
    same = np.array_equal(ours(_frame(picture)), raw(picture))
    assert same, f"{name}: the results differ"
    rounds = effort.count(_ROUNDS)

    async def run_ours() -> float:
        frames = [_frame(picture) for _ in range(rounds)]  # creating them is the driver's work
        start = time.thread_time()
        for frame in frames:
            ours(frame)
        return (time.thread_time() - start) / rounds * 1000

    async def run_raw() -> float:
        start = time.thread_time()
        for _ in range(rounds):
            raw(picture)
        return (time.thread_time() - start) / rounds * 1000

    mine, plain = await interleaved(2 * effort.runs + 1, run_ours, run_raw)
    return ratio("N7", "conversion", f"{name}, from 1080p", mine, plain, "ms", 1.05)
