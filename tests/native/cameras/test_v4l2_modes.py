"""The native modes of a V4L2 camera."""

from __future__ import annotations

import errno
from fractions import Fraction

import pytest

from mediadevices.driver import VideoMode
from mediadevices_native.cameras import v4l2_ioctl
from mediadevices_native.cameras.v4l2_modes import video_modes
from support.fake_v4l2 import FakeNode, Size


def modes(node: FakeNode) -> tuple[VideoMode, ...]:
    return video_modes(node.ioctl, v4l2_ioctl.CAPTURE)


def test_the_requests_that_videodev2_lacks_have_the_kernels_numbers() -> None:
    # As <linux/videodev2.h> gives them on every 64-bit system.
    assert v4l2_ioctl.ENUM_FRAMESIZES == 0xC02C564A
    assert v4l2_ioctl.ENUM_FRAMEINTERVALS == 0xC034564B
    assert v4l2_ioctl.QUERYCAP == 0x80685600
    assert v4l2_ioctl.S_CTRL == 0xC008561C


def test_modes_come_in_the_drivers_order_of_formats_and_sizes_the_fastest_first() -> None:
    node = FakeNode(
        formats={
            "YUYV": [
                Size(640, 480, (Fraction(1, 15), Fraction(1, 30))),
                Size(1280, 720, (Fraction(1, 5),)),
            ],
            "MJPG": [Size(1280, 720, (Fraction(1001, 30000),))],
        }
    )
    assert modes(node) == (
        VideoMode(640, 480, 30.0, "YUYV"),
        VideoMode(640, 480, 15.0, "YUYV"),
        VideoMode(1280, 720, 5.0, "YUYV"),
        VideoMode(1280, 720, 29.97, "MJPG"),
    )


def test_formats_that_opencv_cannot_decode_are_left_out() -> None:
    size = [Size(640, 480, (Fraction(1, 30),))]
    node = FakeNode(formats={"H264": size, "Z16 ": size, "NV12": size})
    assert modes(node) == (VideoMode(640, 480, 30.0, "NV12"),)


def test_a_range_of_sizes_gives_the_usual_ones_in_it_and_its_ends() -> None:
    node = FakeNode(
        formats={"YUYV": [Size(32, 32, (Fraction(1, 60),), to=(1300, 976), step=(2, 2))]}
    )
    sizes = [(mode.width, mode.height) for mode in modes(node)]
    assert sizes[0] == (640, 480)
    assert (1280, 720) in sizes
    assert (1920, 1080) not in sizes
    assert sizes[-2:] == [(1300, 976), (32, 32)]


def test_a_range_of_sizes_gives_only_what_its_steps_reach() -> None:
    node = FakeNode(formats={"YUYV": [Size(0, 0, to=(1280, 960), step=(256, 120))]})
    assert {(mode.width, mode.height) for mode in modes(node)} >= {(1280, 720), (1280, 960)}
    assert (640, 480) not in {(mode.width, mode.height) for mode in modes(node)}


def test_a_range_of_intervals_gives_the_shortest() -> None:
    node = FakeNode(formats={"YUYV": [Size(640, 480, (Fraction(1, 50),))]}, interval_ranges=True)
    assert modes(node) == (VideoMode(640, 480, 50.0, "YUYV"),)


def test_a_driver_that_knows_no_rates_is_taken_to_do_thirty() -> None:
    node = FakeNode(formats={"YUYV": [Size(640, 480)]})
    assert modes(node) == (VideoMode(640, 480, 30.0, "YUYV"),)


def test_a_device_that_goes_away_while_it_is_asked_is_an_error_and_not_fewer_modes() -> None:
    node = FakeNode(formats={"YUYV": [Size(640, 480)]}, error=errno.ENODEV)
    with pytest.raises(OSError, match="No such device"):
        modes(node)
