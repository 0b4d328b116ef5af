"""Frames as arrays, in a page that has loaded NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import read
from support.page_media import painted_stream

if TYPE_CHECKING:
    from mediadevices import VideoFrame

pytestmark = pytest.mark.lanes("oldpyodide")


async def painted() -> VideoFrame:
    async with painted_stream((200, 100, 50)) as (stream, _):
        (frame,) = await read(stream.get_tracks()[0])
    return frame


@pytest.mark.parametrize(
    ("wanted", "shape", "pixel"),
    [
        ("rgb24", (48, 64, 3), [200, 100, 50]),
        ("bgr24", (48, 64, 3), [50, 100, 200]),
        ("rgba", (48, 64, 4), [200, 100, 50, 255]),
        ("gray8", (48, 64), 124),
    ],
)
async def test_a_frame_is_an_array(
    wanted: str, shape: tuple[int, ...], pixel: list[int] | int
) -> None:
    import numpy as np

    with await painted() as frame:
        array = frame.to_ndarray(wanted)
    assert (array.shape, array.dtype) == (shape, np.uint8)
    assert np.abs(array.astype(int) - pixel).max() <= 2


async def test_an_array_of_the_native_format_is_the_memory_itself() -> None:
    import numpy as np

    with await painted() as frame:
        array = frame.to_ndarray()
        assert np.shares_memory(array, np.asarray(frame.data))
        assert not array.flags.writeable
