"""Other people's libraries that break while they are imported: what does not need them goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from pathlib import Path

How = Literal["missing", "broken"]

pytestmark = [
    pytest.mark.parametrize("how", ["missing", "broken"]),
    pytest.mark.skipif(sys.platform != "linux", reason="pyudev and others are Linux's"),
]

PROGRAM = """
import asyncio, sys
from mediadevices import navigator
from mediadevices.implementations import pixel_operations, resampler_factory
from mediadevices_native.agent import native_drivers
from mediadevices_native.cli.doctor import examine
from mediadevices_native.hardware.hotplug import watch_udev

async def main():
    print(len(await navigator.media_devices.enumerate_devices()))

asyncio.run(main())
print(*(driver.name for driver in native_drivers()))
print(type(pixel_operations()).__name__, resampler_factory().__name__)
if (stop := watch_udev("sound", print)) is not None:
    stop()
    print("udev")
for finding in examine():
    if not finding.ok or finding.subject == "sound server":
        print(f"{finding.text}; {finding.remedy}")
"""


# PortAudio's own start asks whatever sound system there is, and one may hang.
SOUNDDEVICE = """
from support.fake_sounddevice import FakeSoundDevice

_device = FakeSoundDevice()

def __getattr__(name):
    return getattr(_device, name)
"""


def run_without(library: str, how: How, folder: Path, *command: str) -> tuple[int, str, str]:
    """Run Python where a library is missing or broken, and without any sound."""
    (folder / "sounddevice.py").write_text(SOUNDDEVICE)
    error = "ModuleNotFoundError" if how == "missing" else "RuntimeError"
    name = f", name={library!r}" if how == "missing" else ""
    (folder / f"{library}.py").write_text(f"raise {error}('{library} is {how}'{name})\n")
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if "PULSE" not in name},
            "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
            **dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"), str(folder)),
        },
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("library", "remedies"),
    [
        ("cv2", ("pip install opencv-python", "pip install --force-reinstall opencv-python")),
        ("numpy", ("pip install opencv-python", "pip install --force-reinstall opencv-python")),
        (
            "platformdirs",
            ("pip install platformdirs", "pip install --force-reinstall platformdirs"),
        ),
        ("pulsectl", ("microphones are ALSA's cards", "microphones are ALSA's cards")),
        ("sounddevice", ("pip install sounddevice", "pip install --force-reinstall sounddevice")),
    ],
)
def test_the_rest_works_and_doctor_says_what_to_install(
    tmp_path: Path, library: str, remedies: tuple[str, str], how: How
) -> None:
    code, shown, errors = run_without(library, how, tmp_path, "-c", PROGRAM)
    assert (code, "Traceback" in errors) == (0, False), errors
    assert shown.splitlines()[1] == "opencv portaudio"
    told = [line for line in shown.splitlines() if f"{library} is {how}" in line]
    assert remedies[how == "broken"] in told[0]


def test_without_v4l2_the_microphones_go_on(tmp_path: Path, how: How) -> None:
    code, shown, errors = run_without("videodev2", how, tmp_path, "-c", PROGRAM)
    assert code == 0, errors
    assert f"there are no cameras: videodev2 is {how}; see `mediadevices doctor`" in errors
    assert shown.splitlines()[1] == "portaudio"
    assert f"videodev2 is {how}" in shown


@pytest.mark.parametrize(
    ("library", "used"),
    [
        ("pyudev", "OpenCVPixelOperations SoxrResampler"),  # the folders are looked at instead
        ("soxr", "OpenCVPixelOperations LinearResampler\nudev"),
        ("numpy", "PurePixelOperations LinearResampler\nudev"),
    ],
)
def test_a_missing_library_is_replaced_where_possible(
    tmp_path: Path, library: str, used: str, how: How
) -> None:
    code, shown, errors = run_without(library, how, tmp_path, "-c", PROGRAM)
    assert (code, "Traceback" in errors) == (0, False), errors
    assert f"\n{used}\n" in shown
    assert ("\nudev\n" in shown) == (library != "pyudev")


@pytest.mark.parametrize("library", ["rich", "typer"])
def test_the_command_line_names_what_it_needs(tmp_path: Path, library: str, how: How) -> None:
    command = ("-m", "mediadevices_native.cli", "devices")
    remedy = f"pip install --force-reinstall {library}"
    error = f"error: the command line needs {library}: {library} is {how}; {remedy}\n"
    assert run_without(library, how, tmp_path, *command) == (1, "", error)
