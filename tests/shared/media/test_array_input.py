"""NumPy arrays as the data of frames and blocks, and as the destinations of copies."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mediadevices.media.audio_data import AudioData
from mediadevices.media.video_frame import VideoFrame

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.lanes("cpython")

RED = [255, 0, 0]

WRONG = [
    (np.zeros(24, object), "ndarray of object"),
    (np.zeros(24, np.int64), "ndarray of int64"),
    (np.zeros(24, np.float64), "ndarray of float64"),
    (np.zeros(24, np.float16), "ndarray of float16"),
    (np.zeros(24, np.int8), "ndarray of int8"),
    (np.zeros(24, bool), "ndarray of bool"),
    (np.zeros(24, ">f4" if sys.byteorder == "little" else "<f4"), "of byte-swapped float32"),
    (np.zeros(24, [("left", "f4"), ("right", object)]), r"items of the format 'T\{"),
    (np.zeros(24, "datetime64[s]"), r"ndarray of datetime64\[s\]: cannot include"),
    (np.zeros(24, "S1"), "items of the format '1s'"),
    (np.zeros(24, "U1"), "items of the format '1w'"),
    (np.zeros(24, "V4"), "items of the format '4x'"),
    (np.zeros(24, np.complex64), "items of the format 'Zf'"),
    (np.zeros((24, 2), np.uint8)[:, 0], "make a contiguous copy"),
    (np.asfortranarray(np.zeros((2, 2, 3), np.uint8)), "make a contiguous copy"),
]


def picture(data: object, height: int = 2) -> VideoFrame:
    return VideoFrame(data, format="RGB24", coded_width=2, coded_height=height, timestamp=0)


def block(data: object, sample_format: str = "f32") -> AudioData:
    return AudioData(
        data=data,
        format=sample_format,
        sample_rate=8000,
        number_of_frames=3,
        number_of_channels=2,
        timestamp=0,
    )


@pytest.mark.parametrize(("given", "named"), WRONG)
async def test_an_array_of_another_type_is_rejected(given: object, named: str) -> None:
    with pytest.raises(TypeError, match=f"^VideoFrame: data: .*{named}"):
        picture(given)
    with pytest.raises(TypeError, match=f"^VideoFrame.copy_to: destination: .*{named}"):
        await picture(bytes(12)).copy_to(given)
    with pytest.raises(TypeError, match=f"^AudioData: init.data: .*{named}"):
        block(given)
    with pytest.raises(TypeError, match=f"^AudioData.copy_to: destination: .*{named}"):
        block(bytes(24)).copy_to(given)


def test_pixels_of_an_array_keep_their_colour() -> None:
    pixels = [[RED, RED], [RED, RED]]
    assert picture(np.array(pixels, np.uint8)).to_ndarray().tolist() == pixels
    with pytest.raises(TypeError, match="expected uint8, got ndarray of int64"):
        picture(np.array(pixels, np.int64))


def test_a_picture_of_another_size_is_rejected() -> None:
    with pytest.raises(TypeError, match=r"\(2, 2, 3\) or shape \(2, 6\) .*, got shape \(2, 3, 3\)"):
        picture(np.zeros((2, 3, 3), np.uint8))


def test_constructors_accept_the_arrays_of_to_ndarray() -> None:
    for name in ("RGB24", "BGRA", "GRAY8", "I420", "NV12", "I444", "I420A"):
        array = picture(bytes(range(24)), 4).to_ndarray(name)
        again = VideoFrame(array, format=name, coded_width=2, coded_height=4, timestamp=0)
        assert (again.to_ndarray() == array).all()
    for name in ("u8", "s16", "s32", "f32", "f32-planar", "s16-planar"):
        array = block(np.linspace(-1, 1, 6, dtype=np.float32)).to_ndarray(name)
        again = block(np.ascontiguousarray(array), name)
        assert (again.to_ndarray() == array).all()


async def test_copy_to_writes_to_arrays() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    await picture(bytes(range(12))).copy_to(pixels)
    assert pixels[1, 1].tolist() == [9, 10, 11]
    samples = np.zeros((3, 2), np.float32)
    block(np.arange(6, dtype=np.float32).reshape(3, 2)).copy_to(samples)
    assert samples[2].tolist() == [4, 5]
    samples.flags.writeable = False
    with pytest.raises(TypeError, match="expected a writable buffer, got a read-only one"):
        block(bytes(24)).copy_to(samples)


_FRAME_COPY = "asyncio.run(copied(frame))"
_BLOCK_COPY = "block.copy_to(objects)"
_PROGRAM = """
import asyncio, numpy
from mediadevices import AudioData, VideoFrame

async def copied(frame):
    await frame.copy_to(objects)

objects = numpy.zeros(3, object)
frame = VideoFrame(bytes([200]) * 24, format="I420", coded_width=4, coded_height=4, timestamp=0)
block = AudioData(
    format="u8", sample_rate=8000, number_of_frames=24, number_of_channels=1, timestamp=0,
    data=bytes([200]) * 24,
)
try:
    {copy}
except TypeError as error:
    print(error)
print(objects)
"""


@pytest.mark.parametrize("copy", [_FRAME_COPY, _BLOCK_COPY])
def test_copying_to_an_array_of_objects_does_not_corrupt_them(copy: str) -> None:
    program = [sys.executable, "-c", _PROGRAM.format(copy=copy)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    [refusal, objects] = done.stdout.splitlines()
    assert refusal.endswith("got ndarray of object")
    assert objects == "[0 0 0]"
