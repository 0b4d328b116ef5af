"""An opened camera: what it reports, how it changes, and how it comes to its end."""

from __future__ import annotations

import asyncio
import gc
import itertools
import statistics
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import Capture, Configuration, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices.media.video_frame import VideoFrame
from mediadevices_native.cameras import OpenCVCameraDriver
from support.fake_opencv import HD, VGA, FakeCamera, FakeSystem, RecordingSink

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.faults import FaultNotes

CAPTURE = "mediadevices_native.cameras.capture"


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that a capture thread will do."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (a thread makes it true, and has no event)
            await asyncio.sleep(0.002)


async def open_camera(
    camera: FakeCamera,
    mode: VideoMode = VGA,
    *,
    kernel: bool = True,
    brightness: float | None = None,
) -> tuple[Capture, RecordingSink, FakeSystem]:
    system, sink = FakeSystem(camera, kernel=kernel), RecordingSink()
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    controls = {} if brightness is None else {"brightness": brightness}
    return await driver.open(device, Configuration(mode, controls), sink), sink, system


def camera_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("mediadevices camera")]


async def test_frames_come_in_order_each_once_and_with_rising_timestamps() -> None:
    capture, sink, _ = await open_camera(FakeCamera())
    await until(lambda: len(sink.frames) >= 10)
    await capture.close()
    numbers = [int(frame.to_ndarray("BGR24")[0, 0, 0]) for frame in sink.frames]
    assert numbers == list(range(1, len(numbers) + 1))
    stamps = [frame.timestamp for frame in sink.frames]
    assert stamps == sorted(set(stamps))
    assert abs(stamps[-1] - time.monotonic_ns() // 1000) < 2_000_000


async def test_a_frame_is_the_array_that_opencv_made_and_no_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrapped: list[object] = []
    original = VideoFrame.wrap

    def wrap(buffer: object, *args: object, **keywords: object) -> VideoFrame:
        wrapped.append(buffer)
        return original(buffer, *args, **keywords)

    monkeypatch.setattr(VideoFrame, "wrap", wrap)
    capture, sink, _ = await open_camera(FakeCamera())
    await until(lambda: len(sink.frames) >= 2)
    await capture.close()
    array = wrapped[0]
    assert isinstance(array, np.ndarray)
    assert np.shares_memory(np.frombuffer(sink.frames[0].data, np.uint8), array)


async def test_all_parameters_are_given_in_one_go_the_format_first() -> None:
    capture, _, system = await open_camera(FakeCamera(), HD)
    await capture.close()
    mjpg = int.from_bytes(b"MJPG", "little")
    assert system.opencv.VideoCapture.calls == [
        ("/dev/video0", 200, (6, mjpg, 3, 1280, 4, 720, 5, 50))
    ]


@pytest.mark.parametrize(("rate", "whole"), [(29.97, 29), (30.00003, 30), (12.5, 12), (0.5, 1)])
async def test_a_rate_is_given_to_opencv_as_a_whole_number(rate: float, whole: int) -> None:
    capture, _, system = await open_camera(FakeCamera(), VideoMode(640, 480, rate, "YUYV"))
    await capture.close()
    assert system.opencv.VideoCapture.calls[0][2][-1] == whole


async def test_a_device_that_refuses_the_parameters_is_opened_without_and_set_up_then() -> None:
    capture, _, system = await open_camera(FakeCamera(takes_parameters=False), HD)
    mode = capture.configuration.mode
    await capture.close()
    assert [call[2] != () for call in system.opencv.VideoCapture.calls] == [True, False]
    assert mode == HD


async def test_the_size_is_that_of_the_first_frame() -> None:
    capture, sink, _ = await open_camera(FakeCamera(sizes=((640, 480),)), HD)
    mode = capture.configuration.mode
    await until(lambda: len(sink.frames) >= 1)
    await capture.close()
    assert sink.events == []  # It was known from the start.
    assert isinstance(mode, VideoMode)
    assert (mode.width, mode.height) == (640, 480)


async def test_controls_are_reported_as_read_back() -> None:
    capture, _, _ = await open_camera(FakeCamera(), brightness=300)
    controls = capture.configuration.controls
    await capture.close()
    assert controls == {"brightness": 100}


async def test_frames_from_before_the_start_are_dropped() -> None:
    capture, sink, _ = await open_camera(FakeCamera(stale=4))
    await until(lambda: len(sink.frames) >= 2)
    await capture.close()
    assert int(sink.frames[0].to_ndarray("BGR24")[0, 0, 0]) == 5


async def test_timestamps_of_another_clock_are_replaced_by_our_own() -> None:
    capture, sink, _ = await open_camera(FakeCamera(clock=lambda: 17.0))
    await until(lambda: len(sink.frames) >= 3)
    await capture.close()
    assert all(abs(f.timestamp / 1e6 - time.monotonic()) < 5 for f in sink.frames)


@pytest.mark.parametrize("ahead", [0.022, 5.0])
async def test_no_timestamp_is_later_than_the_moment_of_reading(
    monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    early: list[int] = []

    def deliver(sink: RecordingSink, frame: VideoFrame) -> bool:
        early.append(time.monotonic_ns() // 1000 - frame.timestamp)
        frame.close()
        return sink.listening

    monkeypatch.setattr(RecordingSink, "deliver", deliver)
    # A driver that stamps its frames with the time that they were due at.
    camera = FakeCamera(clock=lambda: time.monotonic() + ahead)
    capture, _, _ = await open_camera(camera)
    await until(lambda: len(early) >= 5)
    await capture.close()
    assert min(early) >= 0


async def test_time_stamps_that_are_ahead_keep_their_distances() -> None:
    began, numbers = time.monotonic(), itertools.count()

    def clock() -> float:
        number = next(numbers)
        due = began + 0.01 * number
        # It is read on time, or 6 milliseconds late.
        time.sleep(max(0.0, due + (0.006 if number % 2 else 0.0) - time.monotonic()))
        return due + 0.022

    capture, sink, _ = await open_camera(FakeCamera(clock=clock, interval=0.0))
    await until(lambda: len(sink.frames) >= 30)
    await capture.close()
    stamps = [frame.timestamp for frame in sink.frames]
    off = [abs(b - a - 10_000) for a, b in itertools.pairwise(stamps)]
    assert statistics.median(off) < 2000


async def test_timestamps_rise_though_the_kernels_clock_stands_still() -> None:
    now = time.monotonic()
    capture, sink, _ = await open_camera(FakeCamera(clock=lambda: now))
    await until(lambda: len(sink.frames) >= 3)
    await capture.close()
    first = int(now * 1e6)
    assert [f.timestamp - first for f in sink.frames[:3]] == pytest.approx([0, 1, 2], abs=1)
    assert len({f.timestamp for f in sink.frames}) == len(sink.frames)


async def test_grey_pictures_are_made_blue_green_and_red() -> None:
    capture, sink, _ = await open_camera(FakeCamera(channels=1))
    await until(lambda: len(sink.frames) >= 1)
    await capture.close()
    assert sink.frames[0].to_ndarray("BGR24").shape == (480, 640, 3)


async def test_a_format_that_opencvs_versions_see_differently_is_made_a_picture_here() -> None:
    camera = FakeCamera()
    capture, sink, system = await open_camera(camera, VideoMode(640, 480, 100.0, "NV12"))
    await until(lambda: len(sink.frames) >= 2)
    await capture.close()
    assert sink.frames[1].to_ndarray("BGR24").shape == (480, 640, 3)
    assert sink.frames[1].to_ndarray("BGR24")[0, 0, 0] == 2
    assert system.opencv.VideoCapture.calls[0][2][:2] == (6, int.from_bytes(b"NV12", "little"))


async def test_a_format_whose_name_has_its_highest_bit_set_is_given_as_opencv_takes_it() -> None:
    capture, _, system = await open_camera(FakeCamera(), VideoMode(640, 480, 9.0, "Y16\xa0"))
    mode = capture.configuration.mode
    await capture.close()
    number = system.opencv.VideoCapture.calls[0][2][1]
    assert number == int.from_bytes(b"Y16\xa0", "little") - 2**32  # It takes an int of 32 bits.
    assert isinstance(mode, VideoMode)
    assert mode.pixel_format == "Y16\xa0"


@pytest.mark.parametrize("told", [-1.0, 0.0, float("inf"), float("nan")])
async def test_a_driver_that_does_not_know_its_rate_is_believed_to_have_the_one_asked_for(
    told: float,
) -> None:
    capture, _, _ = await open_camera(FakeCamera(told_rate=told))
    mode = capture.configuration.mode
    await capture.close()
    assert mode == VGA


async def test_opencv_is_called_from_one_thread_only_and_never_from_the_loops() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    await until(lambda: len(sink.frames) >= 3)
    await capture.configure(Configuration(HD))
    await capture.close()
    assert len(camera.threads) == 1
    assert threading.get_ident() not in camera.threads


async def test_closing_lets_go_of_the_device_and_ends_the_thread() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    await until(lambda: len(sink.frames) >= 1)
    await capture.close()
    frames = len(sink.frames)
    assert camera.in_use == 0
    await asyncio.sleep(0.05)
    await until(lambda: camera_threads() == [])
    assert len(sink.frames) == frames
    assert sink.events == []
    await capture.close()


async def test_a_camera_is_released_when_its_loop_is_closed() -> None:
    camera = FakeCamera()
    _, sink, _ = await open_camera(camera)
    await until(lambda: len(sink.frames) >= 1)
    sink.listening = False  # The event loop is closed, so close() will not be called.
    await until(lambda: camera.in_use == 0 and camera_threads() == [])
    assert sink.events == []


async def test_closing_is_quick_while_a_read_blocks_and_the_sink_hears_nothing_more() -> None:
    camera = FakeCamera(read_timeout=1.0)
    capture, sink, _ = await open_camera(camera, kernel=False)
    await until(lambda: len(sink.frames) >= 1)
    camera.starved = True
    await asyncio.sleep(0.05)
    before = time.monotonic()
    await capture.close()
    assert time.monotonic() - before < 0.5
    camera.starved = False
    frames = len(sink.frames)
    assert camera.in_use == 1  # The thread is still in its read.
    await until(lambda: camera.in_use == 0)
    assert len(sink.frames) == frames


async def test_opening_waits_until_a_blocked_read_has_released_the_camera() -> None:
    camera = FakeCamera(read_timeout=0.8)
    system, sink = FakeSystem(camera, kernel=False), RecordingSink()
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    first = await driver.open(device, Configuration(VGA), sink)
    camera.starved = True
    await asyncio.sleep(0.05)
    await first.close()
    assert camera.in_use == 1
    camera.starved = False
    second = await driver.open(device, Configuration(VGA), RecordingSink())
    assert camera.in_use == 1
    await second.close()


async def test_a_camera_in_use_is_not_readable() -> None:
    camera = FakeCamera()
    capture, _, system = await open_camera(camera)
    other = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await other.list_devices()
    with pytest.raises(NotReadableError, match="in use"):
        await other.open(device, Configuration(VGA), RecordingSink())
    await capture.close()
    assert camera.in_use == 0


async def test_a_camera_that_went_before_it_was_opened_is_not_readable() -> None:
    camera = FakeCamera()
    system = FakeSystem(camera)
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    camera.present = False
    with pytest.raises(NotReadableError, match="gone"):
        await driver.open(device, Configuration(VGA), RecordingSink())
    await until(lambda: camera_threads() == [])


async def test_a_camera_without_pictures_is_not_readable_and_is_released() -> None:
    camera = FakeCamera(starved=True, read_timeout=0.01)
    with pytest.raises(NotReadableError, match="delivers no picture"):
        await open_camera(camera)
    assert camera.in_use == 0


async def test_an_abandoned_opening_lets_go_of_the_device() -> None:
    camera = FakeCamera(starved=True, read_timeout=0.1)
    opening = asyncio.ensure_future(open_camera(camera))
    await until(lambda: camera.in_use == 1)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    camera.starved = False  # Now it would succeed.
    await until(lambda: camera.in_use == 0)


async def test_the_error_of_an_abandoned_opening_is_dropped() -> None:
    camera = FakeCamera(starved=True, read_timeout=0.01)
    opening = asyncio.ensure_future(open_camera(camera))
    await until(lambda: camera.in_use == 1)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    del opening
    await until(lambda: camera_threads() == [])
    await asyncio.sleep(0)
    gc.collect()  # An exception that was never retrieved would reach the loop's handler now.


async def test_a_silent_camera_mutes_and_its_next_frame_unmutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{CAPTURE}._SILENT_SECONDS", 0.1)
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    await until(lambda: len(sink.frames) >= 1)
    assert sink.events == []
    camera.starved = True
    await until(lambda: sink.events == [True])
    camera.starved = False
    await until(lambda: sink.events == [True, False])
    await capture.close()


@pytest.mark.fault("camera", "gives no more frames, and a read of one blocks")
async def test_a_silent_camera_mutes_where_a_read_blocks_too(
    monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    monkeypatch.setattr(f"{CAPTURE}._SILENT_SECONDS", 0.1)
    camera = FakeCamera(read_timeout=1.5)
    capture, sink, _ = await open_camera(camera, kernel=False)
    await until(lambda: len(sink.frames) >= 1)
    camera.starved = True
    began = time.monotonic()
    await until(lambda: sink.events == [True])
    assert time.monotonic() - began < 1.0  # While the read goes on.
    fault.sees("`mute` all the same (as on macOS and Windows)")
    await capture.close()
    await until(lambda: camera.in_use == 0)


async def test_a_slow_camera_is_not_muted_between_two_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{CAPTURE}._SILENT_SECONDS", 0.05)
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera, VideoMode(640, 480, 2.0, "YUYV"))
    camera.starved = True
    await asyncio.sleep(0.5)
    camera.starved = False
    await until(lambda: len(sink.frames) >= 2)
    await capture.close()
    assert sink.events == []


async def test_an_unplugged_camera_ends_within_a_tenth_of_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{CAPTURE}._RETRY_SECONDS", 1.0)  # It does not try first.
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    await until(lambda: len(sink.frames) >= 1)
    unplugged = time.monotonic()
    camera.present = False
    await until(lambda: sink.ended_at is not None)
    assert sink.ended_at is not None
    assert sink.ended_at - unplugged < 0.1
    (error,) = sink.events
    assert isinstance(error, NotReadableError)
    assert "gone" in error.message
    await until(lambda: camera.in_use == 0)
    await capture.close()
    assert sink.events == [error]


async def test_a_camera_unplugged_while_silent_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{CAPTURE}._SILENT_SECONDS", 0.1)
    camera = FakeCamera(read_timeout=0.2)
    capture, sink, system = await open_camera(camera)
    camera.starved = True
    monkeypatch.setattr(system, "is_present", lambda _location: False)
    await until(lambda: sink.ended_at is not None)
    await capture.close()


async def test_a_read_that_fails_once_or_twice_is_nothing_to_speak_of() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    camera.fails = 2
    await until(lambda: camera.fails == 0)
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames)
    await capture.close()
    assert camera.opened == 1
    assert sink.events == []


async def test_a_broken_stream_is_reopened_once_silently() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera, brightness=70)
    camera.broken = True
    await until(lambda: camera.opened == 2)
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames)
    assert sink.events == []
    assert capture.configuration.controls == {"brightness": 70}
    camera.broken = True
    await until(lambda: sink.ended_at is not None)
    assert "repeatedly" in str(sink.events[0])
    await capture.close()
    assert camera.in_use == 0


async def test_a_stream_that_cannot_be_reopened_ends() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    camera.broken = camera.broken_for_good = True
    await until(lambda: sink.ended_at is not None)
    assert isinstance(sink.events[0], NotReadableError)
    await capture.close()
    assert camera.in_use == 0


async def test_a_new_size_of_the_frames_is_reported() -> None:
    camera = FakeCamera(sizes=((640, 480),))
    capture, sink, _ = await open_camera(camera)
    camera.sizes = ((320, 240),)
    await until(lambda: len(sink.events) == 1)
    await capture.close()
    (changed,) = sink.events
    assert isinstance(changed, Configuration)
    assert changed.mode == VideoMode(320, 240, 100.0, "YUYV")
    assert capture.configuration == changed


async def test_controls_alone_change_without_a_restart() -> None:
    camera = FakeCamera()
    capture, _, _ = await open_camera(camera)
    now = await capture.configure(Configuration(capture.configuration.mode, {"brightness": 20}))
    await capture.close()
    assert now.controls == {"brightness": 20}
    assert camera.opened == 1


async def test_another_mode_restarts_the_camera_and_frames_go_on() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    now = await capture.configure(Configuration(HD, {"brightness": 20}))
    assert now == capture.configuration == Configuration(HD, {"brightness": 20})
    await until(lambda: sink.frames[-1].coded_width == 1280)
    await capture.close()
    assert camera.opened == 2
    assert sink.events == []


async def test_a_failed_change_of_mode_returns_to_the_old_one() -> None:
    camera = FakeCamera(dead_sizes=((1280, 720),))
    capture, sink, _ = await open_camera(camera, brightness=30)
    with pytest.raises(NotReadableError, match="delivers no picture"):
        await capture.configure(Configuration(HD, {"brightness": 90}))
    assert capture.configuration == Configuration(VGA, {"brightness": 30})
    assert camera.controls == {"brightness": 30}
    frames = len(sink.frames)
    await until(lambda: len(sink.frames) > frames)
    await capture.close()
    assert sink.events == []


async def test_a_camera_lost_during_a_change_ends_and_the_change_fails() -> None:
    camera = FakeCamera()
    capture, sink, _ = await open_camera(camera)
    camera.busy = True  # Somebody else is quicker in the moment of the restart.
    with pytest.raises(NotReadableError, match="in use"):
        await capture.configure(Configuration(HD))
    await until(lambda: sink.ended_at is not None)
    await capture.close()
    await until(lambda: camera_threads() == [])


async def test_changing_a_closed_camera_fails() -> None:
    capture, _, _ = await open_camera(FakeCamera())
    await capture.close()
    with pytest.raises(NotReadableError, match="closed"):
        await capture.configure(Configuration(HD))


async def test_a_change_that_waits_when_the_camera_is_closed_fails_and_does_not_hang() -> None:
    camera = FakeCamera(read_timeout=0.3)
    capture, _, _ = await open_camera(camera, kernel=False)
    camera.starved = True
    await asyncio.sleep(0.05)
    changing = asyncio.ensure_future(capture.configure(Configuration(HD)))
    await asyncio.sleep(0.01)
    await capture.close()
    with pytest.raises(NotReadableError, match="closed"):
        await asyncio.wait_for(changing, 5)


async def test_twenty_openings_leave_nothing_behind() -> None:
    camera = FakeCamera(interval=0.001)
    system = FakeSystem(camera)
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    for _ in range(20):
        capture = await driver.open(device, Configuration(VGA), RecordingSink())
        await capture.close()
    assert camera.opened == 20
    assert camera.in_use == 0
    await until(lambda: camera_threads() == [])


async def test_the_end_of_the_interpreter_lets_go_of_open_cameras() -> None:
    camera = FakeCamera()
    system, sink = FakeSystem(camera), RecordingSink()
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    await driver.open(device, Configuration(VGA), sink)
    driver.stop_all()
    assert camera.in_use == 0
