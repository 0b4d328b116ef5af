"""What a page that is busy loses, and what it does not."""

from __future__ import annotations

import time
from contextlib import ExitStack
from itertools import pairwise

import pytest

from mediadevices import AudioData, MediaStreamTrackProcessor
from support.page_media import without
from support.page_sound import assert_steady, assert_tone, assert_whole, duration_of, oscillator

TONE = 997
# What the library lets wait: a block is of about 10 ms.
MOST_WAITING = 100
# The machine may have too much to do for the tone itself, which is no fault of ours.
ATTEMPTS = 4

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit")
# The others have only the worklet.
ROUTES = pytest.mark.parametrize(
    "route", ["usual", pytest.param("worklet", marks=pytest.mark.lanes("chromium"))]
)


def work(seconds: float) -> None:
    """Let the page do nothing else for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def heard(route: str, seconds: float) -> tuple[list[AudioData], int]:
    """Return the blocks before and after the page was busy, and how many were dropped."""
    blocks: list[AudioData] = []
    async with oscillator(TONE) as track:
        with ExitStack() as stack:
            if route == "worklet":
                stack.enter_context(without("MediaStreamTrackProcessor"))
            # It lets wait what comes at once after the page was busy, and more.
            processor = MediaStreamTrackProcessor(track, max_buffer_size=300)
        async for block in processor.readable:
            assert isinstance(block, AudioData)
            blocks.append(block)
            if len(blocks) == 30:
                assert processor.dropped == 0
                work(seconds)
            if len(blocks) == 30 + 50 + (MOST_WAITING if seconds > 1 else 0):
                break
        return blocks, processor.dropped


def gaps(blocks: list[AudioData]) -> list[float]:
    """Return how many seconds are missing after each block but the last."""
    return [
        (after.timestamp - before.timestamp) / 1e6 - duration_of(before)
        for before, after in pairwise(blocks)
    ]


@ROUTES
async def test_a_page_that_is_busy_for_a_moment_loses_nothing(route: str) -> None:
    problems: list[AssertionError] = []
    for _ in range(ATTEMPTS):
        blocks, dropped = await heard(route, 0.3)
        try:
            assert dropped == 0
            # Before, meanwhile and after: the page was busy at the 30th block.
            assert_tone(blocks[20:75], TONE, 0.5)
            assert_steady(blocks[20:75])
        except AssertionError as problem:
            problems.append(problem)
        else:
            return
    raise ExceptionGroup("something is lost each time", problems)


@ROUTES
async def test_what_a_busy_page_loses_is_counted_and_missing_in_time(route: str) -> None:
    blocks, dropped = await heard(route, 3)
    lost = dropped * duration_of(blocks[0])
    assert 1.5 < lost < 2.3
    # What waited is at most so much, and comes without a gap, which the rest is behind.
    missing = gaps(blocks)
    assert max(missing) > 1.2
    assert sum(missing) == pytest.approx(lost, abs=0.5)
    assert 29 <= missing.index(max(missing)) <= 30 + MOST_WAITING
    # From here on it flows again.
    assert_whole(blocks[-50:], TONE, 0.5)
