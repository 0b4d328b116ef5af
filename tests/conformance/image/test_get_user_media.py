"""getusermedia, applyConstraints-fast, -MediaTrackSupportedConstraints, MediaStreamTrack-clone,
-applyConstraints and -getSettings of MediaStream Image Capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import capture
from mediadevices import OverconstrainedError, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment

NAMES = [
    "whiteBalanceMode",
    "exposureMode",
    "focusMode",
    "exposureCompensation",
    "exposureTime",
    "colorTemperature",
    "iso",
    "brightness",
    "contrast",
    "saturation",
    "sharpness",
    "focusDistance",
    "pan",
    "tilt",
    "zoom",
    "torch",
]


@pytest.mark.parametrize("word", ["min", "max", "exact"])
@pytest.mark.parametrize("name", ["pan", "tilt", "zoom"])
async def test_pan_tilt_and_zoom_cannot_be_required(name: str, word: str) -> None:
    with pytest.raises(TypeError):
        await navigator.media_devices.get_user_media({"video": {name: {word: 1}}})


@pytest.mark.needs("own agent")  # no standard defines the message
async def test_the_message_names_the_disallowed_constraint() -> None:
    with pytest.raises(TypeError, match=r"video\.zoom"):
        await navigator.media_devices.get_user_media({"video": {"zoom": {"exact": 1}}})


@pytest.mark.parametrize("name", NAMES)
async def test_a_property_is_supported(name: str) -> None:
    assert navigator.media_devices.get_supported_constraints()[name] is True


@pytest.mark.parametrize("arguments", [(), ({},), ({"advanced": []},)])
async def test_empty_constraints_can_always_be_applied(arguments: tuple[object, ...]) -> None:
    async with capture(video=True) as stream:
        assert await stream.get_video_tracks()[0].apply_constraints(*arguments) is None


async def test_a_required_property_that_the_camera_lacks() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        assert "torch" not in track.get_capabilities()
        with pytest.raises(OverconstrainedError) as caught:
            await track.apply_constraints({"torch": {"exact": True}})
        assert caught.value.constraint == "torch"


@pytest.mark.needs("controls")
async def test_controls_have_ranges_with_steps_and_settings(environment: Environment) -> None:
    await environment.add_controls()
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        capabilities, settings = track.get_capabilities(), track.get_settings()
        for name in ("pan", "tilt", "zoom"):
            assert set(capabilities[name]) == {"min", "max", "step"}
            assert capabilities[name]["min"] <= settings[name] <= capabilities[name]["max"]
        assert settings["torch"] in capabilities["torch"]


@pytest.mark.needs("controls")
async def test_controls_can_be_applied_and_clones_copy_them(environment: Environment) -> None:
    await environment.add_controls()
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        constraints = {"zoom": {"exact": 2}, "advanced": [{"pan": 10}, {"tilt": -5}]}
        await track.apply_constraints(constraints)
        settings = track.get_settings()
        assert (settings.zoom, settings.pan, settings.tilt) == (2, 10, -5)
        async with track.clone() as clone:
            assert clone.get_constraints() == track.get_constraints() == constraints
            assert clone.get_settings() == settings
            assert clone.get_capabilities() == track.get_capabilities()


@pytest.mark.needs("controls")
@pytest.mark.parametrize(
    ("constraints", "name"),
    [({"zoom": {"exact": 100}}, "zoom"), ({"pan": {"min": 1000}}, "pan")],
)
async def test_required_values_out_of_range_are_rejected(
    environment: Environment, constraints: object, name: str
) -> None:
    await environment.add_controls()
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        before = track.get_settings()
        with pytest.raises(OverconstrainedError) as caught:
            await track.apply_constraints(constraints)
        assert caught.value.constraint == name
        assert track.get_settings() == before


@pytest.mark.needs("controls")
@pytest.mark.parametrize(
    ("name", "value"), [("zoom", 100), ("pan", -1000), ("tilt", {"exact": 1000})]
)
async def test_advanced_values_out_of_range_are_skipped(
    environment: Environment, name: str, value: object
) -> None:
    await environment.add_controls()
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        before = track.get_settings()
        await track.apply_constraints({"advanced": [{name: value}, {"torch": True}]})
        assert track.get_settings()[name] == before[name]
        assert track.get_settings()["torch"] is True


@pytest.mark.needs("controls")
async def test_true_constrains_the_existence_of_a_control(environment: Environment) -> None:
    async with capture(video={"zoom": True}) as stream:  # only an ideal; this camera has no zoom
        assert "zoom" not in stream.get_video_tracks()[0].get_settings()
    await environment.add_controls()
    async with capture(video={"pan": True, "tilt": True, "zoom": True}) as stream:
        settings = stream.get_video_tracks()[0].get_settings()
        assert {"pan", "tilt", "zoom"} <= set(settings)
        assert settings["zoom"] == 1
