"""Capabilities, ids and exposure of devices (§4.3.8, §9.2)."""

import pytest

from mediadevices.algorithms.capabilities import device_capabilities
from mediadevices.algorithms.device_ids import device_id, group_id
from mediadevices.algorithms.exposure import (
    DeviceInfo,
    enumeration_order,
    exposed_devices,
    inserted_devices,
)
from mediadevices.driver import AudioMode, Device, Range, VideoMode

CAMERA = Device(
    kind="videoinput",
    key="c",
    label="Camera",
    group_key="unit",
    modes=(VideoMode(640, 480, 30.0), VideoMode(1280, 720, 12.5)),
    controls={"zoom": Range(1, 4, 0.5), "facingMode": ("user",)},
)
MICROPHONE = Device(
    kind="audioinput", key="m", label="Mic", group_key="unit", modes=(AudioMode(44100, 2),)
)
SPEAKER = Device(kind="audiooutput", key="s", label="Speaker")


def test_capabilities_of_a_camera_include_smaller_sizes_and_rates():
    assert device_capabilities(CAMERA, {"deviceId": "x", "groupId": "y"}) == {
        "width": {"min": 1, "max": 1280},
        "height": {"min": 1, "max": 720},
        "aspectRatio": {"min": round(1 / 720, 10), "max": 1280.0},
        "frameRate": {"min": 0, "max": 30.0},
        "facingMode": ["user"],
        "resizeMode": ["none", "crop-and-scale"],
        "backgroundBlur": [False],
        "zoom": {"min": 1, "max": 4, "step": 0.5},
        "deviceId": "x",
        "groupId": "y",
    }


def test_capabilities_of_a_microphone_include_other_rates():
    capabilities = device_capabilities(MICROPHONE, {})
    assert capabilities["sampleRate"] == {"min": 8000, "max": 48000}
    assert capabilities["channelCount"] == {"min": 1, "max": 2}


def test_a_device_id_depends_on_application_kind_and_device():
    again = Device(kind="videoinput", key="c", label="another label")
    microphone = Device(kind="audioinput", key="c", label="Camera")
    assert device_id(b"secret", CAMERA) == device_id(b"secret", again)
    ids = {
        device_id(b"secret", CAMERA),
        device_id(b"other", CAMERA),
        device_id(b"secret", microphone),
        device_id(b"secret", MICROPHONE),
    }
    assert len(ids) == 4
    assert all(len(one) == 32 for one in ids)


def test_keys_with_surrogates_have_ids():
    """A path on Linux can contain bytes that are not text."""
    odd = Device(kind="videoinput", key="/dev/\udcff", label="", group_key="\ud800")
    other = Device(kind="videoinput", key="/dev/\udcfe", label="", group_key="\ud801")
    assert device_id(b"secret", odd) != device_id(b"secret", other)
    assert group_id(b"salt", odd) != group_id(b"salt", other)


def test_only_devices_of_one_unit_share_a_group():
    assert group_id(b"salt", CAMERA) == group_id(b"salt", MICROPHONE)
    assert group_id(b"salt", CAMERA) != group_id(b"pepper", CAMERA)
    alone = [Device(kind="videoinput", key=key, label="") for key in "ab"]
    assert group_id(b"salt", alone[0]) != group_id(b"salt", alone[1])


def test_devices_are_sorted_by_kind_with_the_default_device_first():
    second = Device(kind="audioinput", key="n", label="", default=True)
    order = enumeration_order([SPEAKER, CAMERA, MICROPHONE, second])
    assert order == (second, MICROPHONE, CAMERA, SPEAKER)


def describe(device):
    return DeviceInfo(device.kind, f"id {device.key}", device.label, "", {})


@pytest.mark.parametrize(
    ("exposed", "seen"),
    [
        ([], [("audioinput", ""), ("videoinput", "")]),
        (["camera"], [("audioinput", ""), ("videoinput", "Camera"), ("videoinput", "Camera")]),
        (["microphone"], [("audioinput", "Mic"), ("videoinput", ""), ("audiooutput", "Speaker")]),
    ],
)
def test_a_hidden_kind_of_input_is_one_device_without_a_name(exposed, seen):
    devices = exposed_devices([MICROPHONE, CAMERA, CAMERA, SPEAKER], exposed, describe)
    assert [(one.kind, one.label) for one in devices] == seen
    assert all(bool(one.device_id) == bool(one.label) for one in devices)


def test_only_exposed_devices_count_as_inserted():
    old = [describe(MICROPHONE)]
    nameless = DeviceInfo("videoinput", "", "", "", {})
    new = [describe(MICROPHONE), describe(CAMERA), nameless]
    found = inserted_devices(old, new)
    assert [new[one] if isinstance(one, int) else one for one in found] == [describe(CAMERA)]
