"""The table of the conformance tests: one line for each, one column for each environment.

    make conformance

runs the suite in every environment, writes the table to `docs/conformance-results.md`, and its
summary to the README. The plug-in `support.conformance_results` records the outcomes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from support.conformance_results import Outcome, Row
from support.expectations import FOLDER, expectations_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["page_of", "summary_of"]

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
# Commands that print a browser's version, and its pattern.
_BROWSERS = {
    ("chromium", "--version"): r"Chromium [\d.]+",
    ("firefox-esr", "--version"): r"Firefox [\w.]+",
    ("dpkg-query", "-Wf", "WebKitGTK ${Version}", "webkit2gtk-driver"): r"WebKitGTK [\d.]+",
}
_INTRODUCTION = """\
# Conformance: the results

Made by `make conformance`; please do not edit. The tests follow the public test suite of the
standard, group by group and name by name, rewritten in Python, with tests that it lacks.

{date}; {versions}."""
_LEGEND = """\
*The engine's failure*: the browser differs from the standard. Each group of these tests has a
reason and a line of plain JavaScript that shows it, and a test runs that line. *Not applicable*:
the environment cannot do what the test needs, such as unplugging a camera. *Desktop*: microphones
of a real sound server, and fake cameras. *Desktop, real camera*: V4L2 cameras and ALSA sound cards
of a kernel in a virtual machine; nothing is fake.

## Where the engines differ"""


def summary_of(rows: Sequence[Row]) -> str:
    """Return a table of the number of outcomes in each environment."""
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
    done = subprocess.run([*command, f"--conformance-results={results}"], cwd=_ROOT, check=False)
    if done.returncode not in {0, 1}:  # 1: some tests failed; the table shows them
        return done.returncode
    rows = [Row(**row) for row in json.loads(results.read_text())]
    _write(rows)
    print(summary_of(rows))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
