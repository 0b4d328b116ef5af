"""navigator.getUserMedia with callbacks (§10.3)."""

from __future__ import annotations

import asyncio

import pytest

from conformance.media import until
from mediadevices import MediaStream, OverconstrainedError, navigator


async def called(constraints: object) -> tuple[str, object]:
    """Return the called callback and its argument."""
    outcome: asyncio.Future[tuple[str, object]] = asyncio.get_running_loop().create_future()
    returned = navigator.get_user_media(
        constraints,
        lambda stream: outcome.set_result(("success", stream)),
        lambda error: outcome.set_result(("error", error)),
    )
    assert returned is None
    async with asyncio.timeout(5):
        return await outcome


async def test_success_returns_the_stream() -> None:
    which, stream = await called({"video": True})
    assert which == "success"
    assert isinstance(stream, MediaStream)
    async with stream:
        assert stream.active


async def test_failure_returns_the_modern_error() -> None:
    which, error = await called({"video": {"width": {"min": 10**8}}})
    assert which == "error"
    assert isinstance(error, OverconstrainedError)
    assert error.constraint == "width"


async def test_a_type_error_also_goes_to_the_callback() -> None:
    which, error = await called({})
    assert which == "error"
    assert isinstance(error, TypeError)


async def test_callbacks_can_be_coroutine_functions() -> None:
    got: list[object] = []

    async def take(outcome: object) -> None:
        await asyncio.sleep(0)
        got.append(outcome)

    navigator.get_user_media({"video": True}, take, print)
    await until(lambda: len(got) == 1)
    (stream,) = got
    assert isinstance(stream, MediaStream)
    for track in stream.get_tracks():
        track.stop()
    navigator.get_user_media({"video": {"width": {"min": 10**8}}}, print, take)
    await until(lambda: len(got) == 2)
    assert isinstance(got[1], OverconstrainedError)


@pytest.mark.parametrize("arguments", [(), ({},), ({}, print), ({}, None, print), ({}, print, 5)])
async def test_three_arguments_are_required(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        navigator.get_user_media(*arguments)
