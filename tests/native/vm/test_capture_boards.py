"""Capture boards and other nodes, as the kernel's `vivid` makes them: inputs with a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Configuration, Device, VideoMode
from mediadevices_native.cameras import OpenCVCameraDriver, diagnose
from support import vivid
from support.fake_opencv import RecordingSink
from support.sound import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("cameras")

HDMI, S_VIDEO = {"input_types": "3"}, {"input_types": "2"}
NO_SCALER = {"ccs_cap_mode": "0"}
"""A board that can neither crop nor scale lists no sizes."""


async def board(driver: OpenCVCameraDriver, name: str) -> Device:
    (device,) = [one for one in await driver.list_devices() if one.label == name]
    return device


async def frame_size(
    driver: OpenCVCameraDriver, device: Device, mode: VideoMode
) -> tuple[int, int]:
    """Return the size of what comes in a mode, which is also what it says that it does."""
    sink = RecordingSink()
    opened = await driver.open(device, Configuration(mode), sink)
    await until(lambda: len(sink.frames) >= 3, 30)
    await opened.close()
    assert opened.configuration.mode == mode
    return sink.frames[-1].coded_width, sink.frames[-1].coded_height


async def test_an_hdmi_board_that_lists_no_sizes_has_that_of_its_signal(tmp_path: Path) -> None:
    driver = OpenCVCameraDriver()
    with vivid.another_module(tmp_path, **HDMI, **NO_SCALER) as name:
        device = await board(driver, name)
        modes = [mode for mode in device.modes if isinstance(mode, VideoMode)]
        assert {(mode.width, mode.height, mode.frame_rate) for mode in modes} == {(1280, 720, 60)}
        assert {mode.pixel_format for mode in modes} >= {"YUYV", "NV12", "GREY"}
        assert await frame_size(driver, device, modes[0]) == (1280, 720)


async def test_an_hdmi_board_that_scales_squeezes_no_picture(tmp_path: Path) -> None:
    driver = OpenCVCameraDriver()
    with vivid.another_module(tmp_path, **HDMI) as name:
        device = await board(driver, name)
        modes = [mode for mode in device.modes if isinstance(mode, VideoMode)]
        assert {round(mode.width / mode.height, 2) for mode in modes} == {1.78}
        assert (1280, 720) in {(mode.width, mode.height) for mode in modes}
        assert await frame_size(driver, device, modes[0]) == (640, 360)


async def test_a_television_board_has_the_size_of_its_standard(tmp_path: Path) -> None:
    driver = OpenCVCameraDriver()
    with vivid.another_module(tmp_path, **S_VIDEO, **NO_SCALER) as name:
        device = await board(driver, name)
        (pal,) = {mode for mode in device.modes if getattr(mode, "pixel_format", "") == "YUYV"}
        assert pal == VideoMode(720, 576, 25, "YUYV")
        assert await frame_size(driver, device, pal) == (720, 576)


async def test_every_node_has_a_line_with_the_reason_why_it_is_no_camera(tmp_path: Path) -> None:
    # Captures, puts out, and gives and takes metadata.
    with vivid.another_module(tmp_path, node_types="0x60101") as name:
        own = [finding for finding in diagnose() if finding.text.startswith(name)]
    assert all(finding.ok for finding in own)
    reasons = sorted(finding.text.partition("no camera: ")[2] for finding in own)
    assert reasons == ["", "it delivers metadata", "it delivers no pictures", "it is an output"]
