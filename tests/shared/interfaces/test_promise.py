"""The futures of the API: started at the call, settled once, cancelled in both directions."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from mediadevices import InvalidStateError, navigator
from mediadevices.testing import install_fake_devices
from mediadevices.webidl import promise

if TYPE_CHECKING:
    from collections.abc import Callable


def future() -> asyncio.Future[int]:
    return asyncio.get_running_loop().create_future()


async def test_then_returns_the_result_of_the_function() -> None:
    source = future()
    result = promise.then(source, lambda value: value + 1)
    source.set_result(1)
    assert await result == 2
    assert await promise.then(promise.resolved(1), str) == "1"


async def test_an_error_is_passed_on() -> None:
    source = future()
    result = promise.then(source, str)
    source.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await result
    assert promise.then(promise.rejected(LookupError()), str).exception() is not None


async def test_an_error_of_the_function_becomes_the_error_of_the_future() -> None:
    def broken(_: int) -> int:
        raise ZeroDivisionError

    source = future()
    result = promise.then(source, broken)
    source.set_result(1)
    with pytest.raises(ZeroDivisionError):
        await result


async def test_cancelling_the_result_cancels_the_source() -> None:
    source = future()
    result = promise.then(source, str)
    result.cancel()
    await asyncio.sleep(0)
    assert source.cancelled()


async def test_cancelling_the_source_cancels_the_result() -> None:
    source = future()
    result = promise.then(source, str)
    source.cancel()
    with pytest.raises(asyncio.CancelledError):
        await result


async def test_a_result_after_cancellation_is_discarded() -> None:
    source, discarded = future(), []
    result = promise.then(source, str, discarded.append)
    source.set_result(5)
    result.cancel()
    await asyncio.sleep(0)
    assert discarded == [5]


async def test_a_result_is_discarded_when_the_function_fails() -> None:
    def broken(_: int) -> int:
        raise ZeroDivisionError

    discarded: list[int] = []
    source = future()
    result = promise.then(source, broken, discarded.append)
    source.set_result(5)
    with pytest.raises(ZeroDivisionError):
        await result
    assert discarded == [5]


async def test_an_error_after_cancellation_is_ignored() -> None:
    source = future()
    result = promise.then(source, str)
    source.set_exception(ZeroDivisionError())
    result.cancel()
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: reported.append(context)
    )
    await asyncio.sleep(0)
    del source
    gc.collect()
    assert result.cancelled()
    assert reported == []


async def test_a_shielded_future_is_left_alone() -> None:
    source = future()
    shield = promise.shielded(source)
    shield.cancel()
    await asyncio.sleep(0)
    assert not source.cancelled()
    source.set_exception(ZeroDivisionError())  # ignored, because the other future is cancelled
    await asyncio.sleep(0)


@pytest.mark.parametrize("late", [True, False])
async def test_a_shielded_future_passes_the_outcome_on(late: bool) -> None:
    def outcome(settle: Callable[[asyncio.Future[int]], object]) -> asyncio.Future[int]:
        source = future()
        if not late:
            settle(source)
        shield = promise.shielded(source)
        if late:
            settle(source)
        return shield

    assert await outcome(lambda source: source.set_result(5)) == 5
    with pytest.raises(ZeroDivisionError):
        await outcome(lambda source: source.set_exception(ZeroDivisionError()))
    with pytest.raises(asyncio.CancelledError):
        await outcome(lambda source: source.cancel())


async def test_a_started_coroutine_runs_without_being_awaited() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    promise.started(work(), "work")
    async with asyncio.timeout(1):
        await done.wait()


@pytest.mark.lanes("cpython")
def test_without_a_running_loop_the_message_says_what_to_do() -> None:
    with install_fake_devices(), pytest.raises(InvalidStateError, match=r"asyncio\.run"):
        navigator.media_devices.get_user_media(video=True)
    with install_fake_devices(), pytest.raises(InvalidStateError, match=r"asyncio\.run"):
        navigator.media_devices.enumerate_devices()


async def test_get_user_media_starts_when_it_is_called() -> None:
    with install_fake_devices() as fakes:
        future = navigator.media_devices.get_user_media(video=True)
        for _ in range(50):
            await asyncio.sleep(0)
        assert fakes.cameras[0].is_open
        async with await future as stream:
            assert stream.active
