"""The image controls of a V4L2 camera, as constrainable properties."""

from __future__ import annotations

import errno

import pytest

from mediadevices.driver import Range
from mediadevices_native.cameras.v4l2.controls import find_controls, read_controls, write_controls
from support.fake_v4l2 import FakeControl, FakeNode

INTEGER, BOOLEAN, MENU, INTEGER_MENU = 1, 2, 3, 9
BRIGHTNESS, AUTO_WHITE_BALANCE, TEMPERATURE = 0x00980900, 0x0098090C, 0x0098091A
EXPOSURE_AUTO, EXPOSURE_ABSOLUTE, PAN, FOCUS_AUTO = 0x009A0901, 0x009A0902, 0x009A0908, 0x009A090C
BIAS, ISO, FLASH_LED_MODE = 0x009A0913, 0x009A0917, 0x009C0901


def webcam() -> FakeNode:
    return FakeNode(
        controls={
            BRIGHTNESS: FakeControl(INTEGER, -64, 64, 1, 3),
            AUTO_WHITE_BALANCE: FakeControl(BOOLEAN, 0, 1, 1, 1),
            TEMPERATURE: FakeControl(INTEGER, 2800, 6500, 10, 4600, flags=0x10),
            EXPOSURE_AUTO: FakeControl(MENU, 0, 3, 1, 3, menu={1: 0, 3: 0}),
            EXPOSURE_ABSOLUTE: FakeControl(INTEGER, 1, 5000, 1, 157),
            PAN: FakeControl(INTEGER, -36000, 36000, 3600, 0),
            BIAS: FakeControl(
                INTEGER_MENU, 0, 4, 1, 2, menu=dict(enumerate(range(-1000, 1001, 500)))
            ),
            ISO: FakeControl(INTEGER_MENU, 0, 2, 1, 1, menu={0: 100_000, 1: 200_000, 2: 800_000}),
            FLASH_LED_MODE: FakeControl(MENU, 0, 2, 1, 0, menu={0: 0, 2: 0}),
        }
    )


def values(node: FakeNode) -> dict[str, object]:
    return dict(read_controls(node.ioctl, find_controls(node.ioctl)))


def set_values(node: FakeNode, **wanted: bool | str | float) -> None:
    write_controls(node.ioctl, find_controls(node.ioctl), wanted)


def test_controls_have_the_standards_names_and_units() -> None:
    found = {control.name: control.control for control in find_controls(webcam().ioctl)}
    assert found == {
        "brightness": Range(-64, 64, 1),
        "whiteBalanceMode": ("manual", "continuous"),
        "colorTemperature": Range(2800, 6500, 10),
        "exposureMode": ("manual", "continuous"),
        "exposureTime": Range(1, 5000, 1),
        "exposureCompensation": Range(-1, 1, 0.5, (-1, -0.5, 0, 0.5, 1)),
        "iso": Range(100, 800, 0, (100, 200, 800)),
        "pan": Range(-36000, 36000, 3600),
        "torch": (False, True),
    }


def test_the_values_of_the_controls_are_read() -> None:
    assert values(webcam()) == {
        "brightness": 3,
        "whiteBalanceMode": "continuous",
        "colorTemperature": 4600,
        "exposureMode": "continuous",
        "exposureTime": 157,
        "exposureCompensation": 0,
        "iso": 200,
        "pan": 0,
        "torch": False,
    }


@pytest.mark.parametrize(
    ("name", "value", "identifier", "raw"),
    [
        ("brightness", 20, BRIGHTNESS, 20),
        ("exposureMode", "manual", EXPOSURE_AUTO, 1),
        ("exposureMode", "continuous", EXPOSURE_AUTO, 3),
        ("whiteBalanceMode", "manual", AUTO_WHITE_BALANCE, 0),
        ("exposureCompensation", 0.5, BIAS, 3),
        ("iso", 700, ISO, 2),
        ("torch", True, FLASH_LED_MODE, 2),
    ],
)
def test_a_value_is_set_in_the_drivers_own_numbers(
    name: str, value: bool | str | float, identifier: int, raw: int
) -> None:
    node = webcam()
    set_values(node, **{name: value})
    assert node.controls[identifier].value == raw


def test_a_menu_of_thirds_has_its_own_values_and_a_step_for_the_program() -> None:
    menu = {index: round(third * 1000 / 3) for index, third in enumerate(range(-9, 10))}
    node = FakeNode(controls={BIAS: FakeControl(INTEGER_MENU, 0, 18, 1, 9, menu=menu)})
    [found] = find_controls(node.ioctl)
    expected = tuple(value / 1000 for value in menu.values())
    assert found.control == Range(-3, 3, 0.333, expected)
    for index, value in enumerate(expected):
        set_values(node, exposureCompensation=value)
        assert node.controls[BIAS].value == index
        assert values(node) == {"exposureCompensation": value}


def test_a_mode_is_set_before_the_value_that_it_gives_leave_to_set() -> None:
    node = webcam()
    names = [control.name for control in find_controls(node.ioctl)]
    assert names.index("exposureMode") < names.index("exposureTime")
    assert names.index("whiteBalanceMode") < names.index("colorTemperature")


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EACCES, errno.EBUSY, errno.ERANGE])
def test_a_control_that_cannot_be_set_now_stays_and_reads_so(code: int) -> None:
    node = webcam()
    node.controls[TEMPERATURE].set_error = code
    set_values(node, colorTemperature=3000, brightness=10)
    assert values(node)["colorTemperature"] == 4600
    assert values(node)["brightness"] == 10


def test_setting_a_control_of_a_device_that_is_gone_is_an_error() -> None:
    node = webcam()
    node.controls[BRIGHTNESS].set_error = errno.ENODEV
    with pytest.raises(OSError, match="No such device"):
        set_values(node, brightness=10)


def test_names_and_values_that_the_camera_does_not_have_change_nothing() -> None:
    node = webcam()
    before = values(node)
    set_values(node, zoom=3, exposureMode="single-shot", brightness="bright")
    assert values(node) == before


def test_controls_that_are_disabled_or_only_readable_are_not_offered() -> None:
    node = FakeNode(
        controls={
            BRIGHTNESS: FakeControl(INTEGER, 0, 9, flags=0x1),
            PAN: FakeControl(INTEGER, 0, 9, flags=0x4),
        }
    )
    assert find_controls(node.ioctl) == ()


def test_a_camera_that_only_has_automatic_exposure_offers_only_that() -> None:
    node = FakeNode(controls={EXPOSURE_AUTO: FakeControl(MENU, 0, 3, value=0, menu={0: 0})})
    (control,) = find_controls(node.ioctl)
    assert control.control == ("continuous",)
    assert values(node) == {"exposureMode": "continuous"}
