"""No lane shrinks, or is left out of a full run, without a word."""

from __future__ import annotations

import pytest

from support.lane_sizes import problems, recorded
from support.lanes import _BY_FOLDER, LANES

EXPECTED = {"cpython": 1000, "vm": 100}


def test_every_lane_is_recorded() -> None:
    assert set(recorded()) == set(LANES)


@pytest.mark.parametrize(
    ("counts", "complaint"),
    [
        ({"cpython": 1000, "vm": 100}, ""),
        ({"cpython": 1020, "vm": 98}, ""),
        ({"cpython": 960, "vm": 100}, "'cpython' has 960 tests, and 1000"),
        ({"cpython": 1040, "vm": 100}, "'cpython' has 1040 tests, and 1000"),
        ({"cpython": 1000}, "'vm' has 0 tests, and 100"),
        ({"cpython": 1000, "vm": 100, "new": 1}, "'new' is not in the file"),
    ],
)
def test_only_a_few_tests_may_come_or_go(counts: dict[str, int], complaint: str) -> None:
    wrong = problems(counts, EXPECTED)
    assert len(wrong) == bool(complaint)
    assert complaint in "".join(wrong)


@pytest.mark.parametrize("folder", _BY_FOLDER)
def test_every_folder_with_lanes_of_its_own_is_there(
    folder: str, pytestconfig: pytest.Config
) -> None:
    assert (pytestconfig.rootpath / folder).is_dir()
