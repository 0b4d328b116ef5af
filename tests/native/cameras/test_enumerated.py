"""Cameras on macOS and Windows, up to the border of the package that lists them."""

from __future__ import annotations

import importlib
import os
import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Configuration, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices_native.cameras import OpenCVCameraDriver
from mediadevices_native.cameras.enumerated.cameras import MacCameras, NoCameras, WindowsCameras
from mediadevices_native.cameras.enumerated.macos_permission import request_camera_access
from support.fake_opencv import FakeCamera, FakeOpenCV, RecordingSink

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Info:
    index: int
    name: str
    path: str | None = None
    vid: int | None = None
    pid: int | None = None


BUILT_IN = Info(0, "FaceTime HD Camera", "uid-0")
WEBCAM = Info(1, "C920", "uid-1", 0x046D, 0x0892)


def windows(*cameras: Info, asked: list[int] | None = None) -> WindowsCameras:
    def enumerate_cameras(backend: int) -> tuple[Info, ...]:
        if asked is not None:
            asked.append(backend)
        return cameras

    return WindowsCameras(enumerate_cameras)


def test_cameras_have_their_names_ids_and_the_usual_modes() -> None:
    asked: list[int] = []
    first, second = windows(BUILT_IN, WEBCAM, asked=asked).list_devices()
    assert asked == [1400]  # One of OpenCV's interfaces, or each camera is there twice.
    assert (first.label, second.label) == ("FaceTime HD Camera", "C920 (046d:0892)")
    assert (first.key, second.key) == ("uid-0", "uid-1")
    assert first.modes[0] == VideoMode(640, 480, 30.0)
    assert VideoMode(1920, 1080, 30.0) in first.modes


def test_a_camera_is_found_by_its_key_under_another_number() -> None:
    _, second = windows(BUILT_IN, WEBCAM).list_devices()
    moved = windows(Info(0, "C920", "uid-1", 0x046D, 0x0892))
    assert moved.locate(second) == 0
    assert windows(BUILT_IN).locate(second) is None


def test_cameras_without_a_path_have_keys_of_their_own() -> None:
    first, second = windows(Info(0, "Camera"), Info(1, "Camera")).list_devices()
    assert first.key != second.key


def test_a_camera_that_does_not_open_says_where_to_look() -> None:
    system = windows(WEBCAM)
    (device,) = system.list_devices()
    assert "Privacy" in system.refusal(device, 0).message


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (
            ModuleNotFoundError(
                "No module named 'cv2_enumerate_cameras'", name="cv2_enumerate_cameras"
            ),
            "pip install cv2-enumerate-cameras",
        ),
        (ImportError("DLL load failed"), "pip install --force-reinstall cv2-enumerate-cameras"),
        (AttributeError("_ARRAY_API"), "pip install --force-reinstall cv2-enumerate-cameras"),
    ],
    ids=["missing", "cv2 does not load", "broken"],
)
def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, error: Exception, remedy: str
) -> None:
    def import_module(_name: str) -> object:
        raise error

    device = windows(WEBCAM).list_devices()[0]
    monkeypatch.setattr(importlib, "import_module", import_module)
    system = WindowsCameras()
    for call in (system.list_devices, lambda: system.locate(device)):
        with pytest.raises(NotReadableError, match=f"cameras cannot be listed: {error}; {remedy}"):
            call()
    assert system.is_present(1)  # An open camera is not said to be gone because of that.
    assert [(one.ok, one.remedy) for one in system.diagnose()] == [(False, remedy)]


def test_without_a_camera_the_diagnosis_says_where_to_look() -> None:
    (finding,) = windows().diagnose()
    assert not finding.ok
    assert "Privacy & security > Camera" in finding.remedy


def test_opencvs_settings_are_made_before_the_package_imports_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, str] = {}

    def import_module(name: str) -> SimpleNamespace:
        assert name == "cv2_enumerate_cameras"
        seen.update(os.environ)
        return SimpleNamespace(enumerate_cameras=lambda _: ())

    monkeypatch.delenv("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", raising=False)
    monkeypatch.setattr(importlib, "import_module", import_module)
    assert WindowsCameras().list_devices() == []
    assert seen["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] == "0"


def test_an_unknown_system_has_no_cameras() -> None:
    assert NoCameras().list_devices() == []


async def test_a_camera_of_windows_is_opened_by_its_number_and_lets_itself_be_read() -> None:
    camera, sink = FakeCamera(), RecordingSink()
    opencv = FakeOpenCV({1: camera})
    driver = OpenCVCameraDriver(windows(BUILT_IN, WEBCAM), lambda: opencv)
    _, device = await driver.list_devices()
    capture = await driver.open(device, Configuration(VideoMode(1280, 720, 30.0)), sink)
    assert capture.configuration == Configuration(VideoMode(1280, 720, 30.0), {})
    await capture.close()
    assert opencv.VideoCapture.calls == [(1, 1400, (3, 1280, 4, 720, 5, 30))]


def test_a_watch_tells_of_a_camera_that_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediadevices_native.hardware.hotplug._POLLING_SECONDS", 0.01)
    cameras, changed = [BUILT_IN], threading.Event()
    stop = WindowsCameras(lambda _: tuple(cameras)).watch(changed.set)
    assert not changed.wait(0.05)
    cameras.append(WEBCAM)
    assert changed.wait(5)
    stop()


class Foundation:
    """AVFoundation, with a user that answers on another thread."""

    AVMediaTypeVideo = "vide"

    def __init__(self, status: int, answer: bool = False) -> None:
        self.status, self.answer, self.asked = status, answer, 0
        self.AVCaptureDevice = self

    def authorizationStatusForMediaType_(self, media_type: str) -> int:  # noqa: N802  (the name it stands in for)
        assert media_type == "vide"
        return self.status

    def requestAccessForMediaType_completionHandler_(  # noqa: N802  (the name it stands in for)
        self, media_type: str, handler: Callable[[bool], None]
    ) -> None:
        self.asked += 1
        threading.Thread(target=handler, args=(self.answer,)).start()


@pytest.mark.parametrize(
    ("foundation", "allowed", "asked"),
    [
        (Foundation(3), True, 0),
        (Foundation(2), False, 0),
        (Foundation(0, answer=True), True, 1),
        (Foundation(0, answer=False), False, 1),
    ],
    ids=["authorized", "denied", "asked and allowed", "asked and refused"],
)
def test_macos_asks_the_person_once(foundation: Foundation, allowed: bool, asked: int) -> None:
    assert request_camera_access(foundation) is allowed
    assert foundation.asked == asked


def test_a_camera_that_macos_forbids_is_not_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mediadevices_native.cameras.enumerated.cameras.request_camera_access", lambda: False
    )
    system = MacCameras(lambda _: (BUILT_IN,))
    (device,) = system.list_devices()
    with pytest.raises(NotReadableError, match="System Settings"):
        system.locate(device)
