"""A soak tells what leaked, what hung and what it survived."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tools.soak.program import HungError, deadline
from tools.soak.soak import GROWTH, Measure, Report, leaks


def test_whatever_there_is_more_of_in_the_end_has_leaked() -> None:
    start = Measure(20, 10, 100.0)
    assert leaks(start, Measure(20, 9, 100.0 + GROWTH)) == []
    assert leaks(start, Measure(22, 11, 101.0 + GROWTH)) == [
        "leaked: 2 descriptors",
        "leaked: 1 threads",
        f"leaked: {GROWTH + 1} megabytes",
    ]


async def test_what_takes_too_long_hangs() -> None:
    with pytest.raises(HungError, match="sleeping"):
        async with deadline("sleeping", 0.01):
            await asyncio.sleep(10)


def test_a_report_counts_what_was_survived_and_says_whether_all_is_well() -> None:
    survived = Counter({"camera unplugged": 3, "a call cancelled": 2})
    measure = Measure(20, 10, 100.0)
    report = Report(survived, Counter(ended=1), measure, measure, [])
    lines = [line.split() for line in report.lines()]
    assert ["faults", "survived", "5"] in lines
    assert ["descriptors", "20", "20"] in lines
    assert report.lines()[-1].startswith("Nothing hung")
    leaking = Report(survived, Counter(), measure, measure, ["leaked: 1 threads"])
    assert leaking.lines()[-1] == "leaked: 1 threads"
