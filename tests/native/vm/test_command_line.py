"""The command line and real devices: what it lists, and a photo of a known picture."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2

from support import vivid

COMMAND = [sys.executable, "-m", "mediadevices_native.cli"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=100, check=False
    )


def test_devices_are_listed_as_json() -> None:
    result = run("devices", "--json")
    assert result.returncode == 0, result.stderr
    devices = json.loads(result.stdout)
    cameras = [device for device in devices if device["kind"] == "videoinput"]
    assert [camera["label"] for camera in cameras] == ["vivid", "vivid"]
    assert any("Mic1" in one["label"] for one in devices if one["kind"] == "audioinput")


def test_a_photo_shows_the_cameras_colour_bars(tmp_path: Path) -> None:
    vivid.reset()
    path = tmp_path / "photo.png"
    constraints = json.dumps({"width": 640, "height": 480})
    result = run("photo", str(path), "--allow", "camera", "--constraints", constraints)
    assert result.returncode == 0, result.stderr
    picture = cv2.imread(str(path))
    assert picture.shape == (480, 640, 3)
    middle = picture[240, 40::80].astype(int)  # blue, green, red of the eight bars
    assert (middle[0] > 240).all()
    assert (middle[7] < 16).all()
    assert [tuple(bar > 128) for bar in middle[1:4]] == [
        (False, True, True),  # yellow
        (True, True, False),  # cyan
        (False, True, False),  # green
    ]
    assert "640" in result.stdout
