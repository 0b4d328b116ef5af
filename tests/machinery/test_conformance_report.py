"""The table of the conformance tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from support.conformance_results import Row
from tools.conformance_report import page_of, summary_of

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

ROWS = [
    Row("a.py::test_one", "cpython", "passed"),
    Row("a.py::test_one", "chromium", "engine"),
    Row("a.py::test_two[x|y]", "cpython", "failed"),
]


def test_the_summary_counts_what_is_there_and_what_is_not() -> None:
    lines = summary_of(ROWS).splitlines()
    assert lines[0].startswith("| 2 tests |")
    assert "| fake devices, CPython | 1 | 0 | 1 | 0 |" in lines
    assert "| Chromium | 0 | 1 | 0 | 1 |" in lines
    assert "| Firefox | 0 | 0 | 0 | 2 |" in lines


def test_the_page_has_a_line_for_each_test() -> None:
    page = page_of(ROWS, ["Chromium 1"], "2026-01-02")
    assert "2026-01-02; Chromium 1." in page
    assert "| `test_one` | ✓ | · | · | · | engine | · | · |" in page
    assert r"| `test_two[x\|y]` | **✗** | · | · | · | · | · | · |" in page


def test_the_plugin_notes_each_test_under_the_name_that_all_lanes_share(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    import subprocess
    import sys

    results = tmp_path / "results.json"
    chosen = "tests/conformance/extensions/test_background_blur.py"
    command = [sys.executable, "-m", "pytest", chosen, "--lane=cpython", "-q"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--conformance-results={results}"],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    rows = json.loads(results.read_text())
    assert len(rows) > 3
    assert {row["outcome"] for row in rows} == {"passed"}
    assert {row["lane"] for row in rows} == {"cpython"}
    assert all(row["test"].startswith("extensions/test_background_blur.py::") for row in rows)
    assert not any("cpython" in row["test"] for row in rows)
