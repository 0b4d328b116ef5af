"""Conversion of constraints, and its errors and warnings (Web IDL §3.2; §6.1)."""

import math
import sys
import warnings

import pytest

from mediadevices import UnknownConstraintWarning
from mediadevices.algorithms.constraints import (
    advanced_sets,
    applicable_constraints,
    basic_set,
    convert_track_constraints,
    first_disallowed_required,
)
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.webidl import conversion
from mediadevices.webidl.names import closest, to_camel_case, to_snake_case


def convert(constraints, supported=PROPERTIES):
    return convert_track_constraints(constraints, "video", supported)


def only(constraints):
    [constraint] = basic_set(convert(constraints))
    return constraint


@pytest.mark.parametrize(
    ("given", "converted"),
    [
        (-1, 0),
        (math.nan, 0),
        (math.inf, 2**32 - 1),
        (1e12, 2**32 - 1),
        (0.5, 0),
        (1.5, 2),
        (2.5, 2),
        (640, 640),
    ],
)
def test_an_unsigned_long_is_clamped_and_halves_go_to_even(given, converted):
    assert convert({"width": given}) == {"width": converted}
    assert convert({"width": {"max": given}}) == {"width": {"max": converted}}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_double_is_finite(number):
    with pytest.raises(TypeError, match=r"^video\.frameRate\.min: expected a finite number"):
        convert({"frameRate": {"min": number}})


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"width": {"min": "wide"}}, "video.width.min: expected a number, got 'wide'"),
        ({"width": True}, "video.width: expected a number, got True"),
        ({"width": [640]}, "video.width: expected a number, got [640]"),
        ({"facingMode": 1}, "video.facingMode: expected a string, got 1"),
        ({"facingMode": ["user", 2]}, "video.facingMode[1]: expected a string, got 2"),
        (
            {"device_id": {"exact": b"a"}},
            "video.deviceId.exact: expected a string, got b'a'",
        ),
        ({"noiseSuppression": 1}, "video.noiseSuppression: expected True or False, got 1"),
        (
            {"echoCancellation": 1.5},
            "video.echoCancellation: expected True, False or a string, got 1.5",
        ),
        ({"advanced": {"width": 1}}, "video.advanced: expected a list of mappings, got"),
        ({"advanced": [{}, {"width": "x"}]}, "video.advanced[1].width: expected a number, got 'x'"),
        ({"advanced": [5]}, "video.advanced[0]: expected a mapping, got 5"),
        ({"frame_rate": 1, "frameRate": 2}, "video.frameRate: given twice, in both spellings"),
        ({1: 2}, "video: expected keys that are strings, got 1"),
        ("all", "video: expected True, False or a mapping of constraints, got 'all'"),
    ],
)
def test_errors_name_the_path_and_the_expected_type(constraints, message):
    with pytest.raises(TypeError) as caught:
        convert(constraints)
    assert str(caught.value).startswith(message)


def test_camel_case_and_snake_case_keys_are_equal():
    assert convert({"frame_rate": {"min": 15}, "deviceId": "x"}) == {
        "frameRate": {"min": 15},
        "deviceId": "x",
    }


def test_none_means_not_given():
    assert convert({"width": None, "height": {"min": None, "max": 5}}) == {"height": {"max": 5}}


def test_the_order_of_the_program_is_kept():
    written = {"height": 1, "width": 2, "frameRate": 3}
    assert list(convert(written)) == ["height", "width", "frameRate"]


def test_unsupported_properties_are_dropped_silently():
    assert convert({"width": 1, "torch": True}, supported=["width"]) == {"width": 1}


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"framerate": 5}, "video.framerate: unknown name, ignored; did you mean 'frameRate'?"),
        ({"width": {"mn": 5}}, "video.width.mn: unknown name, ignored; did you mean 'min'?"),
        (
            {"advanced": [{"hieght": 5}]},
            "video.advanced[0].hieght: unknown name, ignored; did you mean 'height'?",
        ),
        ({"xyzzy": 5}, "video.xyzzy: unknown name, ignored"),
    ],
)
def test_an_unknown_name_is_dropped_with_a_suggestion(constraints, message):
    with pytest.warns(UnknownConstraintWarning) as caught:
        converted = convert(constraints)
    assert [str(warning.message) for warning in caught] == [message]
    assert converted in ({}, {"width": {}}, {"advanced": [{}]})


def test_the_warning_points_at_the_programs_own_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        line = sys._getframe().f_lineno + 1
        convert_track_constraints({"framerate": 5}, "video", PROPERTIES)
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]


def test_a_bare_value_is_ideal_in_the_basic_set_and_exact_in_an_advanced_one():
    converted = convert({"width": 640, "advanced": [{"width": 640}]})
    assert [(one.ideal, one.exact) for one in basic_set(converted)] == [((640,), None)]
    assert [(one.ideal, one.exact) for [one] in advanced_sets(converted)] == [(None, (640,))]


def test_a_list_gives_alternatives_and_an_empty_list_nothing():
    assert only({"facingMode": ["user", "left"]}).ideal == ("user", "left")
    assert only({"facingMode": {"exact": []}}).exact is None
    assert not only({"facingMode": {"exact": []}}).required
    assert only({"facingMode": []}).ideal is None


def test_an_empty_device_id_is_not_given_but_an_empty_facing_mode_is():
    assert not only({"deviceId": {"exact": ""}}).required
    assert only({"facingMode": {"exact": ""}}).required


def test_true_and_all_are_different_values_of_echo_cancellation():
    constraint = only({"echoCancellation": {"exact": "all"}})
    assert constraint.satisfied_by("all")
    assert not constraint.satisfied_by(True)
    assert not only({"echoCancellation": {"exact": True}}).satisfied_by("all")


def test_a_boolean_constrains_the_existence_of_a_number():
    assert only({"pan": True}).exists is True
    assert only({"pan": 5}).ideal == (5,)


@pytest.mark.parametrize(
    ("constraints", "required"),
    [
        ({"width": 5}, False),
        ({"width": {"ideal": 5}}, False),
        ({"width": {"ideal": 5, "min": 1}}, True),
        ({"width": {"max": 0}}, True),
        ({"deviceId": {"exact": "x"}}, True),
    ],
)
def test_min_max_and_exact_are_required(constraints, required):
    assert only(constraints).required is required


def test_constraints_of_the_other_kind_are_dropped_from_all_sets():
    converted = convert({"width": 1, "sampleRate": 2, "advanced": [{"latency": 1, "height": 2}]})
    assert applicable_constraints(converted, "video") == {"width": 1, "advanced": [{"height": 2}]}
    assert applicable_constraints(converted, "audio") == {
        "sampleRate": 2,
        "advanced": [{"latency": 1}],
    }


def test_image_controls_and_blur_may_not_be_required_when_a_device_is_selected():
    for name in ("pan", "zoom", "brightness"):
        assert first_disallowed_required(basic_set(convert({name: {"min": 1}}))) == name
        assert first_disallowed_required(basic_set(convert({name: {"ideal": 1}}))) is None
    assert first_disallowed_required(basic_set(convert({"backgroundBlur": {"exact": True}})))
    assert first_disallowed_required(basic_set(convert({"width": {"exact": 1}}))) is None


@pytest.mark.lanes("cpython")  # Pyodide runs without NumPy
def test_numpy_scalars_are_numbers():
    numpy = pytest.importorskip("numpy")
    assert convert({"width": numpy.int64(5), "frameRate": numpy.float32(1.5)}) == {
        "width": 5,
        "frameRate": 1.5,
    }
    assert convert({"noiseSuppression": numpy.True_}) == {"noiseSuppression": True}


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        ("getUserMedia", "get_user_media"),
        ("deviceId", "device_id"),
        ("toJSON", "to_json"),
        ("id", "id"),
        ("onended", "onended"),
    ],
)
def test_names_convert_both_ways(camel, snake):
    assert to_snake_case(camel) == snake
    assert to_snake_case(snake) == snake
    if camel != "toJSON":
        assert to_camel_case(snake) == camel


def test_the_most_similar_name_is_suggested():
    assert closest("frame_rat", ["frameRate", "width"]) == "frameRate"
    assert closest("zzz", ["frameRate", "width"]) is None


def test_an_integer_too_large_for_a_float_counts_as_infinite() -> None:
    assert conversion.clamped_unsigned_long(10**400, "width") == 2**32 - 1
    assert conversion.clamped_unsigned_long(-(10**400), "width") == 0
    with pytest.raises(TypeError, match="frameRate: expected a finite number"):
        conversion.finite_double(10**400, "frameRate")
