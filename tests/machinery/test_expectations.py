"""The expectations of the lanes are about tests that there are."""

from __future__ import annotations

import pytest

from support.expectations import Expectation, expectations_of, unmatched

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("lane", ["chromium", "firefox", "webkit"])
def test_every_pattern_names_a_test(lane: str, request: pytest.FixtureRequest) -> None:
    conformance = [item for item in request.session.items if "conformance" in item.path.parts]
    if len({item.path for item in conformance}) < 20:
        pytest.skip("only some of the conformance tests were collected")
    assert list(unmatched(conformance, lane)) == []


def test_a_pattern_takes_brackets_as_they_are() -> None:
    one = Expectation(("a.py::test_b[[]x-*", "c.py::*"), "", "", "")
    assert not one.matches("a.py::test_b[x-1]")
    one = Expectation(("a.py::test_b[x-*",), "", "", "")
    assert one.matches("a.py::test_b[x-1]")
    assert not one.matches("a.py::test_b[y-1]")


def test_a_lane_without_a_file_expects_nothing() -> None:
    assert expectations_of("cpython") == ()
