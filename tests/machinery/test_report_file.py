"""Reports from another environment arrive one by one, and whatever befalls it is told."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from support.child_process import ChildProcess
from support.report_file import RemoteFailure, follow

if TYPE_CHECKING:
    from pathlib import Path

    Run = tuple[ChildProcess, pytest.Config]


def report(config: pytest.Config, name: str, when: str) -> str:
    made = pytest.TestReport(
        nodeid=name,
        location=(name, 0, name),
        keywords={},
        outcome="passed",
        longrepr=None,
        when=when,
    )
    data = config.hook.pytest_report_to_serializable(config=config, report=made)
    return json.dumps(data)


def start(folder: Path, config: pytest.Config, tests: str, afterwards: str) -> ChildProcess:
    """Start a process that reports each of the tests, one letter each, and then does something."""
    lines = [report(config, name, when) for name in tests for when in ("setup", "call", "teardown")]
    script = f"""
import os, signal, sys, time
print("hello from there", flush=True)
with open({str(folder / "reports")!r}, "a") as file:
    for line in {lines!r}:
        file.write(line[:10])
        file.flush()
        time.sleep(0.01)
        file.write(line[10:] + chr(10))
        file.flush()
{afterwards}
"""
    return ChildProcess("there", [sys.executable, "-c", script], folder)


def test_every_report_arrives(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    process = start(tmp_path, pytestconfig, "ab", "sys.exit(1)")
    reports = list(follow(process, ["a", "b"], 20, pytestconfig))
    assert [(r.nodeid, r.when) for r in reports] == [
        (name, when) for name in "ab" for when in ("setup", "call", "teardown")
    ]
    assert process.poll() == 1


@pytest.mark.parametrize(
    ("afterwards", "story"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "ended with code -11"),
        ("sys.exit(0)", "ended with code 0"),
        ("time.sleep(60)", "took too long"),
    ],
    ids=["crash", "silent end", "hang"],
)
def test_what_came_before_a_failure_is_kept(
    tmp_path: Path, pytestconfig: pytest.Config, afterwards: str, story: str
) -> None:
    process = start(tmp_path, pytestconfig, "a", afterwards)
    reports = follow(process, ["a", "b"], 2, pytestconfig)
    assert [next(reports).nodeid for _ in range(3)] == ["a"] * 3
    with pytest.raises(RemoteFailure, match=f"there {story}[^$]*hello from there"):
        next(reports)
    assert process.poll() is not None


def test_a_crash_after_the_last_test_is_the_last_tests_failure(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    process = start(tmp_path, pytestconfig, "a", "os.abort()")
    reports = follow(process, ["a"], 20, pytestconfig)
    assert [next(reports).when for _ in range(2)] == ["setup", "call"]
    with pytest.raises(RemoteFailure, match="ended with code -6 after its last test"):
        next(reports)


def test_an_interruption_ends_the_process(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    process = start(tmp_path, pytestconfig, "a", "time.sleep(60)")
    reports = follow(process, ["a", "b"], 20, pytestconfig)
    next(reports)
    assert process.poll() is None
    reports.close()
    assert process.poll() == -9
