"""The fitness distance, case by case, with hand-computed numbers (§11.1.1)."""

import math

import pytest

from mediadevices.algorithms.constraints import basic_set, convert_track_constraints
from mediadevices.algorithms.fitness_distance import fitness_distance
from mediadevices.algorithms.properties import PROPERTIES


def distance(constraints, settings):
    return fitness_distance(
        basic_set(convert_track_constraints(constraints, "video", PROPERTIES)), settings
    )


@pytest.mark.parametrize(
    ("constraints", "settings", "expected"),
    [
        # (b) required and missing, or not satisfied
        ({"zoom": {"min": 1}}, {}, math.inf),
        ({"width": {"min": 5}}, {"width": 4}, math.inf),
        ({"width": {"min": 5, "max": 5}}, {"width": 5}, 0),
        ({"facingMode": {"exact": ["user", "left"]}}, {"facingMode": "right"}, math.inf),
        ({"facingMode": {"exact": ["user", "left"]}}, {"facingMode": "left"}, 0),
        ({"width": {"min": 1, "ideal": 5}}, {"width": 10}, 0.5),
        # (d) a boolean constrains the existence
        ({"pan": True}, {"pan": 5}, 0),
        ({"pan": True}, {}, 1),
        ({"pan": False}, {"pan": 5}, 1),
        ({"pan": False}, {}, 0),
        # (e) missing
        ({"facingMode": "user"}, {}, 1),
        # (f) no ideal
        ({"width": {"max": 10}}, {"width": 3}, 0),
        # (g) numbers, relative to the larger one
        ({"width": 640}, {"width": 640}, 0),
        ({"width": 640}, {"width": 320}, 0.5),
        ({"width": 640}, {"width": 1280}, 0.5),
        ({"frameRate": 30}, {"frameRate": 0}, 1),
        ({"aspectRatio": 4 / 3}, {"aspectRatio": 1.3333333333}, 0),
        # (h) other values are equal or not
        ({"facingMode": "user"}, {"facingMode": "left"}, 1),
        ({"facingMode": ["left", "user"]}, {"facingMode": "user"}, 0),
        ({"echoCancellation": True}, {"echoCancellation": "all"}, 1),
        ({"noiseSuppression": False}, {"noiseSuppression": False}, 0),
        # the sum over the set
        ({"width": 640, "height": 480, "facingMode": "user"}, {"width": 320, "height": 120}, 2.25),
    ],
)
def test_distance(constraints, settings, expected):
    assert distance(constraints, settings) == pytest.approx(expected)
