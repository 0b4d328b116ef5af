"""Records the outcome of each conformance test in each lane: ``--conformance-results=FILE``.

`tools.conformance_report` makes a table of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from support import lanes
from support.expectations import FOLDER

if TYPE_CHECKING:
    import pytest

__all__ = ["Outcome", "Row"]

Outcome: TypeAlias = Literal["passed", "engine", "failed", "-"]

_SUFFIX = re.compile(r"[\[-](?:" + "|".join(lanes.LANES) + r")\]$")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance-results", metavar="FILE", help="write what each conformance test did to FILE"
    )


def pytest_configure(config: pytest.Config) -> None:
    if path := config.getoption("--conformance-results"):
        config.pluginmanager.register(_Notes(Path(path)))


@dataclass(frozen=True, slots=True)
class Row:
    """The outcome of a test in one lane.

    Attributes:
        test: The test's id without the lane.
        lane: The lane.
        outcome: The outcome; ``"engine"`` is a failure that the engine causes.
    """

    test: str
    lane: str
    outcome: Outcome


class _Notes:
    """Records the outcomes and writes them at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, tuple[str, str]] = {}
        self._rows: dict[str, Row] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if item.path.is_relative_to(FOLDER):
                lane = lanes.lane_of(item)
                self._places[item.nodeid] = (_without_lane(item.nodeid), lane)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self._places:
            return
        if report.when != "call" and report.passed:
            return
        test, lane = self._places[report.nodeid]
        expected = report.skipped and hasattr(report, "wasxfail")
        outcome: Outcome = "passed" if report.passed else "engine" if expected else "failed"
        self._rows[report.nodeid] = Row(test, lane, outcome)

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(json.dumps([asdict(row) for row in self._rows.values()]))


def _without_lane(node_id: str) -> str:
    shortened = node_id.removeprefix("tests/conformance/")
    if _SUFFIX.search(shortened) is None:
        return shortened
    without = _SUFFIX.sub("", shortened)
    return f"{without}]" if "[" in without.rpartition("::")[2] else without
