"""The camera driver as a whole, and what ``mediadevices doctor`` learns from it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Configuration
from mediadevices.errors import NotReadableError
from mediadevices_native import opencv
from mediadevices_native.cameras import OpenCVCameraDriver, diagnose
from mediadevices_native.cameras.driver import camera_system
from mediadevices_native.cameras.enumerated.cameras import MacCameras, NoCameras, WindowsCameras
from mediadevices_native.cameras.v4l2.cameras import LinuxCameras
from mediadevices_native.opencv import OpenCV, load_opencv
from support.failing_import import fail_import
from support.fake_opencv import VGA, FakeCamera, FakeSystem, RecordingSink

if TYPE_CHECKING:
    from support.faults import FaultNotes

NATIVE = Path(opencv.__file__).parent


def missing(message: str, name: str | None) -> Exception:
    return ModuleNotFoundError(message, name=name) if name else ImportError(message)


async def test_its_name_is_opencv() -> None:
    assert OpenCVCameraDriver(FakeSystem()).name == "opencv"


async def test_without_cameras_the_list_is_empty() -> None:
    assert list(await OpenCVCameraDriver(FakeSystem()).list_devices()) == []


@pytest.mark.parametrize(
    ("platform", "system"),
    [
        ("linux", LinuxCameras),
        ("darwin", MacCameras),
        ("win32", WindowsCameras),
        ("freebsd14", NoCameras),
    ],
)
def test_each_system_has_its_own_cameras(
    monkeypatch: pytest.MonkeyPatch, platform: str, system: type
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert type(camera_system()) is system


@pytest.mark.fault("camera", "OpenCV is not installed")
async def test_without_opencv_opening_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    fail_import(monkeypatch, "cv2", missing("No module named 'cv2'", "cv2"))
    driver = OpenCVCameraDriver(FakeSystem(FakeCamera()))
    (device,) = await driver.list_devices()
    with pytest.raises(NotReadableError, match="pip install opencv-python-headless"):
        await driver.open(device, Configuration(VGA), RecordingSink())
    fault.sees("`NotReadableError`, which says what to install")


def test_a_missing_system_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    fail_import(monkeypatch, "cv2", missing(text, None))
    with pytest.raises(NotReadableError, match=r"libGL\.so\.1.*apt install libgl1"):
        load_opencv()


def test_opencv_without_numpy_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_import(monkeypatch, "cv2", missing("No module named 'numpy'", "numpy"))
    with pytest.raises(NotReadableError, match="numpy"):
        load_opencv()


@pytest.mark.parametrize(
    ("platform", "remedy"),
    [("win32", "Media Feature Pack"), ("darwin", "pip install --force-reinstall")],
)
def test_the_remedy_is_that_of_the_system(
    monkeypatch: pytest.MonkeyPatch, platform: str, remedy: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    fail_import(monkeypatch, "cv2", missing("DLL load failed", None))
    with pytest.raises(NotReadableError, match=f"DLL load failed; .*{remedy}") as caught:
        load_opencv()
    assert "apt" not in caught.value.message


def test_an_opencv_that_breaks_on_import_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_import(monkeypatch, "cv2", AttributeError("_ARRAY_API not found"))
    with pytest.raises(NotReadableError, match=r"_ARRAY_API.*; reinstall it: pip"):
        load_opencv()


def test_an_opencv_without_cameras_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cv2").mkdir()
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(
        NotReadableError, match=f"does not support cameras: .*{tmp_path}/cv2.*; reinstall"
    ):
        load_opencv()
    finding, *_ = diagnose(FakeSystem(), load_opencv)
    assert not finding.ok
    assert "pip install" in finding.remedy


def test_opencvs_settings_are_made_before_it_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "OPENCV_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "1")

    (tmp_path / "cv2.py").write_text("import os\nVideoCapture, seen = None, dict(os.environ)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "cv2", None)  # so that what is imported now goes afterwards
    del sys.modules["cv2"]
    seen: dict[str, str] = vars(load_opencv())["seen"]
    assert seen["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] == "2"
    assert seen["OPENCV_AVFOUNDATION_SKIP_AUTH"] == "1"
    assert seen["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] == "1"  # The user's own.


def test_the_driver_is_imported_and_lists_without_opencv_or_numpy() -> None:
    program = (
        "import asyncio, sys\n"
        "from mediadevices_native.cameras import OpenCVCameraDriver\n"
        "asyncio.run(OpenCVCameraDriver().list_devices())\n"
        "assert not {'cv2', 'numpy'} & set(sys.modules), sorted(sys.modules)\n"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=30,
    )


def test_only_one_module_of_the_cameras_imports_opencv() -> None:
    importing: set[str] = set()
    for file in [*NATIVE.glob("cameras/*.py"), NATIVE / "opencv.py"]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                if "cv2" in names or getattr(node, "module", None) == "cv2":
                    importing.add(file.name)
            if isinstance(node, ast.Constant) and node.value == "cv2":
                importing.add(file.name)
    assert importing == {"opencv.py"}


def test_the_doctor_names_opencvs_version() -> None:
    system = FakeSystem()
    (finding,) = diagnose(system, system.load_opencv)
    assert (finding.subject, finding.ok, finding.text) == ("OpenCV", True, "version 5.0.0")


def test_the_doctor_says_what_to_install() -> None:
    def load() -> OpenCV:
        raise NotReadableError("cameras need OpenCV; install it with: pip install x")

    (finding,) = diagnose(FakeSystem(), load)
    assert not finding.ok
    assert finding.text == "cameras need OpenCV"
    assert finding.remedy == "install it with: pip install x"
