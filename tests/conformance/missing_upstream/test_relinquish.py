"""Disabling all tracks of a device releases it; enabling one opens it again (§4.3.1)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture, until

if TYPE_CHECKING:
    from conformance.environment import Environment


@pytest.mark.needs("let go")
async def test_a_camera_is_released_and_opened_again(environment: Environment) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        fired: list[object] = []
        track.onmute = track.onended = fired.append
        track.enabled = False
        await environment.let_go("camera")
        assert (track.ready_state, track.muted) == ("live", False)
        track.enabled = True
        before = track.stats.delivered_frames
        await until(lambda: track.stats.delivered_frames > before)
        assert fired == []


@pytest.mark.needs("let go", "busy")
async def test_a_camera_that_cannot_reopen_ends_its_tracks(
    environment: Environment,
) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        ended = asyncio.ensure_future(track.wait_for("ended", timeout=SECONDS))
        track.enabled = False
        await environment.let_go("camera")
        await environment.fail_to_open("camera", "busy")
        track.enabled = True
        await ended
        assert track.ready_state == "ended"
