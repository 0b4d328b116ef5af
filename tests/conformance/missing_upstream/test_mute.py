"""mute and unmute."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture, read

if TYPE_CHECKING:
    from conformance.environment import Environment


@pytest.mark.needs("mute")
async def test_a_silent_device_mutes_its_tracks(environment: Environment) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        async with track.clone() as clone:
            muted = asyncio.ensure_future(track.wait_for("mute", timeout=SECONDS))
            clone_muted = asyncio.ensure_future(clone.wait_for("mute", timeout=SECONDS))
            await asyncio.sleep(0)
            await environment.mute("camera")
            event = await muted
            await clone_muted
            assert (event.bubbles, event.cancelable, event.is_trusted) == (False, False, True)
            assert track.muted
            assert clone.muted
            assert track.ready_state == "live"
            async with track.clone() as late:
                assert late.muted
            for frame in await read(track, 2):
                with frame:
                    memory = bytearray(frame.allocation_size({"format": "RGBA"}))
                    await frame.copy_to(memory, {"format": "RGBA"})
                    assert max(memory[0::4]) == 0
            unmuted = asyncio.ensure_future(track.wait_for("unmute", timeout=SECONDS))
            await asyncio.sleep(0)
            await environment.unmute("camera")
            await unmuted
            assert not track.muted


@pytest.mark.needs("mute")
async def test_a_stopped_track_is_not_muted(environment: Environment) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        fired: list[object] = []
        track.onmute = fired.append
        async with track.clone():
            track.stop()
            await environment.mute("camera")
            await asyncio.sleep(0.1)
            assert fired == []
            assert not track.muted


@pytest.mark.needs("mute", "microphone faults")
async def test_a_muted_microphone_delivers_silence(environment: Environment) -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_tracks()
        muted = asyncio.ensure_future(track.wait_for("mute", timeout=SECONDS))
        await asyncio.sleep(0)
        await environment.mute("microphone")
        await muted
        blocks = await read(track, 5)
        assert not any(any(block.data) for block in blocks)
        duration = sum(block.number_of_frames for block in blocks)
        assert duration > 0
