"""A short run of `make oracle`, and tests of its judgement and classes."""

from __future__ import annotations

import math

import pytest

from support.browsers import engines
from tools.oracle.comparison import run
from tools.oracle.judgement import judge
from tools.oracle.known_differences import Difference, classify
from tools.oracle.outcomes import Outcome
from tools.oracle.questions import Question, make_questions

VGA = {"width": 640, "height": 480, "frameRate": 60, "resizeMode": "none", "device": "device:0"}
HALF = {**VGA, "width": 320, "height": 240}
SCALED = {**VGA, "width": 200, "height": 150, "resizeMode": "crop-and-scale"}


@pytest.mark.lanes("cpython")
def test_every_difference_is_explained() -> None:
    if reason := engines.why_not("chromium"):
        pytest.skip(reason)
    result = run(seed=20, get_user_media=40, apply_constraints=20)
    assert result.asked == 60
    assert result.agreeing > 20, "hardly any answer is the same"
    assert result.unexplained == []
    assert result.broken == []


def test_the_same_seed_asks_the_same() -> None:
    assert make_questions(3, 20, 10) == make_questions(3, 20, 10)
    assert make_questions(3, 20, 10) != make_questions(4, 20, 10)


@pytest.mark.parametrize(
    ("constraints", "broken", "advanced", "distance"),
    [
        ({}, (), (), 0),
        ({"width": 1280}, (), (), 0.5),
        ({"width": {"min": 641}}, ("width",), (), math.inf),
        ({"height": {"exact": 480, "ideal": 960}}, (), (), 0.5),
        ({"aspectRatio": {"max": 1.3333333333}}, (), (), 0),
        ({"resizeMode": ["crop-and-scale", "none"]}, (), (), 0),
        ({"resizeMode": {"exact": []}, "deviceId": {"exact": ""}}, (), (), 0),
        ({"groupId": "group:1", "facingMode": "user"}, (), (), 2),
        ({"facingMode": {"exact": "user"}}, ("facingMode",), (), math.inf),
        ({"sampleRate": {"exact": 1}}, (), (), 0),
        ({"advanced": [{"width": 1}, {"width": {"ideal": 1}}, {"width": 640}]}, (), (0, 1, 1), 0),
    ],
)
def test_settings_are_judged_by_the_standard(
    constraints: dict[str, object], broken: object, advanced: object, distance: float
) -> None:
    judgement = judge("video", constraints, VGA)
    assert (judgement.broken, judgement.advanced) == (broken, advanced)
    assert judgement.distance == pytest.approx(distance)


def difference(constraints: dict[str, object], ours: Outcome, theirs: Outcome) -> Difference:
    question = Question("getUserMedia", "video", constraints)
    return Difference(question, ours, theirs)


def given(settings: dict[str, object]) -> Outcome:
    return Outcome("", "", settings)


REFUSED = Outcome("OverconstrainedError", "width", {})


@pytest.mark.parametrize(
    ("constraints", "ours", "theirs"),
    [
        ({"width": 320}, VGA, HALF),
        ({"width": {"max": 320}}, VGA, HALF),
        ({"advanced": [{"width": 320}]}, VGA, HALF),
        ({"width": 640, "advanced": [{"width": 320}]}, VGA, HALF),
        ({"width": 200, "frameRate": 7}, VGA, {**SCALED, "frameRate": 7, "resizeMode": "none"}),
    ],
)
def test_settings_of_ours_that_are_worse_are_never_explained(
    constraints: dict[str, object], ours: dict[str, object], theirs: dict[str, object]
) -> None:
    assert classify(difference(constraints, given(ours), given(theirs))) is None
    assert classify(difference(constraints, given(theirs), given(ours))) is not None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (REFUSED, given(VGA)),
        (given(VGA), REFUSED),
        (given(VGA), Outcome("NotReadableError", "", {})),
        (REFUSED, Outcome("OverconstrainedError", "height", {})),
    ],
)
def test_an_error_on_one_side_alone_is_not_explained_by_itself(
    ours: Outcome, theirs: Outcome
) -> None:
    assert classify(difference({"width": {"max": 700}}, ours, theirs)) is None
