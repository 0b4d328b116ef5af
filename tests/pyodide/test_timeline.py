"""The browser's time stamps come to our clock as they were taken, and never from the future."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mediadevices.testing.clock import ManualClock
from mediadevices_pyodide.audio.block_times import BlockTimes
from mediadevices_pyodide.timeline import Timeline

pytestmark = pytest.mark.lanes("cpython")

INTERVAL = 33_333  # microseconds between two frames
ORIGIN = -5_000_000  # microseconds: where the browser's clock counts from
DAY = 86_400
RATE = 48_000
BLOCK = 480
DURATION = 10_000  # microseconds of a block
WAITING = 100


class Page:
    """A page whose clock stands where a test puts it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.start = self.clock.now()
        self.timeline = Timeline(self.clock)
        self.blocks = BlockTimes(self.clock, WAITING)

    def at(self, seconds: float) -> None:
        """Let so much time have passed since the start."""
        self.clock.jump(seconds - (self.clock.now() - self.start) / 1e6)

    def frame(self, taken: float, *, speed: float = 1.0) -> float:
        """Return when a frame is said to be taken, in seconds, as its time is."""
        return (self.timeline.stamp(ORIGIN + round(taken * speed * 1e6)) - self.start) / 1e6

    def block(self, taken: float, *, speed: float = 1.0) -> tuple[float, int]:
        """Return when a block is said to be taken, in seconds, and what is missing before it."""
        stamp, missing = self.blocks.next(ORIGIN + round(taken * speed * 1e6), BLOCK, RATE)
        return (stamp - self.start) / 1e6, missing


@pytest.fixture
def page() -> Page:
    return Page()


def frames_until(page: Page, seconds: float) -> None:
    for k in range(round(seconds * 30)):
        page.at(k / 30)
        assert page.frame(k / 30) == pytest.approx(k / 30, abs=0.001)


def test_a_frame_that_waited_longer_than_a_second_keeps_its_time(page: Page) -> None:
    frames_until(page, 3)
    page.at(7)  # The page was busy, and eight frames have waited for 4 s.
    for k in range(8):
        assert page.frame(3 + k / 30) == pytest.approx(3 + k / 30, abs=0.003)
    page.at(7.1)
    assert page.frame(7.1) == pytest.approx(7.1, abs=0.003)


def test_a_first_frame_that_is_late_shifts_no_other(page: Page) -> None:
    page.at(2)
    assert page.frame(0) == pytest.approx(2)
    page.at(2.1)
    assert page.frame(2.1) == pytest.approx(2.1)


@pytest.mark.parametrize("speed", [1.0001, 0.9999])
def test_a_frame_is_stamped_right_all_day_by_a_clock_of_another_speed(
    page: Page, speed: float
) -> None:
    for seconds in range(0, DAY, 5):
        page.at(seconds)
        stamp = page.frame(seconds, speed=speed)
        assert stamp <= seconds
        assert stamp == pytest.approx(seconds, abs=0.001)


def test_a_source_that_has_stood_still_is_believed_after_a_while(page: Page) -> None:
    frames_until(page, 1)
    # Its own clock went on where it had stopped, a minute before.
    errors: list[float] = []
    for k in range(30 * 15):
        page.at(61 + k / 30)
        errors.append(61 + k / 30 - page.frame(1 + k / 30))
    assert errors[0] == pytest.approx(60, abs=0.1)
    assert errors[30 * 11 :] == pytest.approx([0.0] * (30 * 4), abs=0.001)


def test_a_source_that_counts_anew_is_believed_at_once(page: Page) -> None:
    frames_until(page, 60)
    page.at(60)
    assert page.frame(0) == pytest.approx(60, abs=0.001)
    page.at(61)
    assert page.frame(1) == pytest.approx(61, abs=0.001)


# --- blocks -----------------------------------------------------------------------------------


def blocks_until(page: Page, seconds: float) -> None:
    for k in range(round(seconds * 100)):
        page.at((k + 1) / 100)
        stamp, missing = page.block(k / 100)
        assert stamp == pytest.approx(k / 100, abs=0.001)
        assert missing == 0


def test_blocks_that_waited_keep_their_time(page: Page) -> None:
    blocks_until(page, 2)
    page.at(2.9)
    for k in range(80):
        stamp, missing = page.block(2 + k / 100)
        assert stamp == pytest.approx(2 + k / 100, abs=0.001)
        assert missing == 0


def test_what_was_dropped_while_the_page_was_busy_is_missing_once(page: Page) -> None:
    blocks_until(page, 2)
    page.at(7)  # The last 100 blocks have waited, and 400 were dropped.
    stamps: list[float] = []
    lost: list[int] = []
    for k in range(100):
        stamp, missing = page.block(6 + k / 100)
        stamps.append(stamp)
        lost.append(missing)
    assert lost == [400, *[0] * 99]
    assert stamps == pytest.approx([6 + k / 100 for k in range(100)], abs=0.005)


def test_a_jittering_browser_makes_no_gap(page: Page) -> None:
    stamps: list[float] = []
    for k in range(1000):
        page.at((k + 1) / 100)
        jitter = (0.02, -0.02, 0.0, 0.015, -0.01)[k % 5]
        stamp, missing = page.block(k / 100 + jitter)
        stamps.append(stamp)
        assert missing == 0
    assert all(0.0098 < b - a < 0.0102 for a, b in pairwise(stamps[100:]))


@pytest.mark.parametrize("speed", [1.0001, 0.9999])
def test_a_block_is_stamped_right_all_day_by_a_clock_of_another_speed(
    page: Page, speed: float
) -> None:
    """Of each ten minutes, half a second is looked at."""
    for minutes in range(0, DAY // 60, 10):
        for k in range(50):
            taken = minutes * 60 + k / 100
            page.at(taken + 0.01)
            stamp, missing = page.block(taken, speed=speed)
            assert stamp <= taken + 0.01
            if k >= 20:  # Before, what is not looked at is missing.
                assert missing == 0
        assert stamp == pytest.approx(taken, abs=0.03)


def test_a_single_block_that_the_browser_stamps_late_is_no_loss(page: Page) -> None:
    for k in range(100):
        taken = k / 100 + (0.04 if k == 50 else 0)
        page.at((max(taken, 0.54) if k > 50 else taken) + 0.01)
        stamp, missing = page.block(taken)
        assert missing == 0
        assert stamp == pytest.approx(k / 100, abs=0.001)
