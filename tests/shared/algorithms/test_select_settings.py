"""SelectSettings, compared with a naive enumeration and with what users expect (§11.1.1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediadevices.algorithms.constraints import (
    advanced_sets,
    basic_set,
    convert_track_constraints,
)
from mediadevices.algorithms.fitness_distance import fitness_distance
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import settings_universe
from mediadevices.driver import AudioMode, Device, Range, VideoMode
from support import naive_select_settings as naive

MODES = ((8, 6, 2), (10, 6, 1), (4, 5, 3))
CONTROLS = {"facingMode": ("user",), "zoom": Range(0, 4, 2)}


def camera(modes, **more):
    return Device(
        kind="videoinput",
        key="k",
        label="camera",
        modes=tuple(VideoMode(*mode) if isinstance(mode, tuple) else mode for mode in modes),
        **more,
    )


SMALL = camera(MODES, controls=CONTROLS)
IDENTITY = {"deviceId": "camera"}


def analysed(constraints):
    converted = convert_track_constraints(constraints, "video", PROPERTIES)
    return basic_set(converted), advanced_sets(converted)


def choose(devices, constraints, **options):
    universe = [
        region
        for index, device in enumerate(devices)
        for region in settings_universe(index, device, {"deviceId": f"id{index}"})
    ]
    return select_settings(universe, *analysed(constraints), **options)


# --- against the naive enumeration -------------------------------------------------------------

ALL = naive.all_settings(MODES)


def members(values):
    """Return a strategy for bare values and any mix of exact, min, max and ideal."""
    mix = st.dictionaries(st.sampled_from(["exact", "min", "max", "ideal"]), values, max_size=3)
    return st.one_of(values, mix)


def words(values):
    return st.one_of(values, st.dictionaries(st.sampled_from(["exact", "ideal"]), values))


RATIOS = st.sampled_from([0.5, 0.75, 1.0, 4 / 3, 1.5, 16 / 9, 1.7777777778, 2.0, 3.1])
CONSTRAINTS = {
    "width": members(st.integers(0, 12)),
    "height": members(st.integers(0, 7)),
    "frameRate": members(st.integers(1, 4)),
    "aspectRatio": members(RATIOS),
    "resizeMode": words(st.sampled_from(["none", "crop-and-scale", "other"])),
    "facingMode": words(st.sampled_from(["user", "environment"])),
    "zoom": members(st.integers(-1, 5)),
    "deviceId": words(st.sampled_from(["camera", "another"])),
}
SETS = st.fixed_dictionaries({}, optional=CONSTRAINTS)
WITH_ADVANCED = st.builds(
    lambda basic, advanced: {**basic, "advanced": advanced}, SETS, st.lists(SETS, max_size=3)
)


def check(constraints):
    basic, advanced = analysed(constraints)
    universe = settings_universe(0, SMALL, IDENTITY)
    found = select_settings(universe, basic, advanced)
    expected = naive.select(ALL, constraints)
    if expected is None:
        assert found == []
        return
    distance, left = expected
    assert found, f"the naive enumeration finds {left[0]}"
    chosen = {name: found[0].settings[name] for name in left[0]}
    assert fitness_distance(basic, chosen) == pytest.approx(found[0].distance)
    assert found[0].distance == pytest.approx(distance, abs=1e-9)
    # The naive enumeration has only whole frame rates, so leave out the rate.
    whole = {name: value for name, value in chosen.items() if name != "frameRate"}
    assert any(whole.items() <= one.items() for one in left)


@settings(max_examples=150, deadline=None)
@given(SETS)
def test_a_basic_set_selects_like_the_naive_enumeration(constraints):
    check(constraints)


@settings(max_examples=150, deadline=None)
@given(WITH_ADVANCED)
def test_advanced_sets_apply_like_in_the_naive_enumeration(constraints):
    check(constraints)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(CONSTRAINTS)).flatmap(
        lambda name: st.tuples(st.just(name), CONSTRAINTS[name])
    )
)
def test_a_single_constraint_that_fails_is_named(one):
    name, value = one
    basic, _ = analysed({name: value})
    universe = settings_universe(0, SMALL, IDENTITY)
    if naive.select(ALL, {name: value}) is None:
        assert failed_constraint(universe, basic) == name
    else:
        assert failed_constraint(universe, basic) == ""


# --- what users expect -------------------------------------------------------------------------

WEBCAM = camera([(640, 480, 30.0), (1280, 720, 30.0), (1920, 1080, 30.0), (320, 240, 60.0)])


def picture(constraints, device=WEBCAM, **options):
    [selection] = choose([device], constraints, **options)
    chosen = selection.settings
    return (chosen["width"], chosen["height"], chosen["frameRate"], chosen["resizeMode"])


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ({}, (640, 480, 30, "none")),
        ({"width": 1280}, (1280, 720, 30, "none")),
        ({"height": 1080}, (1920, 1080, 30, "none")),
        ({"width": 100_000}, (1920, 1080, 30, "none")),
        ({"frameRate": 60}, (320, 240, 60, "none")),
        ({"frameRate": {"max": 5}}, (640, 480, 5, "crop-and-scale")),
        ({"frameRate": {"max": 0.0005}}, (640, 480, 0.0005, "crop-and-scale")),
        ({"frameRate": {"exact": 30 / 60_000}}, (640, 480, 0.0005, "crop-and-scale")),
        ({"width": {"exact": 200}}, (200, 150, 30, "crop-and-scale")),
        ({"width": {"max": 30}}, (30, 23, 30, "crop-and-scale")),
        ({"width": 640, "height": 360}, (640, 360, 30, "crop-and-scale")),
        ({"aspectRatio": 16 / 9}, (1280, 720, 30, "none")),
        ({"resizeMode": {"exact": "crop-and-scale"}}, (640, 480, 30, "crop-and-scale")),
        ({"resizeMode": "INVALID"}, (640, 480, 30, "none")),
        ({"advanced": [{"width": 99_999}, {"width": 1920}]}, (1920, 1080, 30, "none")),
    ],
)
def test_the_selected_settings_are_what_users_expect(constraints, expected):
    assert picture(constraints) == expected


def test_scaling_wins_against_cropping():
    [selection] = choose([WEBCAM], {"width": 640, "height": 360})
    assert (selection.mode.width, selection.mode.height) == (1280, 720)


def test_a_negative_ideal_is_nearest_to_the_far_end():
    check({"zoom": {"min": 1, "ideal": -1}})


def test_the_aspect_ratio_has_ten_decimal_places():
    assert choose([camera([(640, 480, 30.0)])], {})[0].settings["aspectRatio"] == 1.3333333333


def test_settings_in_force_win_ties():
    current = {"width": 300, "height": 200, "frameRate": 7.0, "resizeMode": "crop-and-scale"}
    assert picture({"resizeMode": "INVALID"}, current=current) == (300, 200, 7, "crop-and-scale")
    assert picture({"width": 1280}, current=current)[0] == 1280


@pytest.mark.parametrize(
    ("constraints", "size"),
    [
        ({"width": {"exact": 200}}, (200, 150)),
        ({"width": 200}, (200, 150)),
        ({"height": {"max": 240}}, (320, 240)),
        ({"width": 200, "height": 200}, (200, 200)),
    ],
)
def test_changing_the_width_or_height_keeps_the_aspect_ratio(constraints, size):
    current = {"width": 640, "height": 480, "aspectRatio": 1.3333333333, "frameRate": 30.0}
    options = {"current": current, "current_mode": WEBCAM.modes[0]}
    assert picture(constraints, camera([(640, 480, 30.0)]), **options)[:2] == size


@pytest.mark.parametrize(
    ("constraints", "size"),
    [
        ({"aspectRatio": {"min": 2}}, (640, 320)),
        ({"aspectRatio": {"exact": 0.5}}, (240, 480)),
        ({"advanced": [{"aspectRatio": 2}]}, (640, 320)),
    ],
)
def test_an_aspect_ratio_alone_does_not_select_a_tiny_picture(constraints, size):
    assert picture(constraints)[:2] == size


def test_a_fast_mode_wins_against_a_slow_uncompressed_one():
    slow, fast = VideoMode(1920, 1080, 5.0, "YUYV"), VideoMode(1920, 1080, 30.0, "MJPG")
    device = camera([slow, fast])
    for constraints in ({}, {"width": 1920}, {"frameRate": 30}):
        assert choose([device], constraints)[0].mode is fast


def test_the_drivers_first_pixel_format_wins():
    first, second = VideoMode(640, 480, 30.0, "YUYV"), VideoMode(640, 480, 30.0, "MJPG")
    assert choose([camera([first, second])], {})[0].mode is first


def test_the_nearest_device_is_first_and_the_default_wins_ties():
    small, large = camera([(640, 480, 30.0)]), camera([(1920, 1080, 30.0)])
    assert [one.device for one in choose([large, small], {})] == [0, 1]
    assert [one.device for one in choose([small, large], {"width": 1920})] == [1, 0]
    assert [one.device for one in choose([small, large], {"width": {"min": 1000}})] == [1]


def test_controls_without_a_constraint_keep_their_values():
    device = camera([(640, 480, 30.0)], controls={"brightness": Range(0, 255, 1)})
    unconstrained = choose([device], {}, initial=[{"brightness": 77}])[0].settings
    requested = choose([device], {"brightness": 200}, initial=[{"brightness": 77}])[0].settings
    assert (unconstrained["brightness"], requested["brightness"]) == (77, 200)


@pytest.mark.parametrize(
    ("constraints", "name"),
    [
        ({"width": {"min": 100_000}}, "width"),
        ({"height": {"max": 0}}, "height"),
        ({"frameRate": {"max": -1}}, "frameRate"),
        ({"frameRate": {"max": 0}}, "frameRate"),
        ({"frameRate": {"exact": 0}}, "frameRate"),
        ({"frameRate": {"min": 100, "max": 10}}, "frameRate"),
        ({"facingMode": {"exact": ""}}, "facingMode"),
        ({"width": {"exact": 639}, "resizeMode": {"exact": "none"}}, ""),
        ({"resizeMode": {"exact": "none"}, "width": {"exact": 639}}, ""),
        (
            {"facingMode": {"exact": ""}, "width": {"min": 1920}, "frameRate": {"min": 60}},
            "facingMode",
        ),
        ({"width": {"min": 1920}, "frameRate": {"min": 60}}, ""),
        ({"zoom": {"min": 1}}, "zoom"),
        ({"width": {"max": 30}, "aspectRatio": {"exact": 50}}, ""),
    ],
)
def test_the_failed_constraint_is_named_if_it_fails_alone(constraints, name):
    universe = settings_universe(0, WEBCAM, IDENTITY)
    assert failed_constraint(universe, analysed(constraints)[0]) == name
    assert choose([WEBCAM], constraints) == []


def test_a_microphone_can_deliver_other_rates_and_channel_counts():
    device = Device(kind="audioinput", key="m", label="mic", modes=(AudioMode(44100, 2),))
    native = choose([device], {})[0].settings
    requested = choose([device], {"sampleRate": {"exact": 16000}, "channelCount": 1})[0].settings
    assert (native["sampleRate"], native["channelCount"]) == (44100, 2)
    assert (requested["sampleRate"], requested["channelCount"]) == (16000, 1)
    assert choose([device], {"sampleRate": {"min": 96000}}) == []


def test_a_mono_microphone_delivers_stereo_on_request():
    device = Device(kind="audioinput", key="m", label="mic", modes=(AudioMode(48000, 1),))
    assert choose([device], {})[0].settings["channelCount"] == 1
    requested = choose([device], {"channelCount": {"exact": 2}})[0]
    assert (requested.settings["channelCount"], requested.mode.channel_count) == (2, 1)
    assert choose([device], {"channelCount": {"exact": 3}}) == []


@pytest.mark.parametrize("name", ["echoCancellation", "autoGainControl", "noiseSuppression"])
def test_voice_processing_is_on_by_default(name):
    device = Device(
        kind="audioinput",
        key="m",
        label="mic",
        modes=(AudioMode(48000, 1),),
        controls={name: (False, True)},
    )
    assert choose([device], {})[0].settings[name] is True
    assert choose([device], {name: False})[0].settings[name] is False


@pytest.mark.parametrize("given", ["", {"exact": ""}, {"ideal": ""}, [], {"exact": []}])
def test_an_empty_device_id_constrains_nothing(given):
    assert picture({"deviceId": given})[:2] == picture({})[:2]


@pytest.mark.parametrize("given", [{"exact": [""]}, {"exact": ["", ""]}])
def test_a_list_with_an_empty_device_id_matches_no_device(given):
    basic, advanced = analysed({"deviceId": given})
    assert select_settings(settings_universe(0, SMALL, IDENTITY), basic, advanced) == []
