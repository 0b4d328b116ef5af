"""The camera driver and a real V4L2 camera: the kernel's `vivid`, with its known picture."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Configuration, Device, Range, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices_native.cameras import OpenCVCameraDriver, diagnose
from mediadevices_native.cameras.linux import LinuxCameras
from support.fake_opencv import RecordingSink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mediadevices.driver import Capture

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

PLATFORM = Path("/sys/bus/platform/drivers/vivid")


def set_control(**controls: int) -> None:
    setting = ",".join(f"{name}={value}" for name, value in controls.items())
    subprocess.run(["v4l2-ctl", "-d", "/dev/video0", "-c", setting], check=True, timeout=60)


def get_control(name: str) -> int:
    command = ["v4l2-ctl", "-d", "/dev/video0", "-C", name]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return int(shown.split(":")[1])


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (a thread makes it true, and has no event)
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def colour_bars() -> Iterator[None]:
    """Show the 100 % colour bars without text; leave the camera plugged in."""
    set_control(test_pattern=1, osd_text_mode=2, brightness=128)
    yield
    if not (PLATFORM / "vivid.0").exists():
        plug()


def unplug() -> None:
    (PLATFORM / "unbind").write_text("vivid.0")


def plug() -> None:
    (PLATFORM / "bind").write_text("vivid.0")


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
    assert opened.configuration.controls["brightness"] == get_control("brightness") == 200
    now = await opened.configure(Configuration(VGA, {"brightness": 0, "contrast": 100}))
    assert now.controls["brightness"] == get_control("brightness") == 0
    assert now.controls["contrast"] == get_control("contrast") == 100
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames + 8)
    await opened.close()
    set_control(contrast=128)
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


async def test_an_unplugged_camera_ends_and_captures_again_when_it_is_back(
    driver: OpenCVCameraDriver,
) -> None:
    changes: list[float] = []
    stop = await driver.watch(lambda: changes.append(time.monotonic()))
    before = await first_camera(driver)
    opened, sink = await capture(driver, Configuration(VGA))
    unplugged = time.monotonic()
    await asyncio.to_thread(unplug)
    await until(lambda: sink.ended_at is not None and bool(changes))
    (error,) = sink.events
    assert isinstance(error, NotReadableError)
    assert sink.ended_at is not None
    assert sink.ended_at - unplugged < 3
    await opened.close()
    assert list(await driver.list_devices()) == []
    with pytest.raises(NotReadableError, match="gone"):
        await driver.open(before, Configuration(VGA), RecordingSink())

    changes.clear()
    await asyncio.to_thread(plug)
    await until(lambda: bool(changes))
    stop()
    after = await first_camera(driver)
    assert after.key == before.key
    again, sink = await capture(driver, Configuration(VGA))
    await until(lambda: len(sink.frames) >= 3)
    await again.close()


async def test_a_camera_without_frames_is_muted_until_they_come_again(
    driver: OpenCVCameraDriver,
) -> None:
    opened, sink = await capture(driver, Configuration(VGA))
    await until(lambda: len(sink.frames) >= 1)
    set_control(percentage_of_dropped_buffers=100)
    await until(lambda: sink.events == [True])
    set_control(percentage_of_dropped_buffers=0)
    await until(lambda: sink.events == [True, False])
    await opened.close()


async def test_a_camera_without_a_first_frame_is_not_readable_and_is_let_go(
    driver: OpenCVCameraDriver,
) -> None:
    set_control(percentage_of_dropped_buffers=100)
    with pytest.raises(NotReadableError, match="gives no picture"):
        await capture(driver, Configuration(VGA))
    set_control(percentage_of_dropped_buffers=0)
    opened, _ = await capture(driver, Configuration(VGA))
    await opened.close()


async def test_a_stream_that_breaks_is_opened_anew(driver: OpenCVCameraDriver) -> None:
    opened, sink = await capture(driver, Configuration(VGA))
    set_control(inject_fatal_streaming_error=1)
    await asyncio.sleep(0.5)
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames + 3)
    await opened.close()
    assert sink.events == []


async def test_closing_is_quick_while_the_next_frame_is_far(driver: OpenCVCameraDriver) -> None:
    opened, _ = await capture(driver, Configuration(VideoMode(320, 180, 1.0, "YUYV")))
    before = time.monotonic()
    await opened.close()
    assert time.monotonic() - before < 0.5
    again, _ = await capture(driver, Configuration(VGA))
    await again.close()


async def test_twenty_openings_leave_no_descriptors_and_no_threads(
    driver: OpenCVCameraDriver,
) -> None:
    device = await first_camera(driver)

    async def once() -> None:
        opened = await driver.open(device, Configuration(VGA), RecordingSink())
        await opened.close()

    await once()
    descriptors, threads = open_descriptors(), threading.active_count()
    for _ in range(20):
        await once()
    await asyncio.sleep(0.1)
    assert open_descriptors() <= descriptors
    assert threading.active_count() <= threads
