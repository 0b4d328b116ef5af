"""The native modes of a V4L2 camera."""

from __future__ import annotations

import errno
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import VideoMode
from mediadevices_native.cameras.v4l2 import ioctl as v4l2_ioctl
from mediadevices_native.cameras.v4l2.modes import video_modes
from support.fake_v4l2 import HDMI, FakeNode, Size

if TYPE_CHECKING:
    import ctypes


def modes(node: FakeNode) -> tuple[VideoMode, ...]:
    return video_modes(node.ioctl, v4l2_ioctl.CAPTURE)


def test_the_requests_that_videodev2_lacks_have_the_kernels_numbers() -> None:
    # As <linux/videodev2.h> gives them on every 64-bit system.
    assert v4l2_ioctl.ENUM_FRAMESIZES == 0xC02C564A
    assert v4l2_ioctl.ENUM_FRAMEINTERVALS == 0xC034564B
    assert v4l2_ioctl.QUERYCAP == 0x80685600
    assert v4l2_ioctl.S_CTRL == 0xC008561C
    assert v4l2_ioctl.G_FMT == 0xC0D05604
    assert v4l2_ioctl.G_PARM == 0xC0CC5615
    assert v4l2_ioctl.G_DV_TIMINGS == 0xC0845658
    assert v4l2_ioctl.G_STD == 0x80085617


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


ANY_SIZE = Size(16, 16, to=(16384, 8640), step=(2, 2))


def sizes(node: FakeNode) -> list[tuple[int, int]]:
    return [(mode.width, mode.height) for mode in modes(node)]


def test_a_driver_that_lists_no_sizes_has_the_one_of_its_signal() -> None:
    node = FakeNode(formats={"YUYV": [], "NV12": []}, present=(1280, 720), timings=HDMI)
    assert modes(node) == (
        VideoMode(1280, 720, 60.0, "YUYV"),
        VideoMode(1280, 720, 60.0, "NV12"),
    )


def test_a_size_that_another_program_has_set_is_not_that_of_the_signal() -> None:
    assert sizes(FakeNode(formats={"YUYV": []}, present=(320, 240), timings=HDMI)) == [(1280, 720)]


def test_a_driver_that_lists_no_sizes_and_has_no_digital_signal_has_what_is_set() -> None:
    node = FakeNode(
        formats={"YUYV": []}, present=(720, 576), present_interval=Fraction(1, 25), standard=0xFF
    )
    assert modes(node) == (VideoMode(720, 576, 25.0, "YUYV"),)


def test_of_an_interlaced_signal_the_driver_knows_the_size_of_a_picture() -> None:
    timings = {**HDMI, "width": 1920, "height": 1080, "interlaced": 1, "il_vsync": 5}
    assert sizes(FakeNode(formats={"YUYV": []}, present=(1920, 540), timings=timings)) == [
        (1920, 540)
    ]


def test_a_driver_that_tells_no_size_at_all_has_no_modes() -> None:
    assert modes(FakeNode(formats={"YUYV": []})) == ()
    assert modes(FakeNode(formats={"YUYV": []}, present=(0, 0))) == ()


@pytest.mark.parametrize("interval", [Fraction(0), Fraction(1, 90_000)])
def test_a_rate_that_no_camera_has_is_not_believed(interval: Fraction) -> None:
    node = FakeNode(formats={"YUYV": []}, present=(720, 576), present_interval=interval)
    assert modes(node) == (VideoMode(720, 576, 30.0, "YUYV"),)


def test_of_a_board_that_scales_the_sizes_of_its_signals_shape_are_offered() -> None:
    offered = sizes(FakeNode(formats={"YUYV": [ANY_SIZE]}, present=(640, 480), timings=HDMI))
    assert offered[0] == (640, 360)
    assert (1280, 720) in offered
    assert {round(width / height, 2) for width, height in offered} == {1.78}


def test_the_signals_own_size_is_among_those_that_are_offered() -> None:
    timings = {**HDMI, "width": 1366, "height": 768}
    offered = sizes(FakeNode(formats={"YUYV": [ANY_SIZE]}, timings=timings))
    assert (1366, 768) in offered
    assert (640, 360) in offered  # The aspect ratios look the same.
    assert (640, 480) not in offered


def test_a_list_of_sizes_is_that_of_the_signals_shape_too() -> None:
    listed = [Size(640, 480), Size(1280, 720), Size(640, 360)]
    assert sizes(FakeNode(formats={"YUYV": listed}, timings=HDMI)) == [(1280, 720), (640, 360)]
    only = [Size(640, 480), Size(800, 600)]  # A squeezed picture is better than none.
    assert sizes(FakeNode(formats={"YUYV": only}, timings=HDMI)) == [(640, 480), (800, 600)]


def test_the_shape_is_that_of_the_picture_and_not_of_its_pixels() -> None:
    node = FakeNode(formats={"YUYV": [ANY_SIZE]}, timings={**HDMI, "width": 720, "height": 480})
    node.aspect = (4, 3)
    assert sizes(node)[0] == (640, 480)
    assert (720, 480) not in sizes(node)


def test_a_television_picture_is_four_to_three() -> None:
    offered = sizes(FakeNode(formats={"YUYV": [ANY_SIZE]}, present=(720, 576), standard=0xFF))
    assert offered[0] == (640, 480)
    assert {round(width / height, 2) for width, height in offered} == {1.33}


def test_a_camera_that_refuses_such_questions_has_its_modes_all_the_same() -> None:
    node = FakeNode(formats={"YUYV": [Size(640, 480)]})

    def ioctl(request: int, structure: ctypes.Structure) -> None:
        if request in {v4l2_ioctl.G_DV_TIMINGS, v4l2_ioctl.G_STD, v4l2_ioctl.G_PARM}:
            raise OSError(errno.EIO, "Input/output error")
        node.ioctl(request, structure)

    assert video_modes(ioctl, v4l2_ioctl.CAPTURE) == (VideoMode(640, 480, 30.0, "YUYV"),)


def test_formats_without_true_colours_come_last() -> None:
    size = [Size(160, 120, (Fraction(1, 9),))]
    order = ("Y16 ", "MJPG", "GREY", "UYVY")
    node = FakeNode(formats=dict.fromkeys(order, size))
    assert [mode.pixel_format for mode in modes(node)] == ["UYVY", "MJPG", "Y16 ", "GREY"]


def test_a_thermal_camera_is_a_camera() -> None:
    node = FakeNode(formats={"Y16 ": [Size(160, 120, (Fraction(1, 9),))]})
    assert modes(node) == (VideoMode(160, 120, 9.0, "Y16 "),)
