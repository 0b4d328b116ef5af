"""``mediadevices photo``."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from mediadevices import VideoFrame
from mediadevices.testing import frame_number
from mediadevices.testing.patterns import BAR_COLOURS
from mediadevices_native.cli import photo as photo_module
from support.command_line import call, run_process

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices.testing import FakeDevices


def picture(path: Path) -> np.ndarray:
    """Return the pixels of a picture file, in the order red, green, blue."""
    decoded = cv2.imread(str(path))
    assert decoded is not None
    return decoded[:, :, ::-1]


def bars(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """Return the colours in the middle of the fake camera's bars."""
    height, width, _ = pixels.shape
    count = len(BAR_COLOURS)
    return [
        tuple(pixels[height // 2, width * (2 * bar + 1) // (2 * count)]) for bar in range(count)
    ]


def number(pixels: np.ndarray) -> int:
    """Return the frame number in a picture of the fake camera."""
    height, width, _ = pixels.shape
    with VideoFrame(
        pixels.tobytes(), format="RGB24", coded_width=width, coded_height=height, timestamp=0
    ) as frame:
        return frame_number(frame)


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "OUT.JPEG"])
def test_a_photo_shows_what_the_camera_sees(folder: Path, fakes: FakeDevices, name: str) -> None:
    done = call("photo", name, "--delay", 0)
    assert (done.code, done.err) == (0, "")
    pixels = picture(folder / name)
    assert pixels.shape == (480, 640, 3)
    assert np.abs(np.subtract(bars(pixels), BAR_COLOURS)).max() <= 6
    assert number(pixels) == 0
    assert not fakes.cameras[0].is_open


def test_the_settings_are_printed_after_the_photo(fakes: FakeDevices) -> None:
    out = call("photo", "out.png", "--delay", 0, "--constraints", '{"width": 1280}').out
    assert out.startswith("out.png: a photo by Fake Camera 1\n")
    assert re.search(r"width +1280\b", out)
    assert re.search(r"frameRate +30\b", out)


def test_json_settings_have_the_standards_form(fakes: FakeDevices, folder: Path) -> None:
    constraints = '{"video": {"width": {"exact": 320}}, "audio": false}'
    done = call("photo", "out.png", "--delay", 0, "--json", "--constraints", constraints)
    told = json.loads(done.out)
    assert list(told) == ["file", "label", "settings"]
    assert told["settings"]["width"] == 320
    assert picture(folder / "out.png").shape[1] == 320


def test_the_photo_is_taken_after_the_delay(folder: Path, fakes: FakeDevices) -> None:
    assert call("photo", "out.png", "--delay", 0.3).code == 0
    assert 5 <= number(picture(folder / "out.png")) <= 20


def test_device_selects_the_camera(folder: Path, fakes: FakeDevices) -> None:
    other = type(fakes.cameras[0])(label="Microscope")
    fakes.plug(other)
    assert "by Microscope" in call("photo", "out.png", "--delay", 0, "--device", "scope").out
    assert (other.opened, fakes.cameras[0].opened) == (1, 0)


def test_a_separate_process_takes_a_synthetic_photo(folder: Path) -> None:
    done = run_process("photo", "demo.png", "--synthetic", "--allow", "camera")
    assert done.code == 0
    assert "Synthetic Camera" in done.out
    assert number(picture(folder / "demo.png")) > 0
    assert [file.name for file in folder.iterdir()] == ["demo.png"]


def test_or_synthetic_prefers_a_real_camera(fakes: FakeDevices) -> None:
    done = call("photo", "out.png", "--delay", 0, "--or-synthetic")
    assert "by Fake Camera 1" in done.out
    assert "synthetic" not in done.err


def test_or_synthetic_uses_a_synthetic_camera_and_says_so(
    folder: Path, fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediadevices_native.agent import create_agent
    from mediadevices_native.cli import session

    fakes.unplug(fakes.cameras[0])
    monkeypatch.setattr(
        session,
        "create_agent",
        lambda **options: create_agent(**options) if options["synthetic"] else fakes.agent,
    )
    done = call("photo", "out.png", "--delay", 0, "--or-synthetic")
    assert "by Synthetic Camera" in done.out
    assert (
        "No camera was found; this is a synthetic one.\nwarning: these devices are synthetic"
        in done.err
    )
    assert (folder / "out.png").exists()


def test_an_old_photo_stays_until_the_new_one_is_complete(folder: Path, fakes: FakeDevices) -> None:
    (folder / "out.png").write_text("old")
    fakes.fail_to_open(fakes.cameras[0])
    assert call("photo", "out.png").code == 1
    assert (folder / "out.png").read_text() == "old"
    fakes.fail_to_open(fakes.cameras[0], None)
    assert call("photo", "out.png", "--delay", 0).code == 0
    assert picture(folder / "out.png").shape == (480, 640, 3)


def test_a_camera_without_frames_causes_a_timeout(
    fakes: FakeDevices, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediadevices.testing.fake_captures import FakeCameraCapture

    monkeypatch.setattr(FakeCameraCapture, "_schedule", lambda self: None)
    monkeypatch.setattr(photo_module, "_FRAME_TIMEOUT", 0.1)
    done = call("photo", "out.png")
    assert done.code == 1
    assert "NotReadableError: 'Fake Camera 1' delivered no frame for 0.1 s" in done.err
    assert not fakes.cameras[0].is_open
    assert list(folder.iterdir()) == []


def test_the_command_waits_until_a_slow_camera_is_closed(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediadevices.testing.fake_captures import FakeCapture

    close = FakeCapture.close

    async def close_slowly(self: FakeCapture) -> None:
        await asyncio.sleep(0.1)
        await close(self)

    monkeypatch.setattr(FakeCapture, "close", close_slowly)
    assert call("photo", "out.png", "--delay", 0).code == 0
    assert fakes.cameras[0].capture is None
