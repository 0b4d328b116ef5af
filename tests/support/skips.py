"""Turns a skipped test into a failure in continuous integration.

CI can install every environment, so there a skip means that a test silently stopped testing. A test
that may be unable to run is marked `@pytest.mark.may_skip("the reason")`. A test for some
environments only names its lanes instead of skipping.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fail-on-skip",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="a skip that is not marked may_skip(reason) is a failure (the default when CI=true)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "may_skip(reason): --fail-on-skip lets this test skip")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return fail_forbidden_skip(item, report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _is_forbidden(collector, report):
        report.outcome = "failed"
        report.longrepr = _message(report)
    return report


def fail_forbidden_skip(item: pytest.Item, report: pytest.TestReport) -> pytest.TestReport:
    """Return the report, changed to a failure if it is a forbidden skip."""
    if not hasattr(report, "wasxfail") and _is_forbidden(item, report):
        report.outcome = "failed"
        report.longrepr = _message(report)
    return report


def _is_forbidden(
    node: pytest.Item | pytest.Collector, report: pytest.TestReport | pytest.CollectReport
) -> bool:
    return (
        report.skipped
        and bool(node.config.getoption("--fail-on-skip"))
        # Inside another environment, the host decides.
        and node.config.getoption("--inside") is None
        and node.get_closest_marker("may_skip") is None
    )


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return f"{reason}\n(a skip is a failure here; see tests/support/skips.py)"
