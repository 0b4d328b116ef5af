"""The virtual machine itself: its cameras and its sound cards are there."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest
import videodev2


@pytest.mark.parametrize("number", [0, 1])
def test_each_virtual_camera_captures_video(number: int) -> None:
    capability = videodev2.v4l2_capability()
    with Path(f"/dev/video{number}").open("rb+", buffering=0) as camera:
        fcntl.ioctl(camera, videodev2.VIDIOC_QUERYCAP, capability)
    assert bytes(capability.driver).rstrip(b"\0") == b"vivid"
    assert bytes(capability.bus_info).rstrip(b"\0") == f"platform:vivid-{number:03}".encode()
    assert capability.device_caps & videodev2.V4L2_CAP_VIDEO_CAPTURE


def test_the_sound_cards_are_loopbacks() -> None:
    listing = subprocess.run(
        ["arecord", "-l"], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    assert "card 0: Mic1 [Loopback]" in listing
    assert "card 1: Mic2 [Loopback]" in listing


def test_this_is_not_the_machine_that_the_tests_were_started_on() -> None:
    assert os.environ["IN_TEST_VM"] == "1"
