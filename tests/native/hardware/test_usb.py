"""The USB device that a node belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices_native.hardware.usb import find_usb_device, usb_group_key
from support.fake_v4l2 import FakeMachine, FakeNode

if TYPE_CHECKING:
    from pathlib import Path


def test_a_camera_and_its_own_microphone_have_one_group_key(tmp_path: Path) -> None:
    machine = FakeMachine(tmp_path)
    machine.plug_usb("video0", FakeNode(), port="1.2")
    machine.plug_usb("video1", FakeNode(), port="1.3")
    video = tmp_path / "sys/class/video4linux"
    card = (video / "video0").resolve().parents[2] / "1-1.2:1.2" / "sound" / "card1"
    card.mkdir(parents=True)
    assert usb_group_key(card) == usb_group_key(video / "video0") == "usb:0000:00:14.0/1.2"
    assert usb_group_key(video / "video1") != usb_group_key(card)


def test_a_usb_device_tells_its_model_and_serial_number(tmp_path: Path) -> None:
    machine = FakeMachine(tmp_path)
    machine.plug_usb("video0", FakeNode(), ids="046D:0892", serial="8A6F")
    device = find_usb_device(tmp_path / "sys/class/video4linux/video0")
    assert device is not None
    assert (device.vendor, device.product, device.serial) == ("046d", "0892", "8A6F")


def test_a_device_that_is_not_on_usb_has_no_group_key(tmp_path: Path) -> None:
    machine = FakeMachine(tmp_path)
    machine.plug("video0", "platform/vivid.0", FakeNode())
    assert usb_group_key(tmp_path / "sys/class/video4linux/video0") == ""
    assert usb_group_key("/devices/platform/there/is/no/such") == ""
