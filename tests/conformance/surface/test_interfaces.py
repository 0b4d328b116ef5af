"""idlharness: names, members, what can be set, and how many arguments are required."""

from __future__ import annotations

import inspect

import pytest

import mediadevices
from conformance.media import capture
from mediadevices import (
    DeviceChangeEvent,
    DOMException,
    Event,
    EventTarget,
    InputDeviceInfo,
    MediaDeviceInfo,
    MediaDevices,
    MediaStream,
    MediaStreamTrack,
    MediaStreamTrackEvent,
    OverconstrainedError,
    navigator,
)

PARENTS = [
    (MediaDevices, EventTarget),
    (MediaStream, EventTarget),
    (MediaStreamTrack, EventTarget),
    (InputDeviceInfo, MediaDeviceInfo),
    (MediaStreamTrackEvent, Event),
    (DeviceChangeEvent, Event),
    (OverconstrainedError, DOMException),
]
READ_ONLY = [
    (MediaStream, "id active"),
    (MediaStreamTrack, "kind id label muted readyState"),
    (MediaDeviceInfo, "deviceId kind label groupId"),
    (MediaStreamTrackEvent, "track"),
    (DeviceChangeEvent, "devices userInsertedDevices"),
    (OverconstrainedError, "constraint name message code"),
    (Event, "type target currentTarget bubbles cancelable defaultPrevented isTrusted timeStamp"),
]
HANDLERS = [
    (MediaStream, "onaddtrack onremovetrack"),
    (MediaStreamTrack, "onmute onunmute onended"),
    (MediaDevices, "ondevicechange"),
]
# The number of arguments that the IDL requires.
METHODS = [
    (MediaStream, {"getAudioTracks": 0, "getVideoTracks": 0, "getTracks": 0, "getTrackById": 1}),
    (MediaStream, {"addTrack": 1, "removeTrack": 1, "clone": 0}),
    (MediaStreamTrack, {"clone": 0, "stop": 0, "getCapabilities": 0, "getConstraints": 0}),
    (MediaStreamTrack, {"getSettings": 0, "applyConstraints": 0}),
    (MediaDevices, {"enumerateDevices": 0, "getSupportedConstraints": 0, "getUserMedia": 0}),
    (MediaDeviceInfo, {"toJSON": 0}),
    (InputDeviceInfo, {"getCapabilities": 0}),
    (EventTarget, {"addEventListener": 2, "removeEventListener": 2, "dispatchEvent": 1}),
    (type(navigator), {"getUserMedia": 3}),
]
SNAKE = {"toJSON": "to_json"}


def snake(name: str) -> str:
    return SNAKE.get(name) or "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def pairs(table: list[tuple[type, str]]) -> list[tuple[type, str]]:
    return [(owner, name) for owner, names in table for name in names.split()]


@pytest.mark.parametrize(("interface", "parent"), PARENTS)
async def test_an_interface_inherits(interface: type, parent: type) -> None:
    assert issubclass(interface, parent)
    assert getattr(mediadevices, interface.__name__) is interface


@pytest.mark.parametrize(("interface", "name"), pairs(READ_ONLY))
async def test_an_attribute_cannot_be_set(interface: type, name: str) -> None:
    attribute = inspect.getattr_static(interface, snake(name), None)
    assert isinstance(attribute, property)
    assert attribute.fset is None


@pytest.mark.parametrize(("interface", "name"), pairs(HANDLERS))
async def test_a_handler_attribute_takes_a_function_or_none(interface: type, name: str) -> None:
    assert inspect.isdatadescriptor(inspect.getattr_static(interface, name))


@pytest.mark.parametrize(
    ("interface", "name", "required"),
    [(owner, name, count) for owner, names in METHODS for name, count in names.items()],
)
async def test_a_method_requires_as_many_arguments_as_the_idl(
    interface: type, name: str, required: int
) -> None:
    parameters = inspect.signature(getattr(interface, snake(name))).parameters.values()
    needed = [one for one in parameters if one.default is one.empty and one.kind != one.VAR_KEYWORD]
    assert len(needed) - 1 == required  # the first is the object itself


@pytest.mark.parametrize(
    "interface", [MediaStreamTrack, MediaDevices, MediaDeviceInfo, InputDeviceInfo]
)
async def test_an_interface_without_a_constructor(interface: type) -> None:
    with pytest.raises(TypeError, match="no constructor"):
        interface()


async def test_the_same_object_stands_behind_navigator() -> None:
    assert navigator.media_devices is navigator.media_devices is navigator.mediaDevices


async def test_both_spellings_are_one() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.getVideoTracks()
        assert track.readyState == track.ready_state == "live"
        assert stream.getTrackById(track.id) is track
        with pytest.raises(AttributeError):
            track.readyState = "ended"
        with pytest.raises(AttributeError):
            track.ready_state = "ended"
        with pytest.raises(AttributeError, match="did you mean 'enabled'"):
            track.enabeld = False
        settings = track.getSettings()
        assert settings["frameRate"] == settings["frame_rate"] == settings.frame_rate


async def test_handlers_start_as_none_and_take_functions_only() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        assert track.onended is None
        track.onended = print
        assert track.onended is print
        track.onended = None
        assert track.onended is None
        with pytest.raises(TypeError):
            track.onended = 5


async def test_results_cannot_be_changed() -> None:
    async with capture(video={"width": 320}) as stream:
        (track,) = stream.get_tracks()
        for result in (track.get_settings(), track.get_capabilities(), track.get_constraints()):
            with pytest.raises(TypeError):
                result["width"] = 5
