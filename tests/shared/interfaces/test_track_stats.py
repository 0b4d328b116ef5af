"""The numbers of `MediaStreamTrack.stats` stay the same within one turn of the event loop."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from mediadevices import MediaStreamTrackVideoStats


class Handle:
    """A handle whose numbers change at every call, as if another thread counted."""

    def __init__(self) -> None:
        self._numbers = count()

    def get_stats(self) -> dict[str, float]:
        number = next(self._numbers)
        return {"deliveredFrames": number, "discardedFrames": 0, "totalFrames": number}


async def test_numbers_stay_the_same_within_one_turn_of_the_loop() -> None:
    stats = MediaStreamTrackVideoStats(Handle())
    for turn in range(3):
        for _ in range(3):
            assert stats.delivered_frames == stats.total_frames == turn
            assert stats.to_json()["totalFrames"] == turn
        await asyncio.sleep(0)


@pytest.mark.lanes("cpython")
def test_without_a_loop_the_numbers_are_current() -> None:
    stats = MediaStreamTrackVideoStats(Handle())
    assert [stats.delivered_frames for _ in range(3)] == [0, 1, 2]
