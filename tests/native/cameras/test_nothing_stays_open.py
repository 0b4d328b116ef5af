"""After any failure between opening and closing a camera, nothing stays open and nothing waits."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Configuration, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices.media.video_frame import VideoFrame
from mediadevices_native.cameras import OpenCVCameraDriver
from mediadevices_native.cameras.capture import CameraCapture
from mediadevices_native.cameras.stream import CameraStream
from support.fake_opencv import (
    HD,
    VGA,
    FakeCamera,
    FakeCapture,
    FakeOpenCV,
    FakeSystem,
    RecordingSink,
)
from support.sound import until

if TYPE_CHECKING:
    from mediadevices.driver import Device

NV12 = VideoMode(640, 480, 100.0, "NV12")


class PanicError(BaseException):
    """What no `except Exception` sees, such as a panic of a library in another language."""


STEPS = [
    (FakeSystem, "load_opencv"),
    (FakeSystem, "locate"),
    (FakeCapture, "isOpened"),
    (FakeCapture, "get"),
    (FakeCapture, "set"),
    (FakeCapture, "grab"),
    (FakeCapture, "retrieve"),
    (FakeOpenCV, "cvtColor"),
    (FakeSystem, "write_controls"),
    (FakeSystem, "read_controls"),
    (FakeSystem, "is_present"),
    (FakeSystem, "refusal"),
    (CameraStream, "wait"),
    (CameraStream, "observed_mode"),
    (CameraCapture, "_start_watchdog"),
    (VideoFrame, "wrap"),
    (RecordingSink, "deliver"),
    (RecordingSink, "end"),
]


class Fault:
    """Makes a function fail from its n-th call on, until it is taken away."""

    def __init__(
        self, patch: pytest.MonkeyPatch, owner: type, name: str, error: BaseException, call: int
    ) -> None:
        self.calls = 0
        original = getattr(owner, name)

        def failing(*arguments: object, **keywords: object) -> object:
            self.calls += 1
            if self.calls >= call:
                raise error
            return original(*arguments, **keywords)

        patch.setattr(owner, name, failing)
        self._patch = patch

    def mend(self) -> None:
        self._patch.undo()


def camera_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("mediadevices camera")]


async def opened(driver: OpenCVCameraDriver, device: Device, mode: VideoMode) -> RecordingSink:
    """Open a camera and let it capture a little; close it, as the agent does."""
    sink = RecordingSink()
    capture = await driver.open(device, Configuration(mode, {"brightness": 30}), sink)
    try:
        await until(
            lambda: len(sink.frames) >= 3 or sink.ended_at is not None or not camera_threads()
        )
    finally:
        await asyncio.wait_for(capture.close(), 5)
    return sink


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("error", [RuntimeError("fault"), PanicError("fault")])
@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize(("owner", "name"), STEPS)
async def test_a_camera_is_released_whichever_call_fails(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, call: int, error: BaseException
) -> None:
    camera = FakeCamera(takes_parameters=name != "set", busy=name == "refusal")
    system = FakeSystem(camera, kernel=name != "_start_watchdog")
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    mode = NV12 if name == "cvtColor" else HD if name == "get" else VGA
    if name in {"is_present", "end"}:
        camera.fails = 1_000_000  # So that it is asked for.
    fault = Fault(monkeypatch, owner, name, error, call)
    failure: NotReadableError | None = None
    with monkeypatch.context() as driven:
        # The driver was given the bound method before.
        driven.setattr(driver, "_load_opencv", system.load_opencv)
        try:
            await opened(driver, device, mode)
        except NotReadableError as raised:
            failure = raised  # It is kept, and so is all that its traceback holds.
        await until(lambda: camera_threads() == [])
    assert camera.in_use == 0
    assert driver._captures == set()
    fault.mend()
    camera.fails, camera.busy = 0, False
    assert len((await opened(driver, device, mode)).frames) >= 3
    assert camera.in_use == 0
    del failure


@pytest.mark.parametrize("kernel", [True, False])
async def test_a_thread_that_cannot_be_started_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, kernel: bool
) -> None:
    camera = FakeCamera()
    system = FakeSystem(camera, kernel=kernel)
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    error = RuntimeError("can't start new thread")
    # With another system's cameras there is a second one, which watches the first.
    Fault(monkeypatch, threading.Thread, "start", error, 1 if kernel else 2)
    with pytest.raises(NotReadableError, match="can't start new thread"):
        await opened(driver, device, VGA)
    monkeypatch.undo()
    await until(lambda: camera_threads() == [])
    assert camera.in_use == 0
    assert driver._captures == set()
    assert len((await opened(driver, device, VGA)).frames) >= 3


async def test_close_does_not_wait_for_a_device_that_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    system, sink = FakeSystem(FakeCamera()), RecordingSink()
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    capture = await driver.open(device, Configuration(VGA), sink)
    Fault(monkeypatch, FakeCapture, "release", RuntimeError("fault"), 1)
    await asyncio.wait_for(capture.close(), 5)
    await until(lambda: camera_threads() == [])
    assert driver._captures == set()
    assert "could not be released" in caplog.text
    with pytest.raises(NotReadableError, match="closed"):
        await asyncio.wait_for(capture.configure(Configuration(HD)), 5)


async def test_a_watch_for_silence_that_fails_ends_the_track_and_is_not_just_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mediadevices_native.cameras.capture._SILENT_SECONDS", 0.1)
    camera = FakeCamera(read_timeout=0.3)
    system, sink = FakeSystem(camera, kernel=False), RecordingSink()
    driver = OpenCVCameraDriver(system, system.load_opencv)
    (device,) = await driver.list_devices()
    capture = await driver.open(device, Configuration(VGA), sink)
    Fault(monkeypatch, FakeSystem, "is_present", RuntimeError("fault"), 1)
    camera.starved = True
    await until(lambda: sink.ended_at is not None)
    assert "fault" in str(sink.events[-1])
    await until(lambda: camera.in_use == 0 and camera_threads() == [])
    await capture.close()


async def test_cameras_that_end_meanwhile_do_not_disturb_an_opening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = FakeSystem(FakeCamera(), FakeCamera())
    driver = OpenCVCameraDriver(system, system.load_opencv)
    first, second = await driver.list_devices()
    capture = await driver.open(first, Configuration(VGA), RecordingSink())
    seen = CameraCapture.is_stopping

    def is_stopping(self: CameraCapture) -> bool:
        self.stop()
        capture.finished.result(5)  # Its thread ends just now.
        assert seen.fget is not None
        return bool(seen.fget(self))

    monkeypatch.setattr(CameraCapture, "is_stopping", property(is_stopping))
    another = await driver.open(second, Configuration(VGA), RecordingSink())
    monkeypatch.undo()
    await another.close()
    await capture.close()
