"""`import mediadevices` takes no longer than it must: what is needed later is imported later."""

import subprocess
import sys

import pytest

# A new process: there is none in a web page.
pytestmark = pytest.mark.lanes("cpython")

LATER = {
    # libraries of the desktop, which need not be there
    "cv2",
    "numpy",
    "platformdirs",
    "rich",
    "sounddevice",
    "soxr",
    "typer",
    # of the standard library what takes longest; a dataclass is ten times as long in the making
    # as a named tuple
    "asyncio",
    "ast",
    "dataclasses",
    "difflib",
    "fractions",
    "inspect",
    # for whoever captures, or uses frames and samples
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
    """The modules that a statement imports in a new process."""
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        f"{statement}\n"
        "print(*set(sys.modules) - before, sep='\\n')\n"
    )
    command = [sys.executable, "-c", program]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_what_is_needed_later_is_not_imported_yet():
    found = imported_by("import mediadevices")
    assert "mediadevices.interfaces.navigator" in found
    assert sorted(found & LATER) == []


def test_frames_are_imported_when_somebody_asks_for_them():
    found = imported_by("from mediadevices import VideoFrame")
    assert "mediadevices.media.video_frame" in found
    assert "mediadevices.media.audio_data" not in found
