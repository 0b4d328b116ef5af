"""Which conformance tests do not pass in a lane, why, and what shows that it is the engine's doing.

`tests/conformance/expectations/LANE.toml` is a list:

    [[expected]]
    tests = ["extensions/test_video_stats.py::*"]
    reason = "Firefox has no MediaStreamTrack.stats"
    failures = ["AssertionError: assert None is not None"]
    javascript = "'stats' in MediaStreamTrack.prototype"
    answer = "false"

A pattern names tests as pytest does, without the folder and without the lane; ``*`` stands for
anything. A test that fails must be expected to, and one that is expected to must fail, in its call
and with one of the `failures`: each is a regular expression for the name of the exception and the
first line of its message. The evidence is plain JavaScript, which knows nothing of this library: a
test of its own runs it in the same page and compares what `JSON.stringify` makes of its value, or
the name of the error that it throws.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from re import compile as compile_pattern
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "FOLDER",
    "Expectation",
    "described",
    "expectations_of",
    "judge",
    "mark_expected",
    "unmatched",
]

_EXPECTED = pytest.StashKey["list[Expectation]"]()

FOLDER = Path(__file__).parent.parent / "conformance"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A group of tests that fail for one reason.

    Attributes:
        tests: Patterns of their names.
        reason: What the engine does instead.
        failures: How the tests fail: regular expressions for ``"Exception: first line"``.
        javascript: An expression, possibly of a promise, that shows it.
        answer: What it gives, as JSON, or the name of the error.
    """

    tests: tuple[str, ...]
    reason: str
    failures: tuple[str, ...]
    javascript: str
    answer: str

    def matches(self, name: str) -> bool:
        """Return whether a test is one of these."""
        return any(_matches(pattern, name) for pattern in self.tests)

    def explains(self, failure: str) -> bool:
        """Return whether a test may fail like this."""
        return any(compile_pattern(pattern).match(failure) for pattern in self.failures)


def expectations_of(lane: str) -> tuple[Expectation, ...]:
    """Return what is expected of a lane; nothing where there is no file."""
    path = FOLDER / "expectations" / f"{lane}.toml"
    if not path.exists():
        return ()
    found = tomllib.loads(path.read_text(encoding="utf-8"))["expected"]
    return tuple(
        Expectation(
            tuple(one["tests"]),
            one["reason"],
            tuple(one["failures"]),
            one["javascript"],
            one["answer"],
        )
        for one in found
    )


def mark_expected(items: Iterable[pytest.Item], lane: str) -> None:
    """Note which tests are expected to fail in a lane; see `judge`."""
    known = expectations_of(lane)
    for item in items:
        if (name := _name(item)) is None:
            continue
        matching = [one for one in known if one.matches(name)]
        if matching:
            item.stash[_EXPECTED] = matching


def judge(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Make the report of an expected failure an "xfailed" one; any other outcome is a failure.

    A fixture that fails, an exception that is not expected, and a test that passes stay or become
    failures.
    """
    expected = item.stash.get(_EXPECTED, ())
    if not expected or report.when != "call" or report.skipped:
        return
    if call.excinfo is None:
        report.outcome = "failed"
        report.longrepr = f"it passes, but is expected to fail: {expected[0].reason}"
        return
    failure = described(call.excinfo.value)
    for one in expected:
        if one.explains(failure):
            report.outcome = "skipped"
            report.wasxfail = one.reason
            return
    known = "\n".join(pattern for one in expected for pattern in one.failures)
    report.sections.append(("not as expected", f"{failure}\nis none of\n{known}"))


def described(error: BaseException) -> str:
    """Return the name of an exception with the first line of its message."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def unmatched(items: Iterable[pytest.Item], lane: str) -> Sequence[str]:
    """Return the patterns that name no test any more."""
    names = {name for item in items if (name := _name(item)) is not None}
    return [
        pattern
        for one in expectations_of(lane)
        for pattern in one.tests
        if not any(_matches(pattern, name) for name in names)
    ]


def _name(item: pytest.Item) -> str | None:
    """Return the name of a conformance test without its folder; None for another test."""
    if not item.path.is_relative_to(FOLDER):
        return None
    folder = item.path.relative_to(FOLDER).as_posix()
    return f"{folder}::{item.nodeid.split('::', 1)[1]}"


def _matches(pattern: str, name: str) -> bool:
    # The brackets of a parameter stand for themselves.
    return compile_pattern(translate(pattern.replace("[", "[[]"))).match(name) is not None
