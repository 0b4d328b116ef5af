"""Every video node is listed by the doctor, with the reason why it is no camera."""

from __future__ import annotations

import errno
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from support import fake_v4l2
from support.fake_v4l2 import CAMERA, STREAMING, FakeMachine, FakeNode, Size

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices_native.diagnostics import Finding

SIZES = [Size(640, 480, (Fraction(1, 30),))]
LOOPBACK = "v4l2 loopback"


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def only_node(machine: FakeMachine, node: FakeNode) -> Finding:
    """Return what is found about a node on a machine without any other."""
    machine.plug("video0", "platform/something", node)
    assert machine.cameras().list_devices() == []
    finding, none = machine.cameras().diagnose()
    assert (none.subject, none.ok, none.text) == ("cameras", False, "no camera was found")
    assert finding.subject == str(machine.root / "dev" / "video0")
    assert finding.text.startswith("Camera: no camera: ")
    return finding


@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        (fake_v4l2.META_CAPTURE | STREAMING, "it delivers metadata"),
        (fake_v4l2.VIDEO_OUTPUT | STREAMING, "it is an output"),
        (fake_v4l2.VIDEO_M2M | STREAMING, "it converts pictures, as a codec does"),
        (CAMERA | fake_v4l2.VIDEO_OUTPUT, "it is also an output"),
        (CAMERA | fake_v4l2.TOUCH, "it is a touch sensor"),
        (STREAMING, "it delivers no pictures"),
    ],
)
def test_nothing_is_wrong_with_a_node_that_is_not_meant_to_be_a_camera(
    machine: FakeMachine, caps: int, reason: str
) -> None:
    finding = only_node(machine, FakeNode(device_caps=caps, formats={"YUYV": SIZES}))
    assert finding.ok
    assert reason in finding.text


@pytest.mark.parametrize(
    ("caps", "reason", "remedy"),
    [
        (CAMERA | fake_v4l2.IO_MC, "it needs libcamera", "libcamerify"),
        (fake_v4l2.VIDEO_CAPTURE, "it can only be read from", ""),
    ],
)
def test_a_camera_that_cannot_be_used_says_why(
    machine: FakeMachine, caps: int, reason: str, remedy: str
) -> None:
    finding = only_node(machine, FakeNode(device_caps=caps, formats={"YUYV": SIZES}))
    assert not finding.ok
    assert reason in finding.text
    assert remedy in finding.remedy


def test_a_loopback_that_announces_both_ends_says_how_to_load_it(machine: FakeMachine) -> None:
    caps = CAMERA | fake_v4l2.VIDEO_OUTPUT
    node = FakeNode(driver=LOOPBACK, device_caps=caps, formats={"YUYV": SIZES})
    finding = only_node(machine, node)
    assert not finding.ok
    assert "also an output" in finding.text
    assert finding.remedy == "load v4l2loopback with exclusive_caps=1"


def test_an_idle_loopback_says_when_it_becomes_a_camera(
    machine: FakeMachine,
) -> None:
    caps = fake_v4l2.VIDEO_OUTPUT | STREAMING
    finding = only_node(machine, FakeNode(driver=LOOPBACK, device_caps=caps))
    assert finding.ok
    assert "when a program writes to it" in finding.remedy


@pytest.mark.parametrize(
    ("formats", "shown"),
    [
        (("H264",), "only H264, which OpenCV cannot decode"),
        (("Z16 ", "INZI"), "only Z16, INZI, which OpenCV cannot decode"),
        (("AR1\xb5",), "only AR15-BE, which OpenCV cannot decode"),
        (("pBAA", "pGAA", "pgAA", "pRAA", "H264", "HEVC"), "pBAA, pGAA, pgAA, pRAA and 2 more"),
        ((), "it reports no pixel format"),
    ],
)
def test_formats_that_opencv_cannot_decode_are_named(
    machine: FakeMachine, formats: tuple[str, ...], shown: str
) -> None:
    finding = only_node(machine, FakeNode(formats=dict.fromkeys(formats, SIZES)))
    assert not finding.ok
    assert shown in finding.text


def test_a_board_that_tells_no_size_asks_for_a_signal(machine: FakeMachine) -> None:
    finding = only_node(machine, FakeNode(formats={"YUYV": []}))
    assert not finding.ok
    assert "it reports no picture size" in finding.text
    assert "connected" in finding.remedy


def test_a_second_node_of_a_camera_is_listed_and_nothing_is_wrong_with_it(
    machine: FakeMachine,
) -> None:
    machine.plug_usb("video0", FakeNode(formats={"YUYV": SIZES}))
    machine.plug_usb("video1", FakeNode(device_caps=fake_v4l2.META_CAPTURE | STREAMING), index=1)
    machine.plug_usb("video2", FakeNode(formats={"H264": SIZES}), index=2)
    found = machine.cameras().diagnose()
    assert [finding.subject[-6:] for finding in found] == ["video0", "video1", "video2"]
    assert all(finding.ok for finding in found)
    assert found[0].text == "Camera (046d:0892): 1 modes"
    assert "only H264" in found[2].text


def test_another_cameras_node_is_no_excuse(machine: FakeMachine) -> None:
    machine.plug_usb("video0", FakeNode(formats={"YUYV": SIZES}))
    machine.plug_usb("video2", FakeNode(formats={"H264": SIZES}), port="3")
    assert [finding.ok for finding in machine.cameras().diagnose()] == [True, False]


def test_a_node_that_is_not_in_dev_says_how_to_pass_it_through(machine: FakeMachine) -> None:
    machine.plug("video0", "platform/something", FakeNode(formats={"YUYV": SIZES}))
    del machine.nodes["video0"]
    finding = machine.cameras().diagnose()[0]
    assert not finding.ok
    assert "there is no" in finding.text
    assert f"--device {machine.root / 'dev' / 'video0'}" in finding.remedy


def test_a_node_that_answers_with_an_error_tells_it(machine: FakeMachine) -> None:
    machine.plug("video0", "platform/something", FakeNode(error=errno.EIO))
    finding = machine.cameras().diagnose()[0]
    assert not finding.ok
    assert finding.text == "Camera: it cannot be asked: Input/output error"
