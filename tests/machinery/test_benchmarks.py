"""A ratio that is far worse than recorded is noticed, and noise is not."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from benchmarks.support.figures import Figure, Growth, Results, measured, ratio, unmeasured
from benchmarks.support.regressions import find_regressions


def cost(value: float, better: Literal["higher", "lower"] = "lower") -> Figure:
    return ratio("N2", "cost", "here", [value] * 3, [1.0] * 3, "ms", 1.05, better=better)


def test_the_ratio_is_the_median_of_the_runs_side_by_side() -> None:
    found = ratio("N2", "cost", "here", [2.0, 40.0, 9.0], [1.0, 10.0, 3.0], "ms", 5)
    assert (found.value, found.ours, found.raw, found.reached) == (3.0, 9.0, 3.0, True)


@pytest.mark.parametrize(("now", "noticed"), [(1.4, False), (1.6, True), (0.5, False)])
def test_a_cost_that_is_half_again_as_high_is_noticed(now: float, noticed: bool) -> None:
    assert bool(find_regressions([cost(1.0)], [cost(now)])) is noticed


@pytest.mark.parametrize(("now", "noticed"), [(0.7, False), (0.6, True), (2.0, False)])
def test_a_rate_that_is_half_again_as_low_is_noticed(now: float, noticed: bool) -> None:
    before, after = (cost(value, better="higher") for value in (1.0, now))
    assert bool(find_regressions([before], [after])) is noticed


def test_what_was_not_measured_is_not_lost() -> None:
    nothing = unmeasured("N2", "cost", "here", "no camera")
    assert find_regressions([cost(1.0)], [nothing]) == {}
    assert find_regressions([nothing], [cost(9.0)]) == {}


def test_milliseconds_of_another_machine_are_not_compared() -> None:
    before, after = (measured("N10", "cost", "here", [value], "ms", 1) for value in (1.0, 9.0))
    assert find_regressions([before], [after]) == {}


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    growth = Growth("tracks", "More tracks", "tracks", "cost", {"native": [[1, 2.0]]})
    written = Results("native", "today", {"cores": "2"}, [cost(1.0)], [growth])
    written.write(tmp_path / "native.json")
    assert Results.read(tmp_path / "native.json") == written
