"""Pytest's reports as lines of JSON: an environment writes them, and the host reads them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator

    import pytest

__all__ = ["RemoteFailure", "RemoteProcess", "failure_text", "follow", "report_of"]

_POLL_SECONDS = 0.05
_END_SECONDS = 30
_CONSOLE_LINES = 120
# Pytest's own exit codes for "all passed" and "some failed".
_ORDERLY = (0, 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reports", metavar="FILE", help="write each test report to FILE as JSON")


def pytest_configure(config: pytest.Config) -> None:
    if path := config.getoption("--reports"):
        config.pluginmanager.register(_Writer(config, Path(path)))


class _Writer:
    """Writes each report at once, so that a crash loses none."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self._config = config
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(data) + "\n")


class RemoteFailure(Exception):
    """The environment ended before all tests were reported, or crashed afterwards."""


class RemoteProcess(Protocol):
    """A process that runs pytest in an environment."""

    @property
    def name(self) -> str:
        """The environment's name."""
        ...

    @property
    def reports(self) -> Path:
        """The file with the reports."""
        ...

    @property
    def console(self) -> Path:
        """The file with the output of the process."""
        ...

    def poll(self) -> int | None:
        """Return pytest's exit code, another number if pytest had none, or None while running."""
        ...

    def stop(self) -> None:
        """End the process if it still runs."""


def follow(
    process: RemoteProcess,
    node_ids: Collection[str],
    seconds: float,
    config: pytest.Config,
) -> Generator[pytest.TestReport]:
    """Yield the reports of the tests, and wait for the end of the process.

    Args:
        process: The process that runs the tests.
        node_ids: The tests to be reported.
        seconds: The time limit for all of them.
        config: The configuration of the host, which parses the reports.

    Raises:
        RemoteFailure: The process took too long, ended before all tests were reported, or crashed
            after that; the message has the end of its output. The last report is then withheld.
    """
    deadline = time.monotonic() + seconds
    waiting = set(node_ids)
    try:
        for line in _lines(process, deadline):
            report = report_of(line, config)
            if report.when == "teardown":
                waiting.discard(report.nodeid)
                if not waiting:
                    _await_end(process, min(deadline, time.monotonic() + _END_SECONDS))
            yield report
            if not waiting:
                return
        raise RemoteFailure(_failure_text(process, f"ended with code {process.poll()}"))
    finally:
        process.stop()


def report_of(line: str, config: pytest.Config) -> pytest.TestReport:
    """Return the report in a line of JSON."""
    data: dict[str, object] = json.loads(line)
    if isinstance(data["longrepr"], list):  # of a skip; JSON has no tuples
        data["longrepr"] = tuple(cast("list[object]", data["longrepr"]))
    report: pytest.TestReport = config.hook.pytest_report_from_serializable(
        config=config, data=data
    )
    return report


def failure_text(console: Path, what: str) -> str:
    """Return what happened and the end of the output."""
    text = console.read_text(errors="replace") if console.exists() else ""
    tail = "\n".join(text.splitlines()[-_CONSOLE_LINES:])
    return f"{what}; the end of its output:\n{tail}"


def _lines(process: RemoteProcess, deadline: float) -> Iterator[str]:
    """Yield complete lines until the process has ended and all are read."""
    process.reports.touch()
    with process.reports.open(encoding="utf-8") as file:
        part = ""
        while True:
            ended = process.poll() is not None
            part += file.read()
            *whole, part = part.split("\n")
            yield from whole
            if ended:
                return
            if time.monotonic() > deadline:
                raise RemoteFailure(_failure_text(process, "took too long"))
            time.sleep(_POLL_SECONDS)


def _await_end(process: RemoteProcess, deadline: float) -> None:
    while (code := process.poll()) is None:
        if time.monotonic() > deadline:
            raise RemoteFailure(_failure_text(process, "does not end after its last test"))
        time.sleep(_POLL_SECONDS)
    if code not in _ORDERLY:
        raise RemoteFailure(_failure_text(process, f"ended with code {code} after its last test"))


def _failure_text(process: RemoteProcess, what: str) -> str:
    return failure_text(process.console, f"{process.name} {what}")
