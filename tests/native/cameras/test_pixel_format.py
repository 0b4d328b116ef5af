"""The format in which a camera sends its pictures: the one that reaches the rate, and no other."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from mediadevices import navigator
from mediadevices.testing import FakeCamera, install_fake_devices
from support.fake_v4l2 import FakeMachine, FakeNode, Size
from support.filming import video_track

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices.driver import Mode


def rates(*hertz: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(1, rate) for rate in hertz)


# What a common camera offers over USB 2, where 1920 x 1080 in YUYV would be twice what it carries.
FORMATS = {
    "YUYV": [
        Size(640, 480, rates(30, 24, 15, 5)),
        Size(1280, 720, rates(10, 5)),
        Size(1920, 1080, rates(5)),
    ],
    "H264": [Size(1920, 1080, rates(30))],
    "MJPG": [
        Size(640, 480, rates(30, 24, 15, 5)),
        Size(1280, 720, rates(30, 24, 15, 10, 5)),
        Size(1920, 1080, rates(30, 24, 15, 5)),
    ],
}


@pytest.fixture(params=["YUYV first", "MJPG first"])
def modes(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Mode, ...]:
    """The modes of the camera, whichever format its driver names first."""
    order = list(FORMATS) if request.param == "YUYV first" else list(reversed(FORMATS))
    machine = FakeMachine(tmp_path)
    machine.plug_usb("video0", FakeNode(formats={name: FORMATS[name] for name in order}))
    (device,) = machine.cameras().list_devices()
    return device.modes


@pytest.mark.parametrize(
    ("asked", "pixel_format", "rate"),
    [
        ({"width": 1920, "height": 1080, "frameRate": 30}, "MJPG", 30),
        ({"width": 1920, "height": 1080}, "MJPG", 30),
        ({"width": 1920, "height": 1080, "frameRate": {"min": 10}}, "MJPG", 30),
        ({"width": 1920, "height": 1080, "frameRate": 5}, "YUYV", 5),
        ({"width": 1280, "height": 720, "frameRate": 15}, "MJPG", 15),
        ({"width": 1280, "height": 720, "frameRate": 10}, "YUYV", 10),
        ({"width": 640, "height": 480, "frameRate": 30}, "YUYV", 30),
        (True, "YUYV", 30),
    ],
    ids=str,
)
async def test_the_format_is_one_that_reaches_the_asked_rate(
    modes: tuple[Mode, ...], asked: object, pixel_format: str, rate: float
) -> None:
    with install_fake_devices([FakeCamera(modes=modes)]):
        track = await video_track(asked)
        settings = track.get_settings()
        track.stop()
    assert (settings["xPixelFormat"], settings.frame_rate) == (pixel_format, rate)
    assert settings.resize_mode == "none"


async def test_a_track_that_is_changed_tells_the_new_format(modes: tuple[Mode, ...]) -> None:
    with install_fake_devices([FakeCamera(modes=modes)]):
        track = await video_track({"width": 640})
        assert track.get_settings().x_pixel_format == "YUYV"
        await track.apply_constraints({"width": 1920, "height": 1080})
        assert track.get_settings().x_pixel_format == "MJPG"
        track.stop()
        assert track.get_settings().x_pixel_format is None


async def test_the_format_is_no_property_that_a_program_could_ask_for() -> None:
    assert "xPixelFormat" not in navigator.media_devices.get_supported_constraints()
