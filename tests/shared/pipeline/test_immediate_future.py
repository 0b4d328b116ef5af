"""What a task waits for, to go on at once."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from mediadevices.pipeline.immediate_future import ImmediateFuture

_name: ContextVar[str] = ContextVar("name", default="nobody")


async def waiting(turn: ImmediateFuture, log: list[str]) -> None:
    _name.set("the task")
    try:
        await turn
        log.append(f"{_name.get()} went on")
    except asyncio.CancelledError:
        log.append("cancelled")
        raise


async def in_a_callback(function: object, *arguments: object) -> None:
    """Call a function while no task runs, as the browser calls one."""
    assert callable(function)
    called = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: called.set_result(function(*arguments)))
    await called


async def started(log: list[str]) -> tuple[ImmediateFuture, asyncio.Task[None]]:
    turn = ImmediateFuture(loop=asyncio.get_running_loop())
    task = asyncio.create_task(waiting(turn, log))
    await asyncio.sleep(0)
    return turn, task


async def test_the_task_goes_on_within_the_call_and_in_its_own_context() -> None:
    log: list[str] = []
    turn, task = await started(log)

    def give() -> None:
        turn.resolve(at_once=True)
        log.append("given")

    await in_a_callback(give)
    assert log == ["the task went on", "given"]
    await task


@pytest.mark.parametrize(("at_once", "in_a_task"), [(False, False), (False, True), (True, True)])
async def test_it_goes_on_later(at_once: bool, in_a_task: bool) -> None:
    """Where that was asked for, and while another task is running, as this test is."""
    log: list[str] = []
    turn, task = await started(log)

    def give() -> None:
        turn.resolve(at_once=at_once)
        log.append("given")

    if in_a_task:
        give()
    else:
        await in_a_callback(give)
    await task
    assert log == ["given", "the task went on"]


async def test_a_turn_that_was_given_before_is_not_waited_for() -> None:
    log: list[str] = []
    turn = ImmediateFuture(loop=asyncio.get_running_loop())
    turn.resolve(at_once=True)
    await waiting(turn, log)
    assert log == ["the task went on"]


async def test_the_task_can_be_cancelled() -> None:
    log: list[str] = []
    turn, task = await started(log)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (log, turn.cancelled()) == (["cancelled"], True)


async def test_it_can_be_cancelled_after_its_turn_was_given() -> None:
    log: list[str] = []
    turn, task = await started(log)
    turn.resolve(at_once=False)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (log, turn.cancelled()) == (["cancelled"], False)


async def test_a_time_limit_ends_it() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ImmediateFuture(loop=asyncio.get_running_loop())
