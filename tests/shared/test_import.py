"""`import mediadevices` is fast, because it imports rarely used modules lazily."""

import subprocess
import sys

import pytest

# A web page cannot start a process.
pytestmark = pytest.mark.lanes("cpython")

LATER = {
    # libraries of the desktop, which may be missing
    "cv2",
    "numpy",
    "platformdirs",
    "rich",
    "sounddevice",
    "soxr",
    "typer",
    # slow modules of the standard library; creating a dataclass takes ten times as long as a named
    # tuple
    "asyncio",
    "ast",
    "dataclasses",
    "difflib",
    "fractions",
    "inspect",
    # modules for capturing, and for frames and samples
    "mediadevices.algorithms.select_settings",
    "mediadevices.driver",
    "mediadevices.interfaces.media_stream_track_processor",
    "mediadevices.interfaces.streams",
    "mediadevices.interfaces.track_generators",
    "mediadevices.legacy",
    "mediadevices.local",
    "mediadevices.media",
    "mediadevices.implementations",
    "mediadevices.testing",
    "mediadevices_native",
}


def imported_by(statement):
    """Return the modules that a statement imports in a new process."""
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        f"{statement}\n"
        "print(*set(sys.modules) - before, sep='\\n')\n"
    )
    command = [sys.executable, "-c", program]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_does_not_import_lazy_modules():
    found = imported_by("import mediadevices")
    assert "mediadevices.interfaces.navigator" in found
    assert sorted(found & LATER) == []


def test_frames_are_imported_at_first_use():
    found = imported_by("from mediadevices import VideoFrame")
    assert "mediadevices.media.video_frame" in found
    assert "mediadevices.media.audio_data" not in found
