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
    one = Expectation(("a.py::test_b[[]x-*", "c.py::*"), "", (), "", "")
    assert not one.matches("a.py::test_b[x-1]")
    one = Expectation(("a.py::test_b[x-*",), "", (), "", "")
    assert one.matches("a.py::test_b[x-1]")
    assert not one.matches("a.py::test_b[y-1]")


def test_a_lane_without_a_file_expects_nothing() -> None:
    assert expectations_of("cpython") == ()


JUDGED = """
    import pytest
    from support import expectations

    KNOWN = expectations.Expectation((), "the engine's way", ("KeyError: 'width'$",), "", "")

    def pytest_collection_modifyitems(items):
        for item in items:
            item.stash[expectations._EXPECTED] = [KNOWN]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(item, call):
        report = yield
        expectations.judge(item, call, report)
        return report
    """
OUTCOMES = """
    import pytest

    @pytest.fixture
    def broken():
        raise KeyError("width")

    def test_as_expected():
        {}["width"]
    def test_another_exception():
        1 / 0
    def test_another_message():
        {}["height"]
    def test_a_broken_fixture(broken): ...
    def test_it_passes(): ...
    """


def test_only_the_expected_failure_is_an_expected_failure(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(JUDGED)
    pytester.makepyfile(OUTCOMES)
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "no:asyncio", "-rA")
    result.assert_outcomes(xfailed=1, failed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ZeroDivisionError: division by zero*",
            "*is none of*",
            "*it passes, but is expected to fail: the engine's way*",
        ]
    )
