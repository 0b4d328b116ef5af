"""MediaStreamTrack-getSettings."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import navigator

FACING_MODES = {"user", "environment", "left", "right"}


async def test_a_device_that_is_opened_twice_is_the_same_device() -> None:
    async with capture(video=True) as first:
        settings = first.get_video_tracks()[0].get_settings()
        async with capture(video={"deviceId": {"exact": settings.device_id}}) as second:
            again = second.get_video_tracks()[0].get_settings()
            assert again.device_id == settings.device_id
            assert again.group_id == settings.group_id


async def test_a_second_capture_can_have_half_the_width() -> None:
    async with capture(video=True) as first:
        settings = first.get_video_tracks()[0].get_settings()
        half = settings.width // 2
        wanted = {"deviceId": {"exact": settings.device_id}, "width": {"ideal": half}}
        async with capture(video=wanted) as second:
            assert half <= second.get_video_tracks()[0].get_settings().width <= settings.width
            assert first.get_video_tracks()[0].get_settings().width == settings.width


@pytest.mark.parametrize("name", ["deviceId", "groupId"])
@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_the_default_device_is_one_of_those_listed(kind: str, name: str) -> None:
    async with capture(**{kind: True}) as stream:
        value = stream.get_tracks()[0].get_settings()[name]
        devices = await navigator.media_devices.enumerate_devices()
    listed = [one.to_json()[name] for one in devices if one.kind == f"{kind}input"]
    assert value in listed


async def test_each_input_can_be_selected_by_its_id() -> None:
    async with capture(video=True, audio=True):
        devices = await navigator.media_devices.enumerate_devices()
    inputs = [one for one in devices if one.kind != "audiooutput"]
    assert len(inputs) >= 2
    for device in inputs:
        kind = device.kind.removesuffix("input")
        async with capture(**{kind: {"deviceId": {"exact": device.device_id}}}) as stream:
            settings = stream.get_tracks()[0].get_settings()
            assert settings.device_id == device.device_id
            assert settings.group_id == device.group_id


@pytest.mark.parametrize("name", ["sampleRate", "sampleSize", "channelCount"])
async def test_a_number_of_an_audio_track(name: str) -> None:
    async with capture(audio=True) as stream:
        value = stream.get_audio_tracks()[0].get_settings()[name]
        assert isinstance(value, int)
        assert value > 0


@pytest.mark.parametrize(
    "name", ["echoCancellation", "autoGainControl", "noiseSuppression", "voiceIsolation"]
)
async def test_a_boolean_of_an_audio_track(name: str) -> None:
    async with capture(audio=True) as stream:
        assert isinstance(stream.get_audio_tracks()[0].get_settings()[name], bool)


async def test_the_latency_of_an_audio_track() -> None:
    async with capture(audio=True) as stream:
        assert stream.get_audio_tracks()[0].get_settings().latency >= 0


async def test_the_settings_of_a_video_track() -> None:
    async with capture(video=True) as stream:
        settings = stream.get_video_tracks()[0].get_settings()
    assert isinstance(settings.width, int)
    assert isinstance(settings.height, int)
    assert settings.width > 0
    assert settings.height > 0
    assert settings.aspect_ratio == pytest.approx(settings.width / settings.height)
    assert settings.frame_rate > 0
    assert settings.resize_mode in {"none", "crop-and-scale"}
    assert settings.facing_mode is None or settings.facing_mode in FACING_MODES


async def test_the_aspect_ratio_is_rounded_to_the_tenth_decimal_place() -> None:
    async with capture(video={"width": 640, "height": 480}) as stream:
        settings = stream.get_video_tracks()[0].get_settings()
    assert settings.aspect_ratio == round(settings.width / settings.height, 10)


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_a_stopped_track_keeps_only_the_settings_of_its_device(kind: str) -> None:
    async with capture(**{kind: True}) as stream:
        (track,) = stream.get_tracks()
        before = track.get_settings()
        track.stop()
        after = track.get_settings()
    assert (after.device_id, after.group_id) == (before.device_id, before.group_id)
    assert set(after) <= {"deviceId", "groupId", "facingMode"}
    assert ("facingMode" in after) == ("facingMode" in before)
