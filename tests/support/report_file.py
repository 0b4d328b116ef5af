"""Pytest's reports as lines of JSON: written inside another environment, followed on the host."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator

    import pytest

__all__ = ["RemoteFailure", "RemoteProcess", "epitaph", "follow", "report_of"]

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
    """Appends each report, so that those before a crash are not lost."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self._config = config
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(data) + "\n")


class RemoteFailure(Exception):
    """The environment ended before it had reported every test, or ended badly."""


class RemoteProcess(Protocol):
    """What runs pytest elsewhere."""

    @property
    def name(self) -> str:
        """The environment's name."""
        ...

    @property
    def reports(self) -> Path:
        """The file that the reports go to."""
        ...

    @property
    def console(self) -> Path:
        """The file that everything it prints goes to."""
        ...

    def poll(self) -> int | None:
        """Return pytest's exit code, another number when it never came to one, or None before."""
        ...

    def stop(self) -> None:
        """End it now, if it has not ended."""


def follow(
    process: RemoteProcess,
    node_ids: Collection[str],
    seconds: float,
    config: pytest.Config,
) -> Generator[pytest.TestReport]:
    """Yield the reports of the tests as they come, and see the process to its end.

    Args:
        process: What runs the tests.
        node_ids: The tests that are to be reported.
        seconds: The time that it may take as a whole.
        config: The configuration here, which reads the reports.

    Raises:
        RemoteFailure: It took too long, or it ended without having reported them all, or it ended
            badly after that; with the end of what it printed. The last report is not given then.
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
        raise RemoteFailure(_epitaph(process, f"ended with code {process.poll()}"))
    finally:
        process.stop()


def report_of(line: str, config: pytest.Config) -> pytest.TestReport:
    """Return the report that a line of JSON stands for."""
    data: dict[str, object] = json.loads(line)
    if isinstance(data["longrepr"], list):  # where a skip was; JSON has no tuples
        data["longrepr"] = tuple(cast("list[object]", data["longrepr"]))
    report: pytest.TestReport = config.hook.pytest_report_from_serializable(
        config=config, data=data
    )
    return report


def epitaph(console: Path, what: str) -> str:
    """Return what happened, with the end of what was printed."""
    text = console.read_text(errors="replace") if console.exists() else ""
    tail = "\n".join(text.splitlines()[-_CONSOLE_LINES:])
    return f"{what}; the end of what it printed:\n{tail}"


def _lines(process: RemoteProcess, deadline: float) -> Iterator[str]:
    """Yield whole lines until the process has ended and nothing is left."""
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
                raise RemoteFailure(_epitaph(process, "took too long"))
            time.sleep(_POLL_SECONDS)


def _await_end(process: RemoteProcess, deadline: float) -> None:
    while (code := process.poll()) is None:
        if time.monotonic() > deadline:
            raise RemoteFailure(_epitaph(process, "does not end after its last test"))
        time.sleep(_POLL_SECONDS)
    if code not in _ORDERLY:
        raise RemoteFailure(_epitaph(process, f"ended with code {code} after its last test"))


def _epitaph(process: RemoteProcess, what: str) -> str:
    return epitaph(process.console, f"{process.name} {what}")
