"""The nearest width, height and aspect ratio, compared with all possible sizes (§11.1.1)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mediadevices.algorithms.constraints import (
    advanced_sets,
    basic_set,
    convert_track_constraints,
)
from mediadevices.algorithms.fitness_distance import fitness_distance
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.algorithms.select_settings import select_settings
from mediadevices.algorithms.settings_universe import settings_universe
from mediadevices.driver import Device, VideoMode
from support.call_count import count_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediadevices.algorithms.select_settings import Selection


def select(
    constraints: Mapping[str, object], *sizes: tuple[int, int], cameras: int = 1
) -> list[Selection]:
    modes = tuple(VideoMode(width, height, 30.0) for width, height in sizes)
    device = Device(kind="videoinput", key="k", label="camera", modes=modes)
    universe = [
        region for index in range(cameras) for region in settings_universe(index, device, {})
    ]
    converted = convert_track_constraints(constraints, "video", PROPERTIES)
    return select_settings(universe, basic_set(converted), advanced_sets(converted))


def smallest_distance(constraints: Mapping[str, object], width: int, height: int) -> float:
    """Return the smallest distance of all sizes of a mode, by trying each of them."""
    basic = basic_set(convert_track_constraints(constraints, "video", PROPERTIES))
    return min(
        fitness_distance(basic, {"width": w, "height": h, "aspectRatio": round(w / h, 10)})
        for w in range(1, width + 1)
        for h in range(1, height + 1)
    )


def check(constraints: Mapping[str, object], width: int, height: int) -> None:
    least, selections = (
        smallest_distance(constraints, width, height),
        select(constraints, (width, height)),
    )
    if least == math.inf:
        assert selections == []
    else:
        [found] = selections
        basic = basic_set(convert_track_constraints(constraints, "video", PROPERTIES))
        assert found.distance == pytest.approx(least, abs=1e-9)
        assert fitness_distance(basic, found.settings) == pytest.approx(least, abs=1e-9)


WIDTH, HEIGHT = 32, 24


def numeric_constraint(values: st.SearchStrategy[float]) -> st.SearchStrategy[object]:
    return st.dictionaries(
        st.sampled_from(["exact", "min", "max", "ideal", "ideal"]), values, min_size=1, max_size=3
    )


def quotient(width: int, height: int, more: float) -> float:
    return width / height + more


QUOTIENTS = st.builds(
    quotient,
    st.integers(1, WIDTH + 4),
    st.integers(1, HEIGHT + 4),
    st.sampled_from([0, 0, 1e-4, -1e-4, 1e-10, -1e-10, 5e-11]),
)
RATIOS = st.one_of(QUOTIENTS, st.floats(0.01, 50), st.sampled_from([-1.5, -1, 0, 1e306, 5e-324]))
SIZES = st.fixed_dictionaries(
    {"aspectRatio": numeric_constraint(RATIOS)},
    optional={
        "width": numeric_constraint(st.integers(0, WIDTH + 8)),
        "height": numeric_constraint(st.integers(0, HEIGHT + 8)),
    },
)


@settings(max_examples=400, deadline=None)
@given(SIZES)
@example({"aspectRatio": {"min": 1e306}})
@example({"aspectRatio": {"ideal": 5e-324, "max": 0.2}})
@example({"aspectRatio": {"ideal": 1.3, "min": 1.31, "max": 1.32}, "width": {"min": 20}})
def test_no_size_is_nearer_than_the_selected_one(constraints: dict[str, object]) -> None:
    check(constraints, WIDTH, HEIGHT)


@pytest.mark.parametrize(
    "constraints",
    [
        {"width": {"max": 94}, "aspectRatio": 3.7047},
        {"height": {"max": 149, "ideal": 173}, "aspectRatio": {"min": 0.17, "max": 0.17122}},
        {"aspectRatio": {"max": 1.333, "ideal": 1.3333}, "width": {"max": 480}},
        {"width": {"ideal": 150, "min": 101}, "height": 31, "aspectRatio": {"max": 1.0001}},
        {"width": {"min": 151, "max": 158}, "height": {"min": 101}, "aspectRatio": 1.41421},
    ],
)
def test_no_size_is_nearer_if_only_unusual_sizes_are_near(constraints: dict[str, object]) -> None:
    check(constraints, 200, 150)


@settings(max_examples=300, deadline=None)
@given(
    *(st.integers(1, 30) for _ in range(4)),
    st.fractions(0, 40, max_denominator=60),
    st.sampled_from([0.0, 1e-10, 1e-3, 0.02, 0.5]),
)
def test_a_size_is_found_if_and_only_if_one_exists(
    w0: int, wider: int, h0: int, higher: int, least: Fraction, more: float
) -> None:
    low, w1, h1 = float(least), w0 + wider - 1, h0 + higher - 1
    constraints = {
        "width": {"min": w0, "max": w1},
        "height": {"min": h0, "max": h1},
        "aspectRatio": {"min": low, "max": low + more},
    }
    fits = any(
        round(low, 10) <= round(w / h, 10) <= round(low + more, 10)
        for w in range(w0, w1 + 1)
        for h in range(h0, h1 + 1)
    )
    assert bool(select(constraints, (60, 60))) == fits


@pytest.mark.parametrize("width", range(1, 60))
def test_a_ratio_halfway_between_decimals_equals_its_rounded_value(width: int) -> None:
    [half] = select({"width": {"exact": width}, "height": {"exact": 2048}}, (2048, 2048))
    ratio = half.settings["aspectRatio"]
    assert isinstance(ratio, float)
    exact = {"width": {"exact": width}, "height": {"exact": 2048}, "aspectRatio": {"exact": ratio}}
    assert select(exact, (2048, 2048))
    for other in (ratio - 1e-10, ratio + 1e-10):
        assert not select({**exact, "aspectRatio": {"exact": other}}, (2048, 2048))


# --- the amount of work ------------------------------------------------------------------------

WEBCAM = ((640, 480), (1280, 720), (1920, 1080), (320, 240))
LARGE = ((640, 480), (800, 600), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))


def calls(constraints: Mapping[str, object], *sizes: tuple[int, int], cameras: int = 1) -> int:
    with count_calls() as work:
        select(constraints, *sizes, cameras=cameras)
    return work.calls


@pytest.mark.parametrize(("cameras", "sizes", "count"), [(1, WEBCAM, 200), (2, LARGE, 50)])
def test_rejecting_impossible_ratios_does_not_try_every_row(
    cameras: int, sizes: tuple[tuple[int, int], ...], count: int
) -> None:
    sets = [{"aspectRatio": 1.77771 + i * 1e-7} for i in range(count)]
    sets += [
        {"aspectRatio": 1.77771 + i * 1e-7, "width": {"min": 200 + i}, "height": {"min": 100 + i}}
        for i in range(count)
    ]
    none = calls({}, *sizes, cameras=cameras)
    most = none + len(sets) * cameras * len(sizes) * 200
    assert calls({"advanced": sets}, *sizes, cameras=cameras) < most


@pytest.mark.parametrize(
    "constraints",
    [
        {"aspectRatio": 1.77771},
        {"width": 1000, "aspectRatio": 1.41421},
        {"width": 640, "height": 480, "aspectRatio": 1},
        {"height": {"ideal": 173}, "aspectRatio": {"min": 0.17, "max": 0.17122}},
        {"width": {"ideal": 604, "min": 700}, "aspectRatio": {"min": 0.3021877}},
    ],
)
def test_the_search_costs_little_more_for_a_hundred_times_larger_picture(
    constraints: dict[str, object],
) -> None:
    small, large = (calls(constraints, size) for size in ((960, 540), (96000, 54000)))
    assert large < 4 * small
