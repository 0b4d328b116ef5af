"""Decides in which environments ("lanes") a test runs, selects lanes, and counts per lane.

    cpython   this Python, on this machine
    pulse     this Python, with a private PulseAudio server
    node      Pyodide under Node
    pipewire  the same tests as pulse, with a private PipeWire server
    native    the desktop's agent on a sound server's microphones, with fake cameras
    chromium, firefox, webkit
              a web page in that browser
    oldpyodide
              a page in Chromium, with an older Pyodide that has NumPy
    vm        a virtual machine with cameras and sound cards, and the desktop's agent

A test's folder decides, unless the test, its class or its module is marked:
`@pytest.mark.lanes("cpython")`. A test that runs in several lanes is several items:
`test_x.py::test_y` here and `test_x.py::test_y[node]` in Pyodide. The marker
`@pytest.mark.browser("denied")` chooses how its browser starts; `support.browsers.configurations`
lists the ways.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from support import abilities
from support.browsers.configurations import (
    BROWSERS,
    CONFIGURATIONS,
    DEFAULT,
    Configuration,
    lanes_with,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

__all__ = ["LANES", "LOCAL", "configuration_of", "lane_of", "lanes_of", "remote_lanes"]

# In the order of running. The first ones use this process; node and vm run side by side.
LOCAL = ("cpython", "pulse")
LANES = (*LOCAL, "pipewire", "native", *BROWSERS, "node", "vm")

_BY_FOLDER = {
    "tests/shared": ("cpython", "node"),
    "tests/conformance": ("cpython", "node", "native", "chromium", "firefox", "webkit", "vm"),
    "tests/pyodide": ("chromium", "firefox", "webkit"),
    "benchmarks/browser": ("chromium", "firefox", "webkit"),
    "tests/native/pulse": ("pulse", "pipewire"),
    "tests/native/vm": ("vm",),
}
_LANE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lanes", "environments in which the tests run")
    group.addoption(
        "--lane", action="append", choices=LANES, help="run only this lane (may be repeated)"
    )
    group.addoption(
        "--inside", choices=LANES, help="this process is already inside that lane's environment"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"lanes(*names): where the test runs, of {LANES}")
    config.addinivalue_line(
        "markers", f"browser(name): how a browser is started for the test, of {CONFIGURATIONS}"
    )
    config.pluginmanager.register(_Tally(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the chosen lanes, and sort the tests by lane and configuration."""
    chosen: Sequence[str] = config.getoption("--lane") or LANES
    dropped = [item for item in items if lane_of(item) not in chosen]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    kept = [item for item in items if lane_of(item) in chosen]
    items[:] = sorted(kept, key=_place)


def _place(item: pytest.Item) -> tuple[int, int]:
    return LANES.index(lane_of(item)), CONFIGURATIONS.index(configuration_of(item))


def lanes_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the lanes of a test, at least one."""
    marker = item.get_closest_marker("lanes")
    if marker is not None:
        unknown = set(marker.args) - set(LANES)
        if unknown or not marker.args:
            raise pytest.UsageError(f"{item.nodeid}: lanes() takes some of {', '.join(LANES)}")
        return _able(marker.args, item)
    folder = PurePath(item.path.relative_to(item.config.rootpath))
    for parent in folder.parents:
        if lanes := _BY_FOLDER.get(parent.as_posix()):
            return _able(lanes, item)
    return ("cpython",)


def _able(lanes: Sequence[str], item: pytest.Item) -> tuple[str, ...]:
    able = tuple(lane for lane in lanes if abilities.has_all(lane, item))
    if not able:
        raise pytest.UsageError(f"{item.nodeid}: none of its lanes can do all that it needs")
    return able


def remote_lanes(item: pytest.Item) -> tuple[str, ...]:
    """Return the lanes of a test that need another process."""
    if item.config.getoption("--inside"):
        return ()
    return tuple(lane for lane in lanes_of(item) if lane not in LOCAL)


def lane_of(item: pytest.Item) -> str:
    """Return the lane of an item."""
    if _LANE not in item.stash:
        inside = item.config.getoption("--inside")
        local = (lane for lane in lanes_of(item) if lane in LOCAL)
        item.stash[_LANE] = inside or next(local, LOCAL[0])
    return item.stash[_LANE]


def configuration_of(item: pytest.Item) -> Configuration:
    """Return the configuration of an item's browser; the default one in other lanes."""
    lane = lane_of(item)
    marker = item.get_closest_marker("browser")
    if marker is None or lane not in BROWSERS:
        return DEFAULT
    if len(marker.args) != 1 or marker.kwargs:
        raise pytest.UsageError(f"{item.nodeid}: browser() takes one configuration")
    for name in CONFIGURATIONS:
        if name == marker.args[0] and lane in lanes_with(name):
            return name
    having = ", ".join(lanes_with(marker.args[0])) or "no lane"
    raise pytest.UsageError(
        f"{item.nodeid}: {lane} has no configuration {marker.args[0]!r} ({having} has it);"
        " name the test's lanes with @pytest.mark.lanes(...)"
    )


def set_lane(item: pytest.Item, lane: str) -> None:
    """Set the lane of an item."""
    item.stash[_LANE] = lane


class _Tally:
    """Counts outcomes and time, and adds a line for each lane to the terminal's summary."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._outcomes: dict[str, Counter[str]] = {}
        self._testing: defaultdict[str, float] = defaultdict(float)
        self._elapsed: defaultdict[str, float] = defaultdict(float)
        self._lane = LOCAL[0]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._lane = lane_of(item)
        start = time.monotonic()
        try:
            return (yield)
        finally:
            self._elapsed[self._lane] += time.monotonic() - start

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        status = self._config.hook.pytest_report_teststatus(report=report, config=self._config)
        outcomes = self._outcomes.setdefault(self._lane, Counter())
        if status[0]:
            outcomes[status[0]] += 1
        self._testing[self._lane] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._outcomes:
            return
        terminalreporter.section("lanes")
        for lane in sorted(self._outcomes, key=LANES.index):
            counts = ", ".join(f"{n} {outcome}" for outcome, n in self._outcomes[lane].items())
            line = f"{lane:8} {counts}"
            if self._elapsed[lane]:  # 0 where pytest-xdist ran the tests in other processes
                line += f" in {self._elapsed[lane]:.1f} s"
            terminalreporter.line(f"{line} (the tests themselves {self._testing[lane]:.1f} s)")
