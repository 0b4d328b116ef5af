"""The conformance tests that fail in a lane, with the reason and proof that the engine causes it.

`tests/conformance/expectations/LANE.toml` is a list:

    [[expected]]
    tests = ["extensions/test_video_stats.py::*"]
    reason = "Firefox has no MediaStreamTrack.stats"
    failures = ["AssertionError: assert None is not None"]
    javascript = "'stats' in MediaStreamTrack.prototype"
    answer = "false"

A pattern is a test id without folder and lane; ``*`` matches anything. A listed test must fail in
its call, with one of the `failures`: regular expressions for the exception's name and the first
line of its message. Any other test must pass. The proof is plain JavaScript without this library: a
separate test runs it in the same page, and compares its value as JSON, or the name of the error
that it throws, with `answer`.
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
        tests: Patterns of their ids.
        reason: What the engine does instead.
        failures: Regular expressions for ``"Exception: first line"``.
        javascript: An expression that proves it; its value may be a promise.
        answer: Its value as JSON, or the name of its error.
    """

    tests: tuple[str, ...]
    reason: str
    failures: tuple[str, ...]
    javascript: str
    answer: str

    def matches(self, name: str) -> bool:
        """Return True if a test belongs to the group."""
        return any(_matches(pattern, name) for pattern in self.tests)

    def explains(self, failure: str) -> bool:
        """Return True if a test of the group may fail like this."""
        return any(compile_pattern(pattern).match(failure) for pattern in self.failures)


def expectations_of(lane: str) -> tuple[Expectation, ...]:
    """Return the expectations of a lane; none if it has no file."""
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
    """Mark the tests that are expected to fail in a lane; see `judge`."""
    known = expectations_of(lane)
    for item in items:
        if (name := _name(item)) is None:
            continue
        matching = [one for one in known if one.matches(name)]
        if matching:
            item.stash[_EXPECTED] = matching


def judge(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Change the report of an expected failure to "xfailed".

    A failing fixture and an unexpected exception remain failures; a test that passes becomes one.
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
    """Return the patterns that match no test."""
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
    # fnmatch would treat the brackets of a parameter as a set of characters.
    return compile_pattern(translate(pattern.replace("[", "[[]"))).match(name) is not None
