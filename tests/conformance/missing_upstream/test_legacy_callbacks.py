"""navigator.getUserMedia with callbacks (§10.3)."""

from __future__ import annotations

import asyncio

import pytest

from mediadevices import MediaStream, OverconstrainedError, navigator


async def called(constraints: object) -> tuple[str, object]:
    """Return which callback was called, and with what."""
    outcome: asyncio.Future[tuple[str, object]] = asyncio.get_running_loop().create_future()
    returned = navigator.get_user_media(
        constraints,
        lambda stream: outcome.set_result(("success", stream)),
        lambda error: outcome.set_result(("error", error)),
    )
    assert returned is None
    async with asyncio.timeout(5):
        return await outcome


async def test_success_gives_the_stream() -> None:
    which, stream = await called({"video": True})
    assert which == "success"
    assert isinstance(stream, MediaStream)
    async with stream:
        assert stream.active


async def test_failure_gives_the_modern_error() -> None:
    which, error = await called({"video": {"width": {"min": 10**8}}})
    assert which == "error"
    assert isinstance(error, OverconstrainedError)
    assert error.constraint == "width"


async def test_a_type_error_goes_to_the_callback_too() -> None:
    which, error = await called({})
    assert which == "error"
    assert isinstance(error, TypeError)


@pytest.mark.parametrize("arguments", [(), ({},), ({}, print), ({}, None, print), ({}, print, 5)])
async def test_three_arguments_are_required(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        navigator.get_user_media(*arguments)
