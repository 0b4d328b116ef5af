"""The cameras of a Linux system: which are listed, with which label and key."""

from __future__ import annotations

import errno
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Range, VideoMode
from support import fake_v4l2
from support.fake_v4l2 import CAMERA, FakeControl, FakeMachine, FakeNode, Size

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"YUYV": [Size(640, 480, (Fraction(1, 30),))]}


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def camera(card: str = "HD Webcam", **rest: object) -> FakeNode:
    return FakeNode(card=card, formats=SIZES, **rest)


def test_a_camera_has_its_name_modes_controls_and_node(machine: FakeMachine) -> None:
    machine.plug(
        "video0",
        "platform/vivid.0",
        camera(
            "vivid",
            bus_info="platform:vivid-000",
            controls={0x00980900: FakeControl(1, 0, 255, 1, 128)},
        ),
    )
    (device,) = machine.cameras().list_devices()
    assert device.kind == "videoinput"
    assert device.label == "vivid"
    assert device.group_key == "platform:vivid-000"
    assert device.modes == (VideoMode(640, 480, 30.0, "YUYV"),)
    assert device.controls == {"brightness": Range(0, 255, 1)}
    assert device.initial == {"brightness": 128}
    assert device.address == machine.root / "dev" / "video0"


def test_a_usb_camera_has_its_ids_behind_its_name(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera())
    machine.plug_usb("video2", camera("UVC Camera (046d:0825)"), port="3", ids="046d:0825")
    assert [device.label for device in machine.cameras().list_devices()] == [
        "HD Webcam (046d:0892)",
        "UVC Camera (046d:0825)",
    ]


@pytest.mark.parametrize(
    "caps",
    [
        fake_v4l2.META_CAPTURE | fake_v4l2.STREAMING,
        fake_v4l2.VIDEO_OUTPUT | fake_v4l2.STREAMING,
        fake_v4l2.VIDEO_M2M | fake_v4l2.STREAMING,
        fake_v4l2.VIDEO_CAPTURE,
        CAMERA | fake_v4l2.IO_MC,
    ],
    ids=["metadata", "output", "codec", "no streaming", "media controller"],
)
def test_a_node_that_is_no_camera_is_not_listed(machine: FakeMachine, caps: int) -> None:
    machine.plug_usb("video0", camera())
    machine.plug_usb("video1", camera(device_caps=caps), index=1)
    (device,) = machine.cameras().list_devices()
    assert device.address == machine.root / "dev" / "video0"


def test_a_multi_planar_camera_is_a_camera(machine: FakeMachine) -> None:
    caps = fake_v4l2.VIDEO_CAPTURE_MPLANE | fake_v4l2.STREAMING
    machine.plug("video0", "platform/soc", camera(device_caps=caps))
    assert len(machine.cameras().list_devices()) == 1


def test_a_node_with_only_undecodable_formats_is_not_listed(
    machine: FakeMachine,
) -> None:
    machine.plug_usb("video0", FakeNode(formats={"H264": SIZES["YUYV"]}))
    assert machine.cameras().list_devices() == []


def test_nodes_come_in_the_order_of_their_numbers(machine: FakeMachine) -> None:
    for number in (10, 2, 0):
        machine.plug(f"video{number}", f"platform/camera.{number}", camera(f"c{number}"))
    labels = [device.label for device in machine.cameras().list_devices()]
    assert labels == ["c0", "c2", "c10"]


def test_a_system_without_video_has_no_cameras(tmp_path: Path) -> None:
    machine = FakeMachine(tmp_path)
    (tmp_path / "sys/class/video4linux").rmdir()
    assert machine.cameras().list_devices() == []
    assert machine.cameras().diagnose()[0].ok is False


def test_listing_only_asks_and_never_asks_for_buffers(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(busy=True))
    assert len(machine.cameras().list_devices()) == 1


def test_a_key_survives_a_replug_to_the_same_port_under_another_number(
    machine: FakeMachine,
) -> None:
    machine.plug_usb("video0", camera(), serial="A1")
    (before,) = machine.cameras().list_devices()
    machine.unplug("video0")
    machine.plug_usb("video7", camera(), serial="A1")
    (after,) = machine.cameras().list_devices()
    assert after.key == before.key
    assert machine.cameras().locate(before) == str(machine.root / "dev" / "video7")


def test_a_key_does_not_hold_the_number_of_the_bus(tmp_path: Path) -> None:
    keys: set[str] = set()
    for bus in (1, 3):
        (tmp_path / str(bus)).mkdir()
        machine = FakeMachine(tmp_path / str(bus))
        machine.plug_usb("video0", camera(), bus=bus)
        keys.add(machine.cameras().list_devices()[0].key)
    assert len(keys) == 1


def test_two_cameras_of_one_model_do_not_trade_their_keys(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(), port="1")
    machine.plug_usb("video2", camera(), port="2")
    first, second = machine.cameras().list_devices()
    assert first.label == second.label
    assert first.key != second.key
    assert first.group_key != second.group_key
    machine.unplug("video0")
    machine.unplug("video2")
    machine.plug_usb("video0", camera(), port="2")
    (only,) = machine.cameras().list_devices()
    assert only.key == second.key
    assert machine.cameras().locate(first) is None


def test_the_two_sensors_of_one_camera_are_two_devices_of_one_group(
    machine: FakeMachine,
) -> None:
    machine.plug_usb("video0", camera("Depth"), interface=0)
    machine.plug_usb("video2", camera("Infrared"), interface=0, index=2)
    machine.plug_usb("video4", camera("Colour"), interface=3)
    devices = machine.cameras().list_devices()
    assert len({device.key for device in devices}) == 3
    assert len({device.group_key for device in devices}) == 1


def test_a_camera_keeps_its_key_when_another_on_the_same_device_goes(
    machine: FakeMachine,
) -> None:
    machine.plug("video0", "platform/vivid.0", camera("vivid-000"))
    machine.plug("video1", "platform/vivid.0", camera("vivid-001"))
    _, second = machine.cameras().list_devices()
    machine.unplug("video0")
    assert [device.key for device in machine.cameras().list_devices()] == [second.key]


def test_cameras_that_nothing_tells_apart_still_have_keys_of_their_own(
    machine: FakeMachine,
) -> None:
    machine.plug("video0", "platform/twin", camera())
    machine.plug("video1", "platform/twin", camera())
    first, second = machine.cameras().list_devices()
    assert first.key != second.key
    assert machine.cameras().locate(second) == str(machine.root / "dev" / "video1")


def test_a_camera_that_goes_while_it_is_asked_is_not_listed(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(error=errno.ENODEV))
    assert machine.cameras().list_devices() == []


def test_a_camera_that_we_may_not_ask_is_listed_and_says_permission_hint(
    machine: FakeMachine,
) -> None:
    machine.plug_usb("video0", camera(open_error=errno.EACCES))
    machine.plug_usb("video1", camera(open_error=errno.EACCES), index=1)
    cameras = machine.cameras()
    (device,) = cameras.list_devices()
    assert device.label == "HD Webcam (046d:0892)"
    assert device.modes[0] == VideoMode(640, 480, 30.0)
    group = (machine.root / "dev/video0").group()
    message = cameras.refusal(device, str(device.address)).message
    assert "no permission" in message
    assert f"group {group}" in message.replace("group is", "group")
    first, second = cameras.diagnose()
    assert not first.ok
    assert group in first.remedy
    assert second.text == "HD Webcam (046d:0892): no permission"


def test_a_key_is_the_same_before_and_after_leave_is_given(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(open_error=errno.EACCES))
    (before,) = machine.cameras().list_devices()
    machine.nodes["video0"].open_error = 0
    (after,) = machine.cameras().list_devices()
    assert after.key == before.key


def test_a_busy_camera_names_its_holder(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(busy=True))
    (device,) = machine.cameras().list_devices()
    path = machine.root / "dev" / "video0"
    descriptors = machine.root / "proc" / "4711" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "3").symlink_to(path)
    (machine.root / "proc" / "4711" / "comm").write_text("cheese\n")
    message = machine.cameras().refusal(device, str(path)).message
    assert "cheese (process 4711)" in message
    assert "in use" in machine.cameras().diagnose()[0].text


def test_a_busy_camera_of_an_unknown_holder_is_busy_all_the_same(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(busy=True))
    (device,) = machine.cameras().list_devices()
    assert "in use by another program" in machine.cameras().refusal(device, "/dev/video0").message


def test_a_busy_camera_is_busy_where_processes_cannot_be_seen(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera(busy=True))
    (device,) = machine.cameras().list_devices()
    (machine.root / "proc").rmdir()
    assert "in use by another program" in machine.cameras().refusal(device, "/dev/video0").message
    assert "in use by another program" in machine.cameras().diagnose()[0].text


def test_an_absent_camera_is_reported_as_gone(machine: FakeMachine) -> None:
    machine.plug_usb("video0", camera())
    (device,) = machine.cameras().list_devices()
    machine.unplug("video0")
    assert "gone" in machine.cameras().refusal(device, str(device.address)).message
    assert not machine.cameras().is_present(str(device.address))


def test_controls_are_set_and_read_through_the_node(machine: FakeMachine) -> None:
    node = camera(controls={0x00980900: FakeControl(1, 0, 255, 1, 128)})
    machine.plug_usb("video0", node)
    cameras = machine.cameras()
    cameras.write_controls("/dev/video0", {"brightness": 300})
    assert cameras.read_controls("/dev/video0") == {"brightness": 255}
    opened = node.was_opened
    cameras.write_controls("/dev/video0", {})
    assert node.was_opened == opened
