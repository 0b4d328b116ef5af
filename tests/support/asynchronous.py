"""Runs `async def` tests, and fails those that do not clean up their event loop.

A test must leave no task behind, and no exception may reach the loop's exception handler, unless
the test is marked `@pytest.mark.untidy_loop("the reason")`. A test of the exception handler sets
one itself.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    # The argument of an exception handler.
    Context = dict[str, object]
    RunSync = Callable[[Coroutine[object, object, BaseException | None]], BaseException | None]

# pytest-timeout needs threads or signals, which Pyodide lacks.
_TEST_SECONDS = 60 if sys.platform == "emscripten" else None
# A full collection is slow in Pyodide, so collect only young objects, those of the test.
_COLLECTED = 0 if sys.platform == "emscripten" else 2
# A device takes a moment to close, and a cancelled task to end.
_CLEANUP_SECONDS = 3


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "untidy_loop(reason): the async test may leave tasks and loop errors behind"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run the test if it is a coroutine function."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    if sys.platform == "emscripten":
        # Imported by name, because type checkers do not find this module.
        run_sync: RunSync = import_module("pyodide.ffi").run_sync
        failure = run_sync(outcome_of(pyfuncitem))
    else:
        with asyncio.Runner(debug=False) as runner:
            failure = runner.run(outcome_of(pyfuncitem))
    if failure is not None:
        raise failure
    return True


async def outcome_of(pyfuncitem: pytest.Function) -> BaseException | None:
    """Run a test that is a coroutine function, and return its exception or None.

    It is not raised, because in Pyodide an exception that crosses JavaScript loses its type.
    """
    names = inspect.signature(pyfuncitem.obj).parameters
    test = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    tidy = pyfuncitem.get_closest_marker("untidy_loop") is None
    limit = pyfuncitem.get_closest_marker("timeout")
    seconds = limit.args[0] if limit is not None and _TEST_SECONDS is not None else _TEST_SECONDS
    return await _watched(_limited(test, seconds), tidy)


async def _limited(test: Coroutine[object, object, object], seconds: float | None) -> None:
    __tracebackhide__ = True
    async with asyncio.timeout(seconds):
        await test


async def _watched(test: Coroutine[object, object, object], tidy: bool) -> BaseException | None:
    """Run the test; return its exception, or one for what it left in the loop."""
    __tracebackhide__ = True
    loop = asyncio.get_running_loop()
    errors: list[Context] = []
    before = asyncio.all_tasks(loop)
    loop.set_exception_handler(lambda _, context: errors.append(context))
    try:
        await asyncio.create_task(test, name="the test")
    except BaseException as error:  # noqa: BLE001  (pytest reports every exception)
        return error
    finally:
        left = asyncio.all_tasks(loop) - before
        if left:
            _, left = await asyncio.wait(left, timeout=_CLEANUP_SECONDS if tidy else 0)
        # A task reports an exception that was never retrieved when it is garbage collected.
        gc.collect(_COLLECTED)
        loop.set_exception_handler(None)
        for task in left:
            task.cancel()
    return _leftovers(left, errors) if tidy else None


def _leftovers(left: set[asyncio.Task[object]], errors: list[Context]) -> BaseException | None:
    """Return the failure of a test that passed but did not clean up, or None."""
    if not left and not errors:
        return None
    lines = [f"left behind: {task!r}" for task in left]
    lines += [f"reached the loop's exception handler: {context}" for context in errors]
    failure = AssertionError("\n".join(lines))
    exceptions = [context.get("exception") for context in errors]
    failure.__cause__ = next((e for e in exceptions if isinstance(e, BaseException)), None)
    return failure
