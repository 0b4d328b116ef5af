"""MediaDevices-getUserMedia, overconstrained_error."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import DOMException, OverconstrainedError, navigator


async def test_the_methods_exist() -> None:
    assert callable(navigator.media_devices.get_user_media)
    assert callable(navigator.media_devices.get_supported_constraints)


@pytest.mark.parametrize(
    ("kind", "device_kind"), [("video", "videoinput"), ("audio", "audioinput")]
)
async def test_a_group_id_selects_a_device_of_the_group_or_none(
    kind: str, device_kind: str
) -> None:
    async with capture(video=True, audio=True):
        devices = await navigator.media_devices.enumerate_devices()
    assert devices
    for device in devices:
        wanted = {kind: {"groupId": {"exact": device.group_id}}}
        in_group = [
            one for one in devices if one.kind == device_kind and one.group_id == device.group_id
        ]
        if in_group:
            async with capture(**wanted) as stream:
                settings = stream.get_tracks()[0].get_settings()
                assert settings.group_id == device.group_id
                assert settings.device_id in {one.device_id for one in in_group}
        else:
            with pytest.raises(OverconstrainedError) as caught:
                await navigator.media_devices.get_user_media(wanted)
            assert caught.value.constraint == "groupId"


async def test_the_native_size_can_be_required() -> None:
    async with capture(video={"resizeMode": {"exact": "none"}}) as stream:
        assert stream.get_video_tracks()[0].get_settings().resize_mode == "none"


@pytest.mark.parametrize("limits", [{}, {"width": {"max": 30}}, {"frameRate": {"max": 5}}])
async def test_crop_and_scale_can_be_required(limits: dict[str, dict[str, float]]) -> None:
    async with capture(video={"resizeMode": {"exact": "crop-and-scale"}, **limits}) as stream:
        settings = stream.get_video_tracks()[0].get_settings()
        assert settings.resize_mode == "crop-and-scale"
        for name, limit in limits.items():
            assert 0 < settings[name] <= limit["max"]


async def test_a_resize_mode_that_does_not_exist() -> None:
    with pytest.raises(OverconstrainedError) as caught:
        await navigator.media_devices.get_user_media(
            {"video": {"resizeMode": {"exact": "INVALID"}}}
        )
    assert caught.value.constraint == "resizeMode"


async def test_the_error_of_a_size_that_is_not_native_is_a_dom_exception() -> None:
    wanted = {"video": {"width": {"exact": 639}, "resizeMode": {"exact": "none"}}}
    with pytest.raises(DOMException) as caught:
        await navigator.media_devices.get_user_media(wanted)
    assert isinstance(caught.value, OverconstrainedError)
    # Each is possible alone: the standard then names no constraint, but an agent may name one.
    assert caught.value.constraint in {"", "width"}


async def test_an_overconstrained_error_of_a_program_is_a_dom_exception() -> None:
    error = OverconstrainedError("constraint")
    assert isinstance(error, DOMException)
    assert (error.name, error.constraint, error.message, error.code) == (
        *("OverconstrainedError", "constraint", ""),
        0,
    )
