"""The figures of the web page, in each browser."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.browser.parts import PARTS
from benchmarks.support.figures import Figure, Growth, unmeasured
from benchmarks.support.runs import SHORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from benchmarks.support.runs import Effort

__all__ = ["measure", "of_lane"]

_TESTS = Path(__file__).with_name("bench_page.py")


def measure(
    names: Sequence[str], effort: Effort
) -> tuple[dict[str, str], list[Figure], list[Growth]]:
    """Measure some figures, or all, in every browser.

    Returns:
        The machine, the figures, and the plots.
    """
    import pytest

    from benchmarks.support import machine

    wanted = [
        part for part, figures in PARTS.items() if not names or set(names) & {*figures.split()}
    ]
    kind = "short" if effort is SHORT else "full"
    tests = [f"{_TESTS}::test_measure[{part}-{kind}-{lane}]" for lane in _LANES for part in wanted]
    found = _Collector()
    options = ["-q", "-p", "no:cacheprovider", "--second-tries=0"]
    pytest.main([*options, *tests], plugins=[found])
    described = machine.describe() | found.browsers
    return described, found.figures, found.plots


def of_lane(lane: str, figure: Figure) -> Figure:
    """Return the figure with the browser in its case."""
    return replace(figure, case=f"{lane}, {figure.case}" if figure.case else lane)


_LANES = ("chromium", "firefox", "webkit")


class _Collector:
    """Collects the recorded figures, and the reasons for missing ones."""

    def __init__(self) -> None:
        self.browsers: dict[str, str] = {}
        self.figures: list[Figure] = []
        self.plots: list[Growth] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part, _, lane = report.nodeid.partition("[")[2].rstrip("]").split("-")
        if report.outcome != "passed":
            reason = report.longreprtext.strip().splitlines()[-1]
            self.figures.append(unmeasured(PARTS[part], part, lane, reason))
        if report.when != "call":
            return
        for kind, value in report.user_properties:
            if kind == "browser":
                self.browsers[lane] = str(value)
            elif kind == "Figure":
                self.figures.append(of_lane(lane, Figure(**json.loads(str(value)))))
            elif kind == "Growth":
                growth = Growth(**json.loads(str(value)))
                title = f"{growth.title}, in {lane}"
                self.plots.append(replace(growth, name=f"{growth.name}-{lane}", title=title))
