"""The plug-ins in `support`, each run on a small suite of its own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

pytest_plugins = ["pytester"]

if TYPE_CHECKING:
    from collections.abc import Callable

    Outcome = Callable[..., pytest.RunResult]

TESTS = Path(__file__).parent.parent


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Run the source of a test module in a pytest that has the plug-ins."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ["gc_freeze", "timeout_stub", "asynchronous", "report_file", "lanes"]
    plugins += ["skips", "xfail_exceptions", "remote"]
    pytester.makeconftest(f"pytest_plugins = {[f'support.{name}' for name in plugins]}")

    def run(source: str, *options: str, path: str = "tests/test_it.py") -> pytest.RunResult:
        pytester.makeini(f"""
            [pytest]
            addopts = --import-mode=importlib -p no:cacheprovider -p no:asyncio
            pythonpath = {TESTS}
        """)
        file = pytester.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("import asyncio, pytest\n" + dedent(source))
        return pytester.runpytest_subprocess(*options)

    return run


def test_an_async_test_that_passes_passes_and_one_that_fails_fails(run: Outcome) -> None:
    result = run(
        """
        async def test_good(tmp_path):
            await asyncio.sleep(0)
            assert tmp_path.exists()
        async def test_bad():
            await asyncio.sleep(0)
            raise LookupError("so it is")
        async def test_skipping():
            pytest.skip("for a reason")
        """
    )
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*LookupError: so it is"])


def test_the_collector_of_garbage_finds_the_tests_objects_and_no_others(run: Outcome) -> None:
    result = run(
        """
        import gc, weakref
        class Knot: pass
        def test_it():
            knot = Knot()
            knot.itself = knot
            seen = weakref.ref(knot)
            assert any(found is knot for found in gc.get_objects())
            assert not any(found is pytest for found in gc.get_objects())
            del knot
            gc.collect()
            assert seen() is None
        """
    )
    result.assert_outcomes(passed=1)


LEFT_BEHIND = """
    {mark}
    async def test_it():
        global task
        task = asyncio.create_task(asyncio.sleep(60))
    """
LOOP_ERROR = """
    {mark}
    async def test_it():
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    """


@pytest.mark.parametrize(
    ("source", "story"),
    [(LEFT_BEHIND, "*left behind: <Task*"), (LOOP_ERROR, "*reached the loop's exception handler*")],
)
def test_an_async_test_must_leave_its_loop_tidy(run: Outcome, source: str, story: str) -> None:
    result = run(source.format(mark=""))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([story])


UNSEEN_EXCEPTION = """
    {mark}
    async def test_unseen():
        async def fail():
            raise LookupError("seen by the collector only")
        class Cycle:
            pass
        cycle = Cycle()
        cycle.self, cycle.task = cycle, asyncio.create_task(fail())
        await asyncio.sleep(0.01)
    """


def test_an_exception_that_only_the_garbage_collector_sees_is_a_failure(run: Outcome) -> None:
    result = run(UNSEEN_EXCEPTION.format(mark=""))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LookupError: seen by the collector only*"])


@pytest.mark.parametrize("source", [LEFT_BEHIND, LOOP_ERROR, UNSEEN_EXCEPTION])
def test_an_async_test_may_be_marked_untidy(run: Outcome, source: str) -> None:
    result = run(source.format(mark="@pytest.mark.untidy_loop('that is its subject')"))
    result.assert_outcomes(passed=1)


SKIPS = """
    @pytest.mark.skip(reason="no wish")
    def test_plain(): ...
    @pytest.mark.may_skip("it cannot be had everywhere")
    def test_allowed():
        pytest.skip("not here")
    @pytest.mark.xfail(reason="known", raises=AssertionError)
    def test_known():
        assert False
    """


def test_a_skip_is_a_skip(run: Outcome) -> None:
    run(SKIPS).assert_outcomes(skipped=2, xfailed=1)


def test_in_continuous_integration_a_skip_is_a_failure_unless_allowed(
    run: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = run(SKIPS)
    result.assert_outcomes(skipped=1, xfailed=1, errors=1)
    result.stdout.fnmatch_lines(["*no wish*"])


def test_an_expected_failure_names_its_exception(run: Outcome) -> None:
    result = run("@pytest.mark.xfail(reason='known')\ndef test_it():\n    1 / 0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_it: xfail() must name what it raises=*"])


def test_a_misspelt_ability_is_an_error(run: Outcome) -> None:
    source = "@pytest.mark.needs('unplugg')\ndef test_it(): ..."
    result = run(source, path="tests/conformance/test_it.py")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*test_it: needs() names no ability: unplugg*"])


def test_a_test_that_runs_nowhere_is_an_error(run: Outcome) -> None:
    source = "@pytest.mark.lanes('firefox')\n@pytest.mark.needs('unplug')\ndef test_it(): ..."
    result = run(source, path="tests/conformance/test_it.py")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*test_it: none of its lanes can do all that it needs*"])


def test_a_module_cannot_slip_away_either(run: Outcome) -> None:
    result = run("pytest.importorskip('no_such_module')", "--fail-on-skip")
    result.assert_outcomes(errors=1)


TWO = """
    def test_one(): ...
    @pytest.mark.parametrize("n", [1, 2])
    def test_two(n): ...
    @pytest.mark.lanes("cpython")
    def test_here_only(): ...
    """


def test_a_shared_test_is_an_item_in_each_of_its_lanes(run: Outcome) -> None:
    result = run(TWO, "--collect-only", "-q", path="tests/shared/test_it.py")
    collected = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert collected == [
        *("test_one", "test_two[1]", "test_two[2]", "test_here_only"),
        *("test_one[node]", "test_two[1-node]", "test_two[2-node]"),
    ]


@pytest.mark.parametrize(
    ("options", "collected"),
    [
        (["--lane=node", "-k", "one"], ["test_one[node]"]),
        (["tests/shared/test_it.py::test_two[2-node]"], ["test_two[2-node]"]),
        (["tests/shared/test_it.py::test_one"], ["test_one", "test_one[node]"]),
    ],
)
def test_lanes_and_remote_items_can_be_chosen(
    run: Outcome, options: list[str], collected: list[str]
) -> None:
    result = run(TWO, "--collect-only", "-q", *options, path="tests/shared/test_it.py")
    chosen = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert chosen == collected


def test_a_test_of_the_machine_runs_there_only(run: Outcome) -> None:
    result = run(TWO, "--collect-only", "-q", "--lane=vm", path="tests/native/vm/test_it.py")
    collected = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert collected == ["test_one", "test_two[1]", "test_two[2]"]


# Stands for an environment: it runs pytest in a process of its own.
ENVIRONMENT = """
    import sys
    from pathlib import Path
    from support import remote
    from support.child_process import ChildProcess
    from support.report_file import follow

    class There:
        name = "node"
        def __init__(self, root):
            self.root = root
        def available(self):
            return {unavailable!r}
        def run(self, node_ids, options, config):
            folder = self.root / f"exchange-{{len(list(self.root.glob('exchange-*')))}}"
            folder.mkdir()
            command = [sys.executable, "-m", "pytest", "--inside=node", "-v"]
            command += [f"--reports={{folder}}/reports", *options, *node_ids]
            yield from follow(ChildProcess("there", command, folder), node_ids, 50, config)

    remote.environment = lambda root, lane, configuration: There(root)
    """
REMOTE = """
    import os
    import sys

    def inside():
        return any("--inside" in word for word in sys.argv)
    def test_good():
        print("said there" if inside() else "said here")
    def test_bad():
        word = "there" if inside() else "here"
        assert word == "here"
    @pytest.mark.skipif("inside()", reason="not there")
    def test_skipped(): ...
    def test_last():
        if inside():
            os.abort()
    """
# What fails in the first of two environments, and passes in the second or does not.
DISTURBED = """
    import os
    import sys
    from pathlib import Path

    def first():
        return any(name in word for word in sys.argv for name in ("exchange-0",))
    def inside():
        return any("--inside" in word for word in sys.argv)
    def test_good():
        assert first() or not inside(), "it is run again although it passed"
    def test_disturbed():
        assert not first(), "somebody came in between"
    def test_broken():
        assert not inside(), "for ever"
    def test_crashing():
        if first():
            os.abort()
    def test_after_the_crash(): ...
    """


@pytest.fixture
def remotely(pytester: pytest.Pytester, run: Outcome) -> Outcome:
    """Run a shared test module here and in an environment that is there, or is not."""

    def remotely(
        *options: str, unavailable: str | None = None, source: str = REMOTE
    ) -> pytest.RunResult:
        conftest = pytester.path / "conftest.py"
        conftest.write_text(
            conftest.read_text().splitlines()[0]
            + dedent(ENVIRONMENT.format(unavailable=unavailable))
        )
        return run(source, "-rA", *options, path="tests/shared/test_it.py")

    return remotely


def test_results_from_another_environment_are_shown_as_if_from_here(remotely: Outcome) -> None:
    result = remotely("-k", "not last")
    result.assert_outcomes(passed=4, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: assert 'there' == 'here'*",
            "*said there*",
            "*cpython  3 passed*",
            "*node  *1 passed, 1 failed, 1 skipped*",
            "FAILED tests/shared/test_it.py::test_bad?node?*",
        ],
        consecutive=False,
    )


def test_when_another_environment_crashes_the_test_fails_with_its_last_words(
    remotely: Outcome,
) -> None:
    result = remotely("-k", "last or good", "--lane=node")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*there ended with code -6; the end of its output:"])


def test_a_test_that_was_disturbed_in_another_environment_has_a_second_try(
    remotely: Outcome,
) -> None:
    result = remotely("-k", "good or disturbed", "--lane=node", source=DISTURBED)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*passed at the second try*",
            "tests/shared/test_it.py::test_disturbed?node? - *somebody came in between*",
        ]
    )


def test_a_test_that_fails_twice_has_failed(remotely: Outcome) -> None:
    result = remotely("-k", "disturbed or broken", "--lane=node", source=DISTURBED)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: for ever"])
    result.stdout.no_fnmatch_line("tests/shared/test_it.py::test_broken*")


def test_a_crash_is_a_failure_of_all_that_were_not_reported(remotely: Outcome) -> None:
    result = remotely("-k", "good or crash", "--lane=node", source=DISTURBED)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*there ended with code -6*"])
    result.stdout.no_fnmatch_line("*passed at the second try*")


def test_after_a_crash_nothing_is_tried_again(remotely: Outcome) -> None:
    result = remotely("-k", "disturbed or crashing", "--lane=node", source=DISTURBED)
    result.assert_outcomes(failed=2)


def test_the_second_tries_are_those_of_the_whole_run(
    pytester: pytest.Pytester, remotely: Outcome
) -> None:
    """Two environments with one disturbed test each, and a single second try for both."""
    options = ("-k", "disturbed", "--lane=node", "--lane=native", "--second-tries=1")
    source = 'import pytest\npytestmark = pytest.mark.lanes("node", "native")\n' + dedent(DISTURBED)
    result = remotely(
        *options, source=source.replace('"exchange-0",', '"exchange-0", "exchange-2"')
    )
    result.assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize("options", [["--second-tries=1"], ["--second-tries=0"]])
def test_where_many_fail_none_is_tried_again(remotely: Outcome, options: list[str]) -> None:
    result = remotely(
        "-k", "good or disturbed or broken", "--lane=node", *options, source=DISTURBED
    )
    result.assert_outcomes(passed=1, failed=2)


def test_without_the_environment_its_tests_skip(remotely: Outcome) -> None:
    result = remotely("--lane=node", unavailable="it is not installed")
    result.assert_outcomes(skipped=4)
    result.stdout.fnmatch_lines(["SKIPPED*it is not installed"])


def test_in_continuous_integration_a_missing_environment_is_a_failure(remotely: Outcome) -> None:
    result = remotely("--lane=node", "--fail-on-skip", unavailable="it is not installed")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*it is not installed*"])


CONFIGURED = """
    def test_plain(): ...
    @pytest.mark.browser("denied")
    class TestDenied:
        def test_one(self): ...
        @pytest.mark.lanes("firefox")
        def test_two(self): ...
    def test_plain_too(): ...
    """


def test_a_test_of_the_web_page_runs_in_every_browser(run: Outcome) -> None:
    result = run(TWO, "--collect-only", "-q", "-k", "one", path="tests/pyodide/test_it.py")
    collected = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert collected == ["test_one[chromium]", "test_one[firefox]", "test_one[webkit]"]


def test_the_tests_of_one_configuration_stay_together(run: Outcome) -> None:
    options = ("--collect-only", "-q", "--lane=chromium", "--lane=firefox")
    source = 'pytestmark = pytest.mark.lanes("chromium", "firefox")' + dedent(CONFIGURED)
    result = run(source, *options, path="tests/pyodide/test_it.py")
    collected = [line.rpartition("::")[2] for line in result.outlines if "::" in line]
    assert collected == [
        *("test_plain[chromium]", "test_plain_too[chromium]", "test_one[chromium]"),
        *("test_plain[firefox]", "test_plain_too[firefox]", "test_one[firefox]", "test_two"),
    ]


@pytest.mark.parametrize(
    ("name", "story"),
    [
        ("denied", "*webkit has no configuration 'denied' (chromium, oldpyodide, firefox has it)*"),
        ("none", "*chromium has no configuration 'none' (no lane has it)*"),
    ],
)
def test_a_configuration_that_a_lane_has_not_is_an_error(
    run: Outcome, name: str, story: str
) -> None:
    source = f"@pytest.mark.browser({name!r})\ndef test_it(): ..."
    result = run(source, path="tests/pyodide/test_it.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([story])


# Stands for a browser: it says when it starts and when it ends.
BROWSER = """
    from support import remote

    class There:
        def __init__(self, lane, configuration):
            self.place = f"{lane} {configuration}"
        def available(self):
            return None
        def run(self, node_ids, options, config):
            print(f"starts {self.place}")
            try:
                for name in node_ids:
                    for when in ("setup", "call", "teardown"):
                        where = (name, 0, name)
                        yield pytest.TestReport(name, where, {}, "passed", None, when)
            finally:
                print(f"ends {self.place}")

    remote.environment = lambda root, lane, configuration: There(lane, configuration)
    """


def test_the_machine_starts_before_node_and_runs_beside_it(
    pytester: pytest.Pytester, run: Outcome
) -> None:
    conftest = pytester.path / "conftest.py"
    conftest.write_text(f"import pytest\n{conftest.read_text()}{dedent(BROWSER)}")
    options = ("--lane=node", "--lane=vm")
    source = 'pytestmark = pytest.mark.lanes("node", "vm")' + dedent(TWO)
    result = run(source, "-s", "-q", *options)
    result.assert_outcomes(passed=6)
    told = [word for word in result.outlines if word.lstrip(".").startswith(("starts", "ends"))]
    assert [word.lstrip(".").split()[:2] for word in told] == [
        ["starts", "vm"],
        ["starts", "node"],
        ["ends", "node"],
        ["ends", "vm"],
    ]


def test_one_browser_ends_before_the_next_one_starts(
    pytester: pytest.Pytester, run: Outcome
) -> None:
    conftest = pytester.path / "conftest.py"
    conftest.write_text(f"import pytest\n{conftest.read_text()}{dedent(BROWSER)}")
    source = 'pytestmark = pytest.mark.lanes("chromium", "firefox")' + dedent(CONFIGURED)
    result = run(source, "-s", "-q", path="tests/pyodide/test_it.py")
    result.assert_outcomes(passed=7)
    told = [word for word in result.outlines if word.lstrip(".").startswith(("starts", "ends"))]
    assert [word.lstrip(".") for word in told] == [
        f"{what} {lane} {configuration}"
        for lane in ("chromium", "firefox")
        for configuration in ("default", "denied")
        for what in ("starts", "ends")
    ]
