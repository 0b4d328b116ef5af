"""A task that waits for an ImmediateFuture resumes at once, if possible."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from mediadevices.pipeline.immediate_future import ImmediateFuture

_name: ContextVar[str] = ContextVar("name", default="unset")


async def waiting(future: ImmediateFuture, log: list[str]) -> None:
    _name.set("the task")
    try:
        await future
        log.append(f"{_name.get()} resumed")
    except asyncio.CancelledError:
        log.append("cancelled")
        raise


async def in_a_callback(function: object, *arguments: object) -> None:
    """Call a function while no task runs, as a browser's callback does."""
    assert callable(function)
    called = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: called.set_result(function(*arguments)))
    await called


async def started(log: list[str]) -> tuple[ImmediateFuture, asyncio.Task[None]]:
    future = ImmediateFuture(loop=asyncio.get_running_loop())
    task = asyncio.create_task(waiting(future, log))
    await asyncio.sleep(0)
    return future, task


async def test_the_task_resumes_within_the_call_and_in_its_own_context() -> None:
    log: list[str] = []
    future, task = await started(log)

    def resolve() -> None:
        future.resolve(at_once=True)
        log.append("resolved")

    await in_a_callback(resolve)
    assert log == ["the task resumed", "resolved"]
    await task


@pytest.mark.parametrize(("at_once", "in_a_task"), [(False, False), (False, True), (True, True)])
async def test_the_task_resumes_later(at_once: bool, in_a_task: bool) -> None:
    """If requested, and also while another task is running, such as this test."""
    log: list[str] = []
    future, task = await started(log)

    def resolve() -> None:
        future.resolve(at_once=at_once)
        log.append("resolved")

    if in_a_task:
        resolve()
    else:
        await in_a_callback(resolve)
    await task
    assert log == ["resolved", "the task resumed"]


async def test_a_resolved_future_does_not_wait() -> None:
    log: list[str] = []
    future = ImmediateFuture(loop=asyncio.get_running_loop())
    future.resolve(at_once=True)
    await waiting(future, log)
    assert log == ["the task resumed"]


async def test_the_task_can_be_cancelled() -> None:
    log: list[str] = []
    future, task = await started(log)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (log, future.cancelled()) == (["cancelled"], True)


async def test_the_task_can_be_cancelled_after_the_result_was_set() -> None:
    log: list[str] = []
    future, task = await started(log)
    future.resolve(at_once=False)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (log, future.cancelled()) == (["cancelled"], False)


async def test_a_timeout_cancels_the_future() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ImmediateFuture(loop=asyncio.get_running_loop())
