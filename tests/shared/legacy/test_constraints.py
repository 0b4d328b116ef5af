"""The translation of the old constraints."""

from __future__ import annotations

import pytest

from mediadevices import OverconstrainedError
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.legacy.constraints import translate

ALL = frozenset(PROPERTIES)


def video(**members: object) -> dict[str, object]:
    """Return the video constraints of a translation that leaves nothing for afterwards."""
    request = translate({"video": members}, ALL)
    assert request.afterwards == {}
    assert request.ignored == []
    return request.at_once["video"]


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"video": True}, {"video": {}}),
        ({"video": True, "audio": False}, {"video": {}}),
        ({"video": True, "audio": None}, {"video": {}}),
        ({"video": "true", "audio": "false"}, {"video": {}}),
        ({"video": {}, "audio": True}, {"video": {}, "audio": {}}),
        ({"video": {"mandatory": None, "optional": None}}, {"video": {}}),
        ({"video": {"mandatory": {}, "optional": []}}, {"video": {}}),
    ],
)
def test_the_requested_kinds(constraints: object, expected: object) -> None:
    assert translate(constraints, ALL).at_once == expected


@pytest.mark.parametrize(
    ("mandatory", "expected"),
    [
        ({"width": 640}, {"width": {"exact": 640}}),
        ({"facingMode": "user"}, {"facingMode": {"exact": "user"}}),
        ({"width": {"min": 640, "max": 800}}, {"width": {"min": 640, "max": 800}}),
        ({"minWidth": 640}, {"width": {"min": 640}}),
        ({"maxWidth": 640}, {"width": {"max": 640}}),
        ({"min_width": 640, "maxWidth": 800}, {"width": {"min": 640, "max": 800}}),
        ({"minHeight": 480, "maxHeight": 600}, {"height": {"min": 480, "max": 600}}),
        ({"minFrameRate": 5, "maxFrameRate": 9.5}, {"frameRate": {"min": 5, "max": 9.5}}),
        ({"minAspectRatio": 1.3}, {"aspectRatio": {"min": 1.3}}),
        ({"sourceId": "abc"}, {"deviceId": {"exact": "abc"}}),
        ({"source_id": "abc"}, {"deviceId": {"exact": "abc"}}),
        # All of them must hold.
        ({"minWidth": 640, "width": {"min": 800}}, {"width": {"min": 800}}),
        ({"maxWidth": 640, "width": {"max": 800}}, {"width": {"max": 640}}),
        ({"minWidth": 100, "width": 640}, {"width": {"min": 100, "exact": 640}}),
    ],
)
def test_mandatory_constraints_are_required(
    mandatory: dict[str, object], expected: dict[str, object]
) -> None:
    assert video(mandatory=mandatory) == expected


def test_the_arguments_of_the_program_are_not_changed() -> None:
    given = {"width": {"min": 640}, "minWidth": 800}
    assert video(mandatory=given) == {"width": {"min": 800}}
    assert given == {"width": {"min": 640}, "minWidth": 800}


def test_optional_constraints_are_advanced_sets_in_order() -> None:
    optional = [
        {"width": 650},
        {"width": {"min": 650}},
        {"minFrameRate": 60},
        {"sourceId": "abc"},
        {"facingMode": "user"},
    ]
    assert video(optional=optional) == {
        "advanced": [
            {"width": {"exact": 650}},
            {"width": {"min": 650}},
            {"frameRate": {"min": 60}},
            {"deviceId": {"exact": "abc"}},
            {"facingMode": {"exact": "user"}},
        ]
    }


def test_optional_constraints_in_one_mapping_become_separate_sets() -> None:
    assert video(optional=[{"minWidth": 640, "minHeight": 480}]) == {
        "advanced": [{"width": {"min": 640}}, {"height": {"min": 480}}]
    }


@pytest.mark.parametrize("name", ["googNoise", "volume", "minFacingMode", "minimum", "echo", "min"])
def test_an_unknown_optional_constraint_is_ignored(name: str) -> None:
    optional = [{name: 1}, {"width": 640}]
    assert video(optional=optional) == {"advanced": [{"width": {"exact": 640}}]}


def test_an_optional_constraint_on_the_other_kind_is_ignored() -> None:
    assert video(optional=[{"echoCancellation": True}]) == {}


@pytest.mark.parametrize("name", ["googNoise", "volume", "minFacingMode", "minimum", "echo", "min"])
def test_an_unknown_mandatory_constraint_cannot_be_satisfied(name: str) -> None:
    with pytest.raises(OverconstrainedError, match=rf"video\.mandatory\.{name}: ") as caught:
        translate({"video": {"mandatory": {"width": 640, name: 1}}}, ALL)
    assert caught.value.constraint == name


@pytest.mark.parametrize(
    ("kind", "name"), [("audio", "width"), ("audio", "minWidth"), ("video", "echoCancellation")]
)
def test_a_mandatory_constraint_on_the_other_kind_cannot_be_satisfied(kind: str, name: str) -> None:
    with pytest.raises(OverconstrainedError) as caught:
        translate({kind: {"mandatory": {name: 1}}}, ALL)
    assert caught.value.constraint == name


@pytest.mark.parametrize(
    "name", ["source_id", "sourceId", "deviceId", "device_id", "groupId", "group_id"]
)
def test_an_empty_id_cannot_be_satisfied(name: str) -> None:
    with pytest.raises(OverconstrainedError, match=rf"audio\.mandatory\.{name}: ") as caught:
        translate({"audio": {"mandatory": {name: ""}}}, ALL)
    assert caught.value.constraint == name
    assert video(optional=[{name: ""}, {"width": 640}]) == {"advanced": [{"width": {"exact": 640}}]}


@pytest.mark.parametrize("name", ["googleEchoes", "min_facing_mode", "echo_cancellation"])
def test_an_error_has_the_spelling_of_the_program(name: str) -> None:
    with pytest.raises(OverconstrainedError, match=rf"video\.mandatory\.{name}: ") as caught:
        translate({"video": {"mandatory": {name: 1}}}, ALL)
    assert caught.value.constraint == name


def test_an_unsupported_constraint_counts_as_unknown() -> None:
    supported = ALL - {"aspectRatio"}
    with pytest.raises(OverconstrainedError) as caught:
        translate({"video": {"mandatory": {"minAspectRatio": 1}}}, supported)
    assert caught.value.constraint == "minAspectRatio"
    request = translate({"video": {"optional": [{"aspectRatio": 1}]}}, supported)
    assert request.at_once == {"video": {}}


def test_contradictory_mandatory_constraints_cannot_be_satisfied() -> None:
    with pytest.raises(OverconstrainedError) as caught:
        translate({"video": {"mandatory": {"sourceId": "a", "deviceId": "b"}}}, ALL)
    assert caught.value.constraint == "deviceId"
    assert video(mandatory={"sourceId": "a", "deviceId": "a"}) == {"deviceId": {"exact": "a"}}


def test_constraints_that_cannot_be_required_now_are_advanced_first_and_required_afterwards() -> (
    None
):
    constraints = {
        "video": {"mandatory": {"width": 640, "zoom": 2}, "optional": [{"frameRate": 30}]},
        "audio": {"mandatory": {"sampleRate": 48000}},
    }
    request = translate(constraints, ALL)
    wish = {"frameRate": {"exact": 30}}
    assert request.at_once == {
        "video": {"width": {"exact": 640}, "advanced": [{"zoom": {"exact": 2}}, wish]},
        "audio": {"sampleRate": {"exact": 48000}},
    }
    assert request.afterwards == {
        "video": {"width": {"exact": 640}, "zoom": {"exact": 2}, "advanced": [wish]}
    }


@pytest.mark.parametrize(
    ("mandatory", "constraint", "expected"),
    [
        ({"minWidth": 640}, "width", "minWidth"),
        ({"width": 640}, "width", "width"),
        ({"min_width": 640}, "width", "min_width"),
        ({"minFrameRate": 9}, "frameRate", "minFrameRate"),
        # Both fit; the first is reported.
        ({"minWidth": 640, "maxWidth": 800}, "width", "minWidth"),
        ({"maxWidth": 800, "minWidth": 640}, "width", "maxWidth"),
        ({"max_width": 800, "width": {"min": 640}}, "", "max_width"),
        ({"sourceId": "abc"}, "deviceId", "sourceId"),
        ({"minWidth": 640}, "", "minWidth"),  # the browser reports none, but there is only one
        ({"minWidth": 640, "height": 480}, "", ""),
        ({}, "", ""),
        ({"minWidth": 640}, "frameRate", "frameRate"),
    ],
)
def test_a_failed_constraint_has_the_name_that_the_program_used(
    mandatory: dict[str, object], constraint: str, expected: str
) -> None:
    request = translate({"video": {"mandatory": mandatory}}, ALL)
    assert request.old_name(constraint) == expected


def test_members_of_no_draft_are_reported() -> None:
    request = translate({"video": {"width": 640}, "audio": True, "fake": True}, ALL)
    assert request.at_once == {"video": {}, "audio": {}}
    assert request.ignored == ["video.width", "fake"]


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ("video", r"constraints: expected a mapping, got 'video'"),
        ({"video": 1.5}, r"video: expected True, False or a mapping, got 1\.5"),
        ({"video": 0}, r"video: expected True, False or a mapping, got 0"),
        ({"video": "yes"}, r"video: expected True, False or a mapping, got 'yes'"),
        ({"video": {"mandatory": [1]}}, r"video\.mandatory: expected a mapping"),
        ({"audio": {"optional": {"a": 1}}}, r"audio\.optional: expected a list of mappings"),
        ({"audio": {"optional": [{}, 7]}}, r"audio\.optional\[1\]: expected a mapping, got 7"),
        (
            {"video": {"mandatory": {"width": {"ideal": 320}}}},
            r"video\.mandatory\.width: expected a number, or a mapping of min and max, got \{'id",
        ),
        (
            {"video": {"mandatory": {"frame_rate": {"min": 5, "exact": 9}}}},
            r"video\.mandatory\.frame_rate: expected a number, or a mapping of min and max",
        ),
        (
            {"video": {"optional": [{}, {"width": {"exact": 320}}]}},
            r"video\.optional\[1\]\.width: expected a number, or a mapping of min and max",
        ),
        (
            {"video": {"mandatory": {"minWidth": {"min": 320}}}},
            r"video\.mandatory\.minWidth: expected a number, got \{'min': 320\}",
        ),
        (
            {"video": {"mandatory": {"width": {"min": "wide"}}}},
            r"video\.mandatory\.width\.min: expected a number, got 'wide'",
        ),
        (
            {"video": {"mandatory": {"sourceId": {"exact": "abc"}}}},
            r"video\.mandatory\.sourceId: expected a string, got \{'exact': 'abc'\}",
        ),
        (
            {"audio": {"mandatory": {"autoGainControl": 1}}},
            r"audio\.mandatory\.autoGainControl: expected True or False, got 1",
        ),
    ],
)
def test_wrong_types_are_named(constraints: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        translate(constraints, ALL)
