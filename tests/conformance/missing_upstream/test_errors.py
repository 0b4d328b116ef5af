"""NotReadableError, AbortError, NotFoundError, their masking, and the order of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import capture
from mediadevices import (
    AbortError,
    NotAllowedError,
    NotFoundError,
    NotReadableError,
    OverconstrainedError,
    navigator,
)

if TYPE_CHECKING:
    from conformance.environment import Environment

IMPOSSIBLE = {"width": {"min": 100_000_000}}


def ask(**constraints: object) -> object:
    return navigator.media_devices.get_user_media(constraints)


@pytest.mark.needs("busy")
async def test_a_device_that_another_program_uses(environment: Environment) -> None:
    await environment.fail_to_open("camera", "busy")
    with pytest.raises(NotReadableError):
        await ask(video=True)
    await environment.fail_to_open("camera", None)
    async with capture(video=True) as stream:
        assert stream.active


@pytest.mark.needs("failure")
async def test_a_device_that_fails_to_open(environment: Environment) -> None:
    await environment.fail_to_open("camera", "error")
    with pytest.raises(AbortError):
        await ask(video=True)


@pytest.mark.needs("busy", "two cameras")
async def test_the_next_device_is_used_if_one_is_busy(
    environment: Environment,
) -> None:
    await environment.set_cameras(2)
    async with capture(video=True) as stream:
        first = stream.get_tracks()[0].get_settings().device_id
    await environment.fail_to_open("camera", "busy")
    async with capture(video=True) as stream:
        assert stream.get_tracks()[0].get_settings().device_id != first
    with pytest.raises(NotReadableError):
        await ask(video={"deviceId": {"exact": first}})


@pytest.mark.needs("failure", "microphone faults")
async def test_a_microphone_that_fails_closes_the_camera_again(environment: Environment) -> None:
    for _ in range(2):  # a camera that was left open could not open with other settings
        await environment.fail_to_open("microphone", "error")
        with pytest.raises(AbortError):
            await ask(video={"width": 320}, audio=True)
    await environment.fail_to_open("microphone", None)
    async with capture(video=True, audio=True) as stream:
        assert len(stream.get_tracks()) == 2


@pytest.mark.needs("unplug")
async def test_no_device_of_the_kind(environment: Environment) -> None:
    await environment.unplug("camera")
    with pytest.raises(NotFoundError):
        await ask(video=True)
    with pytest.raises(NotFoundError):
        await ask(video=True, audio=True)


@pytest.mark.needs("unplug", "permission")
@pytest.mark.parametrize("denied", ["camera", "microphone"])
async def test_a_denial_hides_that_there_is_no_device(
    environment: Environment, denied: str
) -> None:
    await environment.unplug("camera")
    await environment.set_permission(denied, "denied")
    with pytest.raises(NotAllowedError):
        await ask(video=True, audio=True)


@pytest.mark.needs("permission")
async def test_a_denial_hides_the_capabilities_of_devices(environment: Environment) -> None:
    await environment.set_permission("camera", "denied")
    with pytest.raises(NotAllowedError):
        await ask(video=IMPOSSIBLE)


@pytest.mark.needs("permission")
async def test_a_denial_of_the_other_kind_does_not_matter(environment: Environment) -> None:
    await environment.set_permission("camera", "denied")
    async with capture(audio=True) as stream:
        assert stream.active
    with pytest.raises(OverconstrainedError):
        await ask(audio={"sampleRate": {"min": 100_000_000}})


@pytest.mark.needs("answer")
async def test_impossible_constraints_are_rejected_before_the_prompt(
    environment: Environment,
) -> None:
    await environment.answer("deny")
    with pytest.raises(OverconstrainedError):
        await ask(video=IMPOSSIBLE)
    assert (await navigator.permissions.query({"name": "camera"})).state == "prompt"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("video", "backgroundBlur", {"exact": True}),
        ("video", "brightness", {"min": 1}),
        ("video", "torch", {"exact": False}),
        ("audio", "voiceIsolation", {"exact": True}),
    ],
    ids=["backgroundBlur", "brightness", "torch", "voiceIsolation"],
)
async def test_a_property_that_cannot_be_required(kind: str, name: str, value: object) -> None:
    with pytest.raises(TypeError):
        await ask(**{kind: {name: value}})


async def test_disallowed_constraints_are_checked_before_impossible_ones() -> None:
    with pytest.raises(TypeError):
        await ask(video={"width": {"exact": 100_000}, "zoom": {"exact": 2}})


@pytest.mark.needs("own agent")  # no standard defines the message
async def test_the_message_names_the_property_that_cannot_be_required() -> None:
    with pytest.raises(TypeError, match=r"video\.torch"):
        await ask(video={"torch": {"exact": False}})


async def test_a_property_that_cannot_be_required_can_be_ideal_or_advanced() -> None:
    video = {"backgroundBlur": True, "advanced": [{"torch": {"exact": True}}]}
    async with capture(video=video) as stream:
        assert stream.active


@pytest.mark.needs("permission")
async def test_disallowed_constraints_need_no_permission(
    environment: Environment,
) -> None:
    await environment.set_permission("camera", "denied")
    with pytest.raises(TypeError):
        await ask(video={"torch": {"exact": True}})


@pytest.mark.needs("unplug")
async def test_missing_devices_come_before_disallowed_constraints(
    environment: Environment,
) -> None:
    await environment.unplug("camera")
    with pytest.raises(NotFoundError):
        await ask(video={"torch": {"exact": True}})


@pytest.mark.parametrize(
    ("constraints", "path"),
    [
        ({"video": {"width": {"min": "wide"}}}, "video.width.min"),
        ({"video": {"frameRate": float("nan")}}, "video.frameRate"),
        ({"video": {"frameRate": {"max": float("inf")}}}, "video.frameRate.max"),
        ({"audio": {"echoCancellation": 1}}, "audio.echoCancellation"),
        ({"video": {"facingMode": 5}}, "video.facingMode"),
        ({"video": {"deviceId": {"exact": ["a", 5]}}}, r"video.deviceId.exact\[1\]"),
        ({"video": {"advanced": {"width": 5}}}, "video.advanced"),
        ({"video": {"advanced": [{"width": "5"}]}}, r"video.advanced\[0\].width"),
        ({"video": 1}, "video"),
        ({"video": "yes"}, "video"),
        ({"audio": [True]}, "audio"),
    ],
)
async def test_a_value_of_the_wrong_type_is_rejected_at_once_with_its_path(
    constraints: dict[str, object], path: str
) -> None:
    promise = ask(**constraints)
    assert promise.done()
    with pytest.raises(TypeError, match=path):
        await promise
