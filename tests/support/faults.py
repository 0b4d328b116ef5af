"""Records what a program sees of a fault; `tools.fault_table` makes the table of the records.

    @pytest.mark.fault("camera", "unplugged while it streams")
    async def test_it(fault: FaultNotes) -> None:
        started = time.monotonic()
        unplug()
        await track.wait_for("ended")
        fault.sees("`ended`, and `NotReadableError` in the log", time.monotonic() - started)

A test calls `sees` after it has checked what it records. A marked test without a call fails. The
records are part of the reports, so they arrive from every environment.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import lanes

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FaultNotes"]

_KEY = "fault"


class FaultNotes:
    """The records of one test."""

    def __init__(self, item: pytest.Item, device: str, what: str) -> None:
        self._item = item
        self._common = {"device": device, "fault": what}
        self.made = 0

    def sees(self, what: str, seconds: float | None = None) -> None:
        """Record what the program has just seen.

        Args:
            what: The event, error or state, in Markdown.
            seconds: The time since the fault; None if it does not matter.
        """
        self.made += 1
        note = {**self._common, "sees": what, "seconds": seconds}
        self._item.user_properties.append((_KEY, json.dumps(note)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fault-notes",
        metavar="FILE",
        help="write the tests of faults, and what they saw, to FILE",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        'fault(device, what): the test is about a fault of a "camera", "microphone" or "process"',
    )
    if path := config.getoption("--fault-notes"):
        config.pluginmanager.register(_Notebook(Path(path)))


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Iterator[FaultNotes]:
    """Return the recorder for a test that is marked ``fault(device, what)``."""
    item: pytest.Item = request.node
    marker = item.get_closest_marker("fault")
    if marker is None or len(marker.args) != 2:
        raise pytest.UsageError(f"{item.nodeid}: mark it with fault(device, what)")
    notes = FaultNotes(item, *marker.args)
    yield notes
    assert notes.made, "it must call fault.sees()"


class _Notebook:
    """Collects the marked tests and the records of those that passed, and writes both."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tests: dict[str, dict[str, str]] = {}
        self._notes: list[dict[str, object]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if (marker := item.get_closest_marker("fault")) is not None:
                device, what = marker.args
                lane = lanes.lane_of(item)
                self._tests[item.nodeid] = {"device": device, "fault": what, "lane": lane}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" or not report.passed:
            return
        for key, value in report.user_properties:
            if key == _KEY:
                where = {"test": report.nodeid, "lane": self._tests[report.nodeid]["lane"]}
                self._notes.append({**json.loads(str(value)), **where})

    def pytest_sessionfinish(self) -> None:
        found = {"tests": self._tests, "notes": self._notes}
        self._path.write_text(json.dumps(found, indent=1), encoding="utf-8")
