"""Holds the number of tests in each lane against `tests/lane_sizes.toml`, in a full run.

A misspelt folder, marker or option can take tests out of a lane, or a whole lane out of the run,
and all that is left passes. So a run of everything starts only if each lane has about as many tests
as are recorded. When tests were added or removed on purpose, record the new number.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import lanes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RECORDED", "problems", "recorded"]

RECORDED = Path(__file__).parent.parent / "lane_sizes.toml"
#: By how much a lane may grow or shrink before the number has to be recorded anew.
_TOLERANCE = 0.03


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _is_full_run(config):
        return
    chosen: list[str] = config.getoption("--lane") or list(lanes.LANES)
    expected = {lane: count for lane, count in recorded().items() if lane in chosen}
    if wrong := problems(Counter(map(lanes.lane_of, items)), expected):
        raise pytest.UsageError("\n".join([*wrong, f"if that is on purpose: {RECORDED.name}"]))


def _is_full_run(config: pytest.Config) -> bool:
    options = config.option
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and config.getoption("--inside") is None
        and not (options.keyword or options.markexpr or options.deselect or options.ignore)
    )


def recorded() -> dict[str, int]:
    """Return the recorded number of tests of each lane."""
    return dict(tomllib.loads(RECORDED.read_text(encoding="utf-8")))


def problems(counts: Mapping[str, int], expected: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the number of tests of each lane, a line for each lane.

    Args:
        counts: How many tests were collected for each lane.
        expected: How many there should be.
    """
    wrong = [f"the lane {lane!r} is not in the file" for lane in counts if lane not in expected]
    for lane, number in expected.items():
        found = counts.get(lane, 0)
        if abs(found - number) > max(1, _TOLERANCE * number):
            wrong.append(f"the lane {lane!r} has {found} tests, and {number} are recorded")
    return wrong
