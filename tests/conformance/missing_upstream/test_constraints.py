"""Selection of settings (advanced sets, lists, clamping, distances), and getConstraints."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from conformance.media import capture, read
from mediadevices import OverconstrainedError, navigator

# Our agent's decisions where the standard leaves the choice to the user agent.
ours = pytest.mark.needs("own agent")


async def settings_for(**video: object) -> object:
    async with capture(video=video) as stream:
        return stream.get_video_tracks()[0].get_settings()


# --- advanced sets ---------------------------------------------------------------------------


async def test_an_advanced_set_wins_over_an_ideal() -> None:
    found = await settings_for(width=320, advanced=[{"width": 640}])
    assert found.width == 640


async def test_the_first_of_two_conflicting_advanced_sets_wins() -> None:
    found = await settings_for(advanced=[{"width": 320}, {"width": 640}])
    assert found.width == 320


async def test_a_set_after_a_skipped_one_still_counts() -> None:
    found = await settings_for(advanced=[{"width": {"min": 10**8}}, {"width": 320}])
    assert found.width == 320


async def test_a_set_is_skipped_as_a_whole() -> None:
    found = await settings_for(
        width=640, advanced=[{"width": 320, "height": {"min": 10**8}}, {"height": {"max": 480}}]
    )
    assert found.width == 640


# --- values ----------------------------------------------------------------------------------


async def test_a_list_means_any_of_its_values() -> None:
    found = await settings_for(resizeMode={"exact": ["doesnotexist", "crop-and-scale"]})
    assert found.resize_mode == "crop-and-scale"


@pytest.mark.parametrize("value", [[], {"exact": []}, {"ideal": []}])
async def test_an_empty_list_constrains_nothing(value: object) -> None:
    assert await settings_for(facingMode=value, deviceId=value) == await settings_for()


@ours  # another agent can treat it as an id that no device has
async def test_an_empty_device_id_constrains_nothing() -> None:
    found = await settings_for(deviceId={"exact": ""})
    assert found.device_id


@pytest.mark.parametrize("value", [-1, float("nan"), 0.4])
async def test_a_number_is_clamped_and_rounded(value: float) -> None:
    async with capture(video=True):  # before a capture, a browser must not name the constraint
        with pytest.raises(OverconstrainedError) as caught:
            await navigator.media_devices.get_user_media({"video": {"width": {"max": value}}})
    assert caught.value.constraint == "width"
    # Clamped to 0, a minimum allows everything; a negative maximum would allow nothing.
    assert await settings_for(width={"min": value}) == await settings_for()


async def test_a_number_that_is_too_large_is_clamped() -> None:
    async with capture(video={"width": {"max": 10**12}}) as stream:
        (track,) = stream.get_tracks()
        assert track.get_constraints() == {"width": {"max": 2**32 - 1}}


async def test_snake_case_keys_are_the_same_constraints() -> None:
    async with capture(video={"frame_rate": {"max": 10}}) as stream:
        (track,) = stream.get_tracks()
        assert track.get_constraints() == {"frameRate": {"max": 10}}
        assert track.get_settings().frame_rate <= 10


async def test_keywords_are_the_same_constraints() -> None:
    stream = await navigator.media_devices.get_user_media(video={"width": 320})
    async with stream:
        assert stream.get_tracks()[0].get_settings().width == 320


# --- distance --------------------------------------------------------------------------------


async def test_the_nearest_to_the_ideal_is_chosen() -> None:
    found = await settings_for(width={"min": 100, "max": 200, "ideal": 500})
    assert found.width == 200
    found = await settings_for(width={"min": 100, "max": 200, "ideal": 150})
    assert found.width == 150


@ours
async def test_a_distance_is_relative_to_the_larger_number() -> None:
    found = await settings_for(width=470, resizeMode={"exact": "none"})
    assert found.width == 640  # the distance is 170/640; that of 320 is 150/470


async def test_an_aspect_ratio_can_be_required() -> None:
    found = await settings_for(aspectRatio={"exact": 1}, width={"max": 480})
    assert found.width == found.height
    assert found.aspect_ratio == 1


@ours
async def test_default_settings_without_constraints() -> None:
    found = await settings_for()
    assert (found.width, found.height) == (640, 480)
    size = {"width": {"exact": 640}, "height": {"exact": 480}, "resizeMode": {"exact": "none"}}
    fastest = await settings_for(**size, frameRate=1000)
    assert found.frame_rate == min(30, fastest.frame_rate)


# --- getConstraints, applyConstraints -------------------------------------------------------


CONSTRAINTS = {
    "height": {"max": 480},
    "width": 320,
    "resizeMode": ["none", "crop-and-scale"],
    "frameRate": {"ideal": 30, "min": 1},
    "advanced": [{"width": {"exact": 320}}, {"facingMode": "user"}],
}


def spelt_out(constraints: Mapping[str, object], bare: str = "ideal") -> dict[str, object]:
    """Return constraints with bare values as explicit members."""
    return {
        name: [spelt_out(one, "exact") for one in value]
        if name == "advanced"
        else dict(value)
        if isinstance(value, Mapping)
        else {bare: value}
        for name, value in constraints.items()
    }


async def test_get_constraints_returns_equivalent_constraints() -> None:
    async with capture(video=CONSTRAINTS) as stream:
        (track,) = stream.get_tracks()
        assert spelt_out(track.get_constraints()) == spelt_out(CONSTRAINTS)
        await track.apply_constraints(track.get_constraints())
        assert spelt_out(track.get_constraints()) == spelt_out(CONSTRAINTS)
        await track.apply_constraints()
        assert track.get_constraints() == {}


@ours  # another agent can return an equivalent form
async def test_get_constraints_returns_the_given_constraints() -> None:
    async with capture(video=CONSTRAINTS) as stream:
        (track,) = stream.get_tracks()
        assert track.get_constraints() == CONSTRAINTS
        assert list(track.get_constraints()) == list(CONSTRAINTS)


async def test_new_constraints_replace_the_old_ones() -> None:
    async with capture(video={"width": {"max": 320}}) as stream:
        (track,) = stream.get_tracks()
        await track.apply_constraints({"height": {"max": 100}})
        assert track.get_constraints() == {"height": {"max": 100}}
        assert track.get_settings().height <= 100


async def test_get_constraints_drops_unknown_names() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        with pytest.warns(UserWarning, match="width"):
            await track.apply_constraints({"widht": 5, "height": 240})
        assert track.get_constraints() == {"height": 240}


async def test_a_failure_changes_nothing() -> None:
    async with capture(video={"width": 320, "height": 240}) as stream:
        (track,) = stream.get_tracks()
        constraints, settings = track.get_constraints(), track.get_settings()
        with pytest.raises(OverconstrainedError) as caught:
            await track.apply_constraints({"width": {"exact": 10**8}, "height": 100})
        assert caught.value.constraint == "width"
        with pytest.raises(TypeError):
            await track.apply_constraints({"width": "wide"})
        assert track.get_constraints() == constraints
        assert track.get_settings() == settings


async def test_calls_take_effect_in_order() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        done: list[int] = []
        futures = [
            track.apply_constraints({"width": {"exact": width}}) for width in (100, 10**8, 200, 300)
        ]
        for index, future in enumerate(futures):
            future.add_done_callback(lambda _, index=index: done.append(index))
        results = await asyncio.gather(*futures, return_exceptions=True)
        assert [type(result) for result in results] == [
            *(type(None), OverconstrainedError),
            *(type(None), type(None)),
        ]
        assert done == [0, 1, 2, 3]
        assert track.get_settings().width == 300


async def test_applying_to_an_ended_track_does_nothing() -> None:
    async with capture(video={"width": 320}) as stream:
        (track,) = stream.get_tracks()
        track.stop()
        assert await track.apply_constraints({"width": {"exact": 10**8}}) is None
        assert track.get_constraints() == {"width": 320}
        with pytest.raises(TypeError):
            await track.apply_constraints({"width": "wide"})


async def test_constraints_of_the_other_kind_are_ignored() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        await track.apply_constraints({"sampleRate": {"exact": 1}, "width": {"exact": 100}})
        assert track.get_settings().width == 100


async def test_no_size_is_ever_scaled_up() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        widest = track.get_capabilities()["width"]["max"]
        await track.apply_constraints({"width": {"ideal": widest + 1000}})
        assert track.get_settings().width == widest
        with pytest.raises(OverconstrainedError):
            await track.apply_constraints({"width": {"min": widest + 1}})


async def frames_follow(*sizes: tuple[int, int]) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        for width, height in sizes:
            await track.apply_constraints({"width": {"exact": width}, "height": {"exact": height}})
            (frame,) = await read(track)
            assert (frame.display_width, frame.display_height) == (width, height)


async def test_frames_follow_the_settings() -> None:
    await frames_follow((100, 80), (320, 240))


async def test_upright_frames_follow_the_settings() -> None:
    await frames_follow((100, 80), (33, 77))
