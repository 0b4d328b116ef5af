"""The table of the conformance tests: one line for each, one column for each environment.

    make conformance

writes it to `docs/conformance-results.md`, and its summary to the README. As a plug-in this module
notes what each test did in each lane; run as a program it runs the tests and writes the page.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from support import lanes
from support.expectations import FOLDER, expectations_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pytest

__all__ = ["Row", "page_of", "summary_of"]

Outcome: TypeAlias = Literal["passed", "engine", "failed", "-"]

_ROOT = FOLDER.parent.parent
_PAGE = _ROOT / "docs" / "conformance-results.md"
_README = _ROOT / "README.md"
_BEGIN, _END = "<!-- conformance: begin -->", "<!-- conformance: end -->"
_COLUMNS: Mapping[str, str] = {
    "cpython": "fake devices, CPython",
    "node": "fake devices, Pyodide",
    "native": "desktop",
    "vm": "desktop, real camera",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "WebKitGTK",
}
_SIGNS: Mapping[Outcome, str] = {"passed": "✓", "engine": "engine", "failed": "**✗**", "-": "·"}
# What tells a browser's version, and how it says it.
_BROWSERS = {
    ("chromium", "--version"): r"Chromium [\d.]+",
    ("firefox-esr", "--version"): r"Firefox [\w.]+",
    ("dpkg-query", "-Wf", "WebKitGTK ${Version}", "webkit2gtk-driver"): r"WebKitGTK [\d.]+",
}
_INTRODUCTION = """\
# Conformance: the results

Made by `make conformance`; please do not edit. The tests follow the public test suite of the
standard, group by group and name by name, in Python and in our own words, with what it lacks.

{date}; {versions}."""
_LEGEND = """\
*The engine's failure*: the browser itself does otherwise than the standard says. Each group of
these has a reason and a line of plain JavaScript that shows the engine's own answer, and a test
runs that line. *Not applicable*: the world there cannot be made to do what the test needs, such as
a camera being unplugged. *Desktop*: the microphones of a real sound server, and fake cameras.
*Desktop, real camera*: the V4L2 cameras and the ALSA sound cards of a kernel in a virtual machine,
opened, unplugged and held by other programs like any others; nothing is fake.

## What the engines do otherwise"""
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
    """What a test did.

    Attributes:
        test: Its name without the lane.
        lane: The lane.
        outcome: ``"engine"`` is a failure that is the engine's.
    """

    test: str
    lane: str
    outcome: Outcome


class _Notes:
    """Notes the outcomes, and writes them in the end."""

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


def summary_of(rows: Sequence[Row]) -> str:
    """Return a table of how many tests did what in each environment."""
    counts = {lane: Counter(row.outcome for row in rows if row.lane == lane) for lane in _COLUMNS}
    tests = len({row.test for row in rows})
    lines = [
        f"| {tests} tests | passed | the engine's failure | failed | not applicable |",
        "|---|---|---|---|---|",
    ]
    for lane, name in _COLUMNS.items():
        count = counts[lane]
        rest = tests - sum(count.values())
        numbers = f"{count['passed']} | {count['engine']} | {count['failed']} | {rest}"
        lines.append(f"| {name} | {numbers} |")
    return "\n".join(lines)


def page_of(rows: Sequence[Row], versions: Sequence[str], date: str) -> str:
    """Return the whole page, as Markdown."""
    table: dict[str, dict[str, Outcome]] = {}
    for row in rows:
        table.setdefault(row.test, {})[row.lane] = row.outcome
    parts = [
        *_INTRODUCTION.format(date=date, versions=", ".join(versions)).split("\n\n"),
        summary_of(rows),
        *_LEGEND.split("\n\n"),
        *(_reasons(lane) for lane in _COLUMNS if expectations_of(lane)),
        "## Test by test",
    ]
    for file in sorted({test.partition("::")[0] for test in table}):
        parts.append(f"### {file.removesuffix('.py')}")
        lines = [
            "| test | " + " | ".join(_COLUMNS.values()) + " |",
            "|---|" + "---|" * len(_COLUMNS),
        ]
        for test, outcomes in table.items():
            if test.partition("::")[0] == file:
                name = test.partition("::")[2].replace("|", "\\|")
                cells = " | ".join(_SIGNS[outcomes.get(lane, "-")] for lane in _COLUMNS)
                lines.append(f"| `{name}` | {cells} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _reasons(lane: str) -> str:
    lines = [f"### {_COLUMNS[lane]}", ""]
    lines += [
        f"* {one.reason}: `{one.javascript}` gives `{one.answer}`." for one in expectations_of(lane)
    ]
    return "\n".join(lines)


def _versions() -> Iterable[str]:
    yield f"mediadevices {version('mediadevices')}"
    yield f"Python {sys.version.split()[0]}"
    for command, wanted in _BROWSERS.items():
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if found := re.search(wanted, done.stdout):
            yield found[0]


def _write(rows: Sequence[Row]) -> None:
    date = datetime.now(UTC).date().isoformat()
    _PAGE.write_text(page_of(rows, list(_versions()), date), encoding="utf-8")
    text = _README.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    if not rest:
        raise SystemExit(f"{_README}: there is no {_BEGIN} in it")
    _README.write_text(f"{before}{_BEGIN}\n{summary_of(rows)}\n{_END}{after}", encoding="utf-8")


def main() -> int:
    """Run the suite in every environment, and write the page and the summary."""
    results = _ROOT / ".cache" / "conformance.json"
    results.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", "tests/conformance", "-q", "--no-header", "-rfE"]
    code = subprocess.run([*command, f"--conformance-results={results}"], cwd=_ROOT, check=False)
    rows = [Row(**row) for row in json.loads(results.read_text())]
    _write(rows)
    print(summary_of(rows))
    return code.returncode


if __name__ == "__main__":
    sys.exit(main())
