"""What a program gets of a capture board, whose signal has a shape of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices.testing import FakeCamera, install_fake_devices
from support.fake_v4l2 import HDMI, FakeMachine, FakeNode, Size
from support.filming import video_track

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices import MediaTrackSettings

SCALER = [Size(16, 16, to=(16384, 8640), step=(2, 2))]


async def settings(path: Path, sizes: list[Size], asked: object) -> MediaTrackSettings:
    machine = FakeMachine(path)
    machine.plug("video0", "pci/board", FakeNode(formats={"YUYV": sizes}, timings=HDMI))
    (device,) = machine.cameras().list_devices()
    with install_fake_devices([FakeCamera(modes=device.modes)]):
        track = await video_track(asked)
        found = track.get_settings()
        track.stop()
    return found


@pytest.mark.parametrize("sizes", [SCALER, [], [Size(640, 480), Size(1280, 720)]])
async def test_without_constraints_the_signals_aspect_ratio_is_used(
    tmp_path: Path, sizes: list[Size]
) -> None:
    found = await settings(tmp_path, sizes, True)
    assert found.aspect_ratio == pytest.approx(1280 / 720)
    assert found.resize_mode == "none"


async def test_another_aspect_ratio_is_cropped_and_not_distorted(
    tmp_path: Path,
) -> None:
    found = await settings(tmp_path, SCALER, {"width": {"exact": 640}, "height": {"exact": 480}})
    assert (found.width, found.height, found.resize_mode) == (640, 480, "crop-and-scale")
