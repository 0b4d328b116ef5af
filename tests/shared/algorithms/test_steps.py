"""Controls with steps and menus of numbers: every possible value can be selected (§11.1.1)."""

from __future__ import annotations

import pytest

from mediadevices import OverconstrainedError, navigator
from mediadevices.algorithms.capabilities import device_capabilities
from mediadevices.algorithms.constraints import (
    advanced_sets,
    basic_set,
    convert_track_constraints,
)
from mediadevices.algorithms.fitness_distance import fitness_distance
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.algorithms.select_settings import select_settings
from mediadevices.algorithms.settings_universe import settings_universe
from mediadevices.driver import Control, Device, Range, VideoMode
from mediadevices.testing import FakeCamera, install_fake_devices

NAME = "exposureCompensation"
TENTHS = Range(-3.0, 3.0, 0.1)
# Steps of a third of an exposure value, rounded to thousandths as in V4L2.
THIRDS = tuple(round(index * 1000 / 3) / 1000 for index in range(-9, 10))
MENU = Range(-3.0, 3.0, 0.333, THIRDS)


def device(control: Control) -> Device:
    return Device(
        kind="videoinput",
        key="k",
        label="camera",
        modes=(VideoMode(640, 480, 30.0),),
        controls={NAME: control},
    )


def selected(control: Control, requested: object, now: float = 0.0, *advanced: object) -> object:
    """Return the selected value of the control, or None if there is none."""
    constraints: dict[str, object] = {
        NAME: requested,
        "advanced": [{NAME: item} for item in advanced],
    }
    converted = convert_track_constraints(constraints, "video", PROPERTIES)
    basic = basic_set(converted)
    found = select_settings(
        settings_universe(0, device(control), {}),
        basic,
        advanced_sets(converted),
        initial=[{NAME: now}],
    )
    if not found:
        return None
    assert fitness_distance(basic, found[0].settings) == found[0].distance
    return found[0].settings[NAME]


def sums(start: float, step: float, count: int) -> list[float]:
    """Return the values that a program gets by adding the step repeatedly."""
    values = [start]
    while len(values) < count:
        values.append(values[-1] + step)
    return values


@pytest.mark.parametrize(
    ("start", "step", "count", "places"),
    [
        (-3.0, 0.1, 61, 1),
        (0.0, 0.1, 21, 1),
        (0.05, 0.05, 60, 2),
        (1, 0.25, 20, 2),
        (1e-4, 1e-4, 50, 4),
    ],
)
def test_every_decimal_step_can_be_selected(
    start: float, step: float, count: int, places: int
) -> None:
    control = Range(start, round(start + (count - 1) * step, places), step)
    added = sums(start, step, count)
    for index in range(count):
        value = round(start + index * step, places)
        for written in (value, start + index * step, added[index]):
            for requested in ({"exact": written}, {"min": written, "max": written}, written):
                assert selected(control, requested) == value


def test_steps_that_are_not_decimal_can_be_selected() -> None:
    third = 1 / 3
    for index in range(7):
        assert selected(Range(-1.0, 1.0, third), {"exact": -1 + index * third}) == pytest.approx(
            -1 + index * third
        )


@pytest.mark.parametrize("value", [0.05, 0.149, 3.1, -3.0001])
def test_a_value_between_steps_cannot_be_selected(value: float) -> None:
    assert selected(TENTHS, {"exact": value}) is None


@pytest.mark.parametrize(
    ("requested", "advanced", "value"),
    [
        ({"min": 0.25}, (), 0.3),
        ({"min": 0.25, "ideal": 0.72}, (), 0.7),
        ({"min": 0.05, "max": 0.95, "ideal": 0.72}, ({"min": 0.67},), 0.7),
        ({"max": -0.05}, ({"min": -0.85}, {"max": -0.75}), -0.8),
        ({"min": 0.31, "max": 0.39}, (), None),
    ],
)
def test_steps_count_from_the_start_of_the_whole_range(
    requested: object, advanced: tuple[object, ...], value: float | None
) -> None:
    assert selected(TENTHS, requested, 0.0, *advanced) == value


@pytest.mark.parametrize(
    "requested", [1.7e308, {"min": 1.7e308}, {"max": -1.7e308}, {"exact": 1e300}]
)
def test_a_huge_number_counts_as_too_large(requested: object) -> None:
    expected = 3.0 if isinstance(requested, float) else None
    assert selected(TENTHS, requested) == expected
    assert selected(Range(-1e308, 1e308, 1e-5), 1.7e308) == 1e308


def test_a_camera_with_the_ideal_step_is_as_near_as_one_without_steps() -> None:
    cameras = [device(Range(0.0, 2.0, 0.1)), device(Range(0.0, 2.0))]
    universe = [
        region for index, one in enumerate(cameras) for region in settings_universe(index, one, {})
    ]
    for ideal in (0.7, 0.1 * 7):
        found = select_settings(
            universe, basic_set(convert_track_constraints({NAME: ideal}, "video", PROPERTIES))
        )
        assert [(one.device, one.distance) for one in found] == [(0, 0), (1, 0)]


# --- menus of numbers --------------------------------------------------------------------------


def test_exactly_the_values_of_a_menu_can_be_selected() -> None:
    assert len(THIRDS) == 19
    for value in THIRDS:
        assert selected(MENU, {"exact": value}) == selected(MENU, value) == value
    for value in (-1.5, 0.333 * 7, 0.1, 3.333):
        assert selected(MENU, {"exact": value}) is None


@pytest.mark.parametrize(
    ("requested", "now", "value"),
    [
        (0.6, 0.0, 0.667),
        ({}, 1.333, 1.333),
        ({"max": -0.5}, 0.0, -0.667),
        ({"min": 0.5}, 0.0, 0.667),
        ({"min": 0.5, "ideal": 9}, 0.0, 3.0),
        ({"min": 0.4, "max": 0.6}, 0.0, None),
    ],
)
def test_the_nearest_value_of_a_menu_is_selected(
    requested: object, now: float, value: float | None
) -> None:
    assert selected(MENU, requested, now) == value


def test_capabilities_show_a_menu_of_numbers_as_a_range() -> None:
    capabilities = device_capabilities(device(MENU), {})
    assert capabilities[NAME] == {"min": -3.0, "max": 3.0, "step": 0.333}


async def test_a_camera_accepts_every_value_that_it_lists() -> None:
    with install_fake_devices([FakeCamera(controls={NAME: MENU}, initial={NAME: 0.0})]):
        async with await navigator.media_devices.get_user_media(video=True) as stream:
            [track] = stream.get_tracks()
            for value in THIRDS:
                await track.apply_constraints({NAME: {"exact": value}})
                assert track.get_settings()[NAME] == value
            with pytest.raises(OverconstrainedError) as caught:
                await track.apply_constraints({NAME: {"exact": 0.5}})
            assert caught.value.constraint == NAME
