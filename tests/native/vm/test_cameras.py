"""The camera driver and a real V4L2 camera: the kernel's `vivid`, with its known picture."""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import Configuration, Device, Range, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices_native.cameras import OpenCVCameraDriver, diagnose
from mediadevices_native.cameras.pixel_formats import COMPRESSED_FORMATS, DECODABLE_FORMATS
from mediadevices_native.cameras.v4l2.cameras import LinuxCameras
from support import vivid
from support.fake_opencv import RecordingSink

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Capture
    from mediadevices.media.video_frame import VideoFrame
    from support.faults import FaultNotes

pytestmark = pytest.mark.usefixtures("cameras")

VGA = VideoMode(640, 480, 25.0, "YUYV")
BARS = {
    "white": (255, 255, 255),
    "yellow": (0, 255, 255),
    "cyan": (255, 255, 0),
    "green": (0, 255, 0),
    "magenta": (255, 0, 255),
    "red": (0, 0, 255),
    "blue": (255, 0, 0),
    "black": (0, 0, 0),
}
"""The 100 % colour bars from left to right, as blue, green, red."""


def brightness(colour: tuple[int, int, int]) -> int:
    """Return how bright a colour is, by ITU-R BT.709, as `vivid` weighs them."""
    blue, green, red = colour
    return round(0.0722 * blue + 0.7152 * green + 0.2126 * red)


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (a thread makes it true, and has no event)
            await asyncio.sleep(0.005)


@pytest.fixture
def driver() -> OpenCVCameraDriver:
    return OpenCVCameraDriver()


async def first_camera(driver: OpenCVCameraDriver) -> Device:
    return (await driver.list_devices())[0]


async def capture(
    driver: OpenCVCameraDriver, configuration: Configuration
) -> tuple[Capture, RecordingSink]:
    sink = RecordingSink()
    return await driver.open(await first_camera(driver), configuration, sink), sink


async def test_cameras_are_listed_by_name_with_modes_and_controls(
    driver: OpenCVCameraDriver,
) -> None:
    first, second = await driver.list_devices()
    assert (first.label, first.address) == ("vivid", Path("/dev/video0"))
    assert first.group_key == "platform:vivid-000"
    assert first.key != second.key
    assert first.modes[0] == VideoMode(320, 180, 60.0, "YUYV")
    modes = {mode for mode in first.modes if isinstance(mode, VideoMode)}
    assert {(m.width, m.height) for m in modes} == {
        (320, 180),
        (640, 360),
        (640, 480),
        (1280, 720),
        (1920, 1080),
        (3840, 2160),
    }
    assert {m.frame_rate for m in modes if m.width == 1280} == {1, 2, 4, 5, 10, 12.5}
    assert {m.pixel_format for m in modes} >= {"YUYV", "UYVY", "NV12", "RGB3", "GREY"}
    assert first.controls["brightness"] == Range(0, 255, 1)
    assert first.initial["brightness"] == 128


@pytest.mark.parametrize(
    "mode",
    [
        VideoMode(320, 180, 30.0, "YUYV"),
        VideoMode(640, 480, 25.0, "UYVY"),
        VideoMode(1280, 720, 12.5, "NV12"),
        VideoMode(1920, 1080, 5.0, "BGR3"),
    ],
    ids=lambda mode: f"{mode.width}x{mode.height}-{mode.pixel_format}",
)
async def test_a_mode_is_captured_as_it_was_asked_and_shows_the_colour_bars(
    driver: OpenCVCameraDriver, mode: VideoMode
) -> None:
    opened, sink = await capture(driver, Configuration(mode))
    await until(lambda: len(sink.frames) >= 3)
    await opened.close()
    assert opened.configuration.mode == mode
    frame = sink.frames[-1]
    assert (frame.coded_width, frame.coded_height) == (mode.width, mode.height)
    picture = frame.to_ndarray("BGR24")
    row = picture[mode.height // 2]
    for number, (name, colour) in enumerate(BARS.items()):
        pixel = row[(2 * number + 1) * mode.width // 16]
        assert all(abs(int(a) - b) <= 6 for a, b in zip(pixel, colour, strict=True)), (name, pixel)


async def test_every_format_that_is_offered_shows_the_colour_bars(
    driver: OpenCVCameraDriver,
) -> None:
    device = await first_camera(driver)
    offered = [mode.pixel_format for mode in device.modes if isinstance(mode, VideoMode)]
    # All but those that `vivid` has not, since it cannot compress.
    assert set(offered) == DECODABLE_FORMATS - COMPRESSED_FORMATS
    wrong: dict[str, object] = {}
    for pixel_format in dict.fromkeys(offered):
        sink = RecordingSink()
        mode = VideoMode(320, 180, 60.0, pixel_format)
        opened = await driver.open(device, Configuration(mode), sink)
        await until(lambda sink=sink: len(sink.frames) >= 2)
        await opened.close()
        picture = sink.frames[-1].to_ndarray("BGR24")
        shown = [[int(n) for n in picture[90, (2 * bar + 1) * 20]] for bar in range(len(BARS))]
        grey = pixel_format in {"GREY", "Y10 ", "Y12 ", "Y16 ", "Y16\xa0"}
        expected = [[brightness(bar)] * 3 for bar in BARS.values()] if grey else BARS.values()
        if np.abs(np.subtract(shown, list(expected))).max() > 6:
            wrong[pixel_format] = shown
    assert wrong == {}


async def test_no_time_stamp_is_later_than_the_moment_of_reading(
    driver: OpenCVCameraDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages: list[int] = []

    def deliver(sink: RecordingSink, frame: VideoFrame) -> bool:
        ages.append(time.monotonic_ns() // 1000 - frame.timestamp)
        frame.close()
        return sink.listening

    monkeypatch.setattr(RecordingSink, "deliver", deliver)
    # This driver stamps a frame with the time that it is due at.
    opened, _ = await capture(driver, Configuration(VideoMode(320, 180, 30.0, "YUYV")))
    await until(lambda: len(ages) >= 20)
    await opened.close()
    assert min(ages) >= 0


async def test_frames_carry_the_kernels_time_and_come_at_the_cameras_rate(
    driver: OpenCVCameraDriver,
) -> None:
    opened, sink = await capture(driver, Configuration(VideoMode(320, 180, 10.0, "YUYV")))
    await until(lambda: len(sink.frames) >= 12)
    await opened.close()
    stamps = [frame.timestamp for frame in sink.frames]
    assert stamps == sorted(set(stamps))
    assert abs(stamps[-1] - time.monotonic_ns() // 1000) < 3_000_000
    rate = (len(stamps) - 1) * 1e6 / (stamps[-1] - stamps[0])
    assert rate == pytest.approx(10, rel=0.3)


async def test_a_control_is_set_and_read_back(driver: OpenCVCameraDriver) -> None:
    opened, sink = await capture(driver, Configuration(VGA, {"brightness": 200}))
    assert opened.configuration.controls["brightness"] == vivid.control("brightness") == 200
    now = await opened.configure(Configuration(VGA, {"brightness": 0, "contrast": 100}))
    assert now.controls["brightness"] == vivid.control("brightness") == 0
    assert now.controls["contrast"] == vivid.control("contrast") == 100
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames + 8)
    await opened.close()
    white = sink.frames[-1].to_ndarray("BGR24")[240, 40]
    assert all(value < 200 for value in white)  # It is the picture's brightness indeed.


async def test_another_mode_is_set_while_it_captures(driver: OpenCVCameraDriver) -> None:
    opened, sink = await capture(driver, Configuration(VGA))
    wanted = VideoMode(1280, 720, 12.5, "UYVY")
    assert (await opened.configure(Configuration(wanted))).mode == wanted
    await until(lambda: sink.frames[-1].coded_width == 1280)
    await opened.close()
    assert sink.events == []


async def test_a_camera_in_use_is_not_readable_and_names_its_holder(
    driver: OpenCVCameraDriver,
) -> None:
    holder = await asyncio.create_subprocess_exec(
        *("v4l2-ctl", "-d", "/dev/video0", "--stream-mmap", "--stream-count=100000"),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        device, system = await first_camera(driver), LinuxCameras()
        await until(lambda: "in use" in system.refusal(device, "/dev/video0").message)
        with pytest.raises(NotReadableError, match=rf"v4l2-ctl \(process {holder.pid}\)"):
            await driver.open(device, Configuration(VGA), RecordingSink())
        assert any("in use by v4l2-ctl" in finding.text for finding in diagnose())
    finally:
        holder.kill()
        await holder.wait()
    opened = await driver.open(device, Configuration(VGA), RecordingSink())
    await opened.close()


async def test_a_second_opening_in_this_program_does_not_disturb_the_first(
    driver: OpenCVCameraDriver,
) -> None:
    opened, sink = await capture(driver, Configuration(VGA))
    with pytest.raises(NotReadableError, match="in use by this program"):
        await capture(driver, Configuration(VideoMode(320, 180, 30.0, "YUYV")))
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames + 2)
    await opened.close()
    assert sink.frames[-1].coded_width == 640


@pytest.mark.fault("camera", "gives no first frame")
async def test_a_camera_without_a_first_frame_is_not_readable_and_is_released(
    driver: OpenCVCameraDriver, fault: FaultNotes
) -> None:
    vivid.set_control(percentage_of_dropped_buffers=100)
    began = time.monotonic()
    with pytest.raises(NotReadableError, match="delivers no picture"):
        await capture(driver, Configuration(VGA))
    fault.sees("`NotReadableError`, unless the next camera gives one", time.monotonic() - began)
    vivid.set_control(percentage_of_dropped_buffers=0)
    opened, _ = await capture(driver, Configuration(VGA))
    await opened.close()


async def test_closing_is_quick_while_the_next_frame_is_far(driver: OpenCVCameraDriver) -> None:
    opened, _ = await capture(driver, Configuration(VideoMode(320, 180, 1.0, "YUYV")))
    before = time.monotonic()
    await opened.close()
    assert time.monotonic() - before < 0.5
    again, _ = await capture(driver, Configuration(VGA))
    await again.close()
