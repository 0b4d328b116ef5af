"""A ratio that is far worse than recorded is noticed, and noise is not."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    yield import_module("benchmarks.support.figures")
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def lost(figures):
    return import_module("benchmarks.support.keeping").lost


def cost(figures, value, **more):
    return figures.ratio("N2", "cost", "here", [value] * 3, [1.0] * 3, "ms", 1.05, **more)


def test_the_ratio_is_the_median_of_the_runs_side_by_side(figures):
    found = figures.ratio("N2", "cost", "here", [2.0, 40.0, 9.0], [1.0, 10.0, 3.0], "ms", 5)
    assert (found.value, found.ours, found.raw, found.reached) == (3.0, 9.0, 3.0, True)


@pytest.mark.parametrize(("now", "noticed"), [(1.4, False), (1.6, True), (0.5, False)])
def test_a_cost_that_is_half_again_as_high_is_noticed(figures, lost, now, noticed):
    assert bool(lost([cost(figures, 1.0)], [cost(figures, now)])) is noticed


@pytest.mark.parametrize(("now", "noticed"), [(0.7, False), (0.6, True), (2.0, False)])
def test_a_rate_that_is_half_again_as_low_is_noticed(figures, lost, now, noticed):
    before, after = (cost(figures, value, better="higher") for value in (1.0, now))
    assert bool(lost([before], [after])) is noticed


def test_what_was_not_measured_is_not_lost(figures, lost):
    nothing = figures.unmeasured("N2", "cost", "here", "no camera")
    assert lost([cost(figures, 1.0)], [nothing]) == {}
    assert lost([nothing], [cost(figures, 9.0)]) == {}


def test_milliseconds_of_another_machine_are_not_compared(figures, lost):
    before, after = (
        figures.measured("N10", "cost", "here", [value], "ms", 1) for value in (1.0, 9.0)
    )
    assert lost([before], [after]) == {}


def test_results_are_read_as_they_were_written(figures, tmp_path):
    growth = figures.Growth("tracks", "More tracks", "tracks", "cost", {"native": [[1, 2.0]]})
    written = figures.Results("native", "today", {"cores": "2"}, [cost(figures, 1.0)], [growth])
    written.write(tmp_path / "native.json")
    assert figures.Results.read(tmp_path / "native.json") == written
