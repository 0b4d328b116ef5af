"""Updates the tables of `docs/faults.md`: `make fault-table`.

It runs the tests of faults in every lane and makes the tables of their records; see
`support.faults`. The records are kept in `.cache/`, so that one lane can run again alone:

    make fault-table ARGS="--lane vm"
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["PAGE", "Found", "Note", "collected", "expected", "listed", "rendered", "silent"]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "faults.md"
NOTES = ROOT / ".cache" / "fault-notes.json"
SECTION = re.compile(r"(?<=<!-- made by `make fault-table` -->\n).*?(?=<!-- end -->)", re.DOTALL)

_TITLES = {"camera": "Camera", "microphone": "Microphone", "process": "The program itself"}
_COLUMNS = (
    "| what happens | what the program sees | how soon | how it is tested |\n|---|---|---|---|"
)
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)
_BROWSERS = ("chromium", "firefox", "webkit", "oldpyodide")


class Marked(TypedDict):
    """A marked test in one lane."""

    device: str
    fault: str
    lane: str


class Note(Marked):
    """One record of a test."""

    test: str
    sees: str
    seconds: float | None


class Found(TypedDict):
    """The file of `--fault-notes`: the marked tests by their ids, and the records."""

    tests: dict[str, Marked]
    notes: list[Note]


@dataclass(slots=True)
class Row:
    """One line of a table: a fault, and one effect that programs see.

    Attributes:
        device: ``"camera"``, ``"microphone"`` or ``"process"``.
        fault: What happens.
        sees: What the program sees.
        lanes: The lanes that saw it, with the longest time in seconds, or None without a time.
    """

    device: str
    fault: str
    sees: str
    lanes: dict[str, float | None] = field(default_factory=dict[str, "float | None"])


def rows(notes: Iterable[Note]) -> list[Row]:
    """Return the lines of all tables, in the order of the tests."""
    found: dict[tuple[str, str, str], Row] = {}
    for note in notes:
        key = (note["device"], note["fault"], note["sees"])
        row = found.setdefault(key, Row(*key))
        before, now = row.lanes.get(note["lane"]), note["seconds"]
        row.lanes[note["lane"]] = now if before is None else max(before, now or 0)
    faults: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in found.values():
        faults[row.device, row.fault].append(row)
    together = [row for some in faults.values() for row in some]
    return sorted(together, key=lambda row: list(_TITLES).index(row.device))


def silent(found: Found) -> list[str]:
    """Return the ids of marked tests without a record: they failed or were skipped."""
    noted = {note["test"] for note in found["notes"]}
    return sorted(set(found["tests"]) - noted)


def rendered(notes: Iterable[Note]) -> str:
    """Return the tables, in Markdown."""
    parts: list[str] = []
    for device, some in groupby(rows(notes), key=lambda row: row.device):
        lines = [f"## {_TITLES[device]}", "", _COLUMNS]
        last = ""
        for row in some:
            fault = "" if row.fault == last else _cell(row.fault)
            last = row.fault
            ways = "; ".join(dict.fromkeys(way(device, lane) for lane in row.lanes))
            lines.append(f"| {fault} | {_cell(row.sees)} | {_how_soon(row.lanes)} | {ways} |")
        parts.append("\n".join(lines))
    return "\n" + "\n\n".join(parts) + "\n\n"


def listed(page: str) -> set[tuple[str, str, str]]:
    """Return what the tables of a page list: device, fault and way of testing."""
    (section,) = SECTION.findall(page)
    found: set[tuple[str, str, str]] = set()
    device = fault = ""
    for line in section.splitlines():
        if line.startswith("## "):
            (device,) = (name for name, title in _TITLES.items() if line == f"## {title}")
        elif line.startswith("| ") and line not in _COLUMNS:
            what, _, _, ways = (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1])
            fault = what or fault
            found |= {(device, fault, one) for one in ways.split("; ")}
    return found


def expected(tests: Iterable[Marked]) -> set[tuple[str, str, str]]:
    """Return what a page should list."""
    return {
        (test["device"], _cell(test["fault"]), way(test["device"], test["lane"])) for test in tests
    }


def way(device: str, lane: str) -> str:
    """Return a description of how a lane tests a device."""
    if lane in _BROWSERS:
        return "a web page with the browser's fake devices"
    microphone = device == "microphone"
    return {
        "cpython": "injected, by a fake device or library",
        "node": "injected, by a fake device, in Pyodide too",
        "pulse": "a real sound server's microphone",
        "pipewire": "a real sound server's microphone",
        "native": "a real sound server's microphone" if microphone else "a fake camera",
        "vm": f"a real {'ALSA sound card' if microphone else 'V4L2 camera'} in a virtual machine",
    }[lane]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


def _how_soon(lanes: Mapping[str, float | None]) -> str:
    """Return the longest time as text; a virtual machine is ten times slower, so it is separate."""
    here = [seconds for lane, seconds in lanes.items() if lane != "vm" and seconds is not None]
    parts = [f"{_rounded(max(here))} s"] if here else []
    if (there := lanes.get("vm")) is not None:
        parts.append(f"{_rounded(there)} s in the virtual machine")
    return ", ".join(parts)


def _rounded(seconds: float) -> str:
    """Round up to a round figure, so that another run gives the same text."""
    return f"{next((step for step in _STEPS if seconds <= step), round(seconds, -1)):g}"


def collected() -> dict[str, Marked]:
    """Return all marked tests of the checkout."""
    path = NOTES.with_suffix(".collected")
    _pytest("--collect-only", "-q", "-q", "--no-header", f"--fault-notes={path}")
    found: Found = json.loads(path.read_text(encoding="utf-8"))
    return found["tests"]


def _pytest(*options: str) -> int:
    command = [sys.executable, "-m", "pytest", "-m", "fault", *options]
    quiet = subprocess.DEVNULL if "--collect-only" in options else None
    return subprocess.run(command, cwd=ROOT, stdout=quiet, check=False).returncode


def _merged(old: Found, new: Found, tests: dict[str, Marked]) -> Found:
    """Return the newest records of each existing test."""
    fresh = {note["test"] for note in new["notes"]}
    kept = [note for note in old["notes"] if note["test"] not in fresh]
    order = list(tests)
    notes = [note for note in (*kept, *new["notes"]) if note["test"] in tests]
    return {"tests": tests, "notes": sorted(notes, key=lambda note: order.index(note["test"]))}


def main(options: Sequence[str]) -> int:
    """Run the tests, and write the page if every one of them has a record."""
    NOTES.parent.mkdir(exist_ok=True)
    path = NOTES.with_suffix(".new")
    code = _pytest("-q", "--no-header", f"--fault-notes={path}", *options)
    new: Found = json.loads(path.read_text(encoding="utf-8"))
    old: Found = {"tests": {}, "notes": []}
    if NOTES.exists():
        old = json.loads(NOTES.read_text(encoding="utf-8"))
    found = _merged(old, new, collected())
    NOTES.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if missing := silent(found):
        print("\nThe page was not written; these tests have no record yet:")
        print(*missing, sep="\n")
        return code or 1
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(SECTION.sub(lambda _: rendered(found["notes"]), page), encoding="utf-8")
    print(f"\n{PAGE} has {len(rows(found['notes']))} lines from {len(found['tests'])} tests")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
