"""Runs pytest in a web page, where code can await a coroutine but not block until it ends.

Pytest's function for a test returns when the test has ended. Under Node, Pyodide can switch stacks,
so that function can block until a coroutine ends; WebKit cannot. So this module repeats two of
pytest's functions with an `await`: the protocol of one test, and the call of the test function.
Everything else (collection, fixtures, plug-ins, reports) is pytest's own.
"""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from _pytest import runner, timing
from _pytest.config import _prepareconfig  # pyright: ignore[reportPrivateUsage]  (pytest's own)

from support.page import post

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import pluggy

    class CallAndReport(Protocol):
        """The type of pytest's function, which is not fully annotated."""

        def __call__(
            self, item: pytest.Item, when: str, **arguments: object
        ) -> pytest.TestReport: ...


__all__ = ["run"]

call_and_report: CallAndReport = getattr(runner, "call_and_report")  # noqa: B009  (untyped)


async def run(arguments: Sequence[str]) -> int:
    """Run pytest, send the report of every test to the host, and return pytest's exit code."""
    config = _prepareconfig(list(arguments))
    session = pytest.Session.from_config(config)
    session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    reports = _Reports(config)
    try:
        config._do_configure()  # pyright: ignore[reportPrivateUsage]  (pytest's own)
        config.pluginmanager.register(reports)
        config.hook.pytest_sessionstart(session=session)
        config.hook.pytest_collection(session=session)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            # If the page hangs, the host must know which test was running.
            await post("/started", item.nodeid)
            await _protocol(item, following)
            await reports.send()
        session.exitstatus = int(session.testsfailed > 0)
    finally:
        config.hook.pytest_sessionfinish(session=session, exitstatus=session.exitstatus)
        config._ensure_unconfigure()  # pyright: ignore[reportPrivateUsage]  (pytest's own)
    return int(session.exitstatus)


class _Reports:
    """Collects the reports of a test, and sends them when the test has ended."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._lines.append(json.dumps(data))

    async def send(self) -> None:
        lines, self._lines = self._lines, []
        await post("/reports", "\n".join(lines))


async def _protocol(item: pytest.Item, following: pytest.Item | None) -> None:
    """Do what `_pytest.runner.pytest_runtest_protocol` does."""

    async def protocol() -> bool:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        if call_and_report(item, "setup").passed:
            await _call_and_report(item)
        call_and_report(item, "teardown", nextitem=following)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        item._request = False  # type: ignore[attr-defined]  # pytest's own
        item.funcargs = None  # type: ignore[attr-defined]  # pytest's own
        return True

    hook = item.ihook.pytest_runtest_protocol
    await _call(hook, runner.pytest_runtest_protocol, protocol, item=item, nextitem=following)


async def _call_and_report(item: pytest.Item) -> None:
    """Do what `_pytest.runner.call_and_report` does, for the phase "call"."""
    __tracebackhide__ = True

    async def call() -> None:
        __tracebackhide__ = True
        # Imported here, after pytest has rewritten the assertions of this plug-in.
        from support.asynchronous import outcome_of

        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            runner._update_current_test_var(item, "call")  # pyright: ignore[reportPrivateUsage]  (pytest's own)
            failure = await outcome_of(item)
            if failure is not None:
                raise failure
        else:
            runner.pytest_runtest_call(item)

    before = timing.Instant()
    failure: BaseException | None = None
    try:
        await _call(item.ihook.pytest_runtest_call, runner.pytest_runtest_call, call, item=item)
    except BaseException as error:  # noqa: BLE001  (the report says what it means)
        failure = error
    from support.page_errors import errors_left_by

    failure = failure or await errors_left_by(item)

    def again() -> None:
        __tracebackhide__ = True
        if failure is not None:
            raise failure

    call_info = pytest.CallInfo[None].from_call(
        again, when="call", reraise=runner.get_reraise_exceptions(item.config)
    )
    took = before.elapsed()
    call_info.start, call_info.stop = took.start.time, took.stop.time
    call_info.duration = took.seconds
    report = item.ihook.pytest_runtest_makereport(item=item, call=call_info)
    item.ihook.pytest_runtest_logreport(report=report)


async def _call(
    hook: pluggy.HookCaller,
    replaced: Callable[..., object],
    instead: Callable[[], Awaitable[object]],
    **arguments: object,
) -> object:
    """Call a hook like pluggy, with an awaitable instead of one implementation.

    Args:
        hook: The hook.
        replaced: The implementation to replace.
        instead: The awaitable for it.
        arguments: The hook's arguments.
    """
    __tracebackhide__ = True
    implementations = hook.get_hookimpls()[::-1]
    first_result = bool(hook.spec and hook.spec.opts.get("firstresult"))

    def apply(implementation: pluggy.HookImpl) -> Any:
        if implementation.hookwrapper:
            raise NotImplementedError(f"{implementation} is an old-style wrapper of {hook.name}")
        return implementation.function(*(arguments[name] for name in implementation.argnames))

    result: object = None
    failure: BaseException | None = None
    entered: list[Any] = []
    try:
        for wrapper in (i for i in implementations if i.wrapper or i.hookwrapper):
            generator = apply(wrapper)
            next(generator)
            entered.append(generator)
        for plain in (i for i in implementations if not (i.wrapper or i.hookwrapper)):
            result = await instead() if plain.function is replaced else apply(plain)
            if first_result and result is not None:
                break
    except BaseException as error:  # noqa: BLE001  (it goes through the wrappers)
        failure = error
    for generator in reversed(entered):
        try:
            if failure is None:
                generator.send(result)
            else:
                generator.throw(failure)
        except StopIteration as end:
            result, failure = end.value, None
        except BaseException as error:  # noqa: BLE001  (it goes through the other wrappers)
            failure = error
    if failure is not None:
        raise failure
    return result
