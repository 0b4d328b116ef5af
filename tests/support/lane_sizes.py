"""Compares the number of tests in each lane with `tests/lane_sizes.toml`, in a full run.

A misspelt folder, marker or option can remove tests from a lane, or a whole lane from the run, and
the other tests still pass. So a full run starts only if each lane has about the recorded number of
tests. When you add or remove tests on purpose, record the new number.
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
#: The relative change of a lane that needs no new number.
_TOLERANCE = 0.03


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _is_full_run(config):
        return
    chosen: list[str] = config.getoption("--lane") or list(lanes.LANES)
    expected = {lane: count for lane, count in recorded().items() if lane in chosen}
    if wrong := problems(Counter(map(lanes.lane_of, items)), expected):
        raise pytest.UsageError("\n".join([*wrong, f"if this is intended, change {RECORDED.name}"]))


def _is_full_run(config: pytest.Config) -> bool:
    options = config.option
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and config.getoption("--inside") is None
        and not (options.keyword or options.markexpr or options.deselect or options.ignore)
    )


def recorded() -> dict[str, int]:
    """Return the recorded number of tests in each lane."""
    return dict(tomllib.loads(RECORDED.read_text(encoding="utf-8")))


def problems(counts: Mapping[str, int], expected: Mapping[str, int]) -> list[str]:
    """Return a line for each lane with a wrong number of tests.

    Args:
        counts: The number of collected tests in each lane.
        expected: The recorded numbers.
    """
    wrong = [f"the lane {lane!r} is not in the file" for lane in counts if lane not in expected]
    for lane, number in expected.items():
        found = counts.get(lane, 0)
        if abs(found - number) > max(1, _TOLERANCE * number):
            wrong.append(f"the lane {lane!r} has {found} tests, and {number} are recorded")
    return wrong
