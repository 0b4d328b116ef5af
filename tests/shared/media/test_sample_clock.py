"""Timestamps increase strictly at the sample rate, and jump only over lost samples."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from mediadevices.media.sample_clock import SampleClock

BLOCK = 480
DURATION = 0.01


def stamps(nows: list[float], delay: float = DURATION) -> list[int]:
    clock = SampleClock(48000)
    return [clock.stamp(now, delay, BLOCK) for now in nows]


def test_the_first_block_has_the_age_that_the_sound_system_reports() -> None:
    assert stamps([5.0], delay=0.09) == [4_910_000]


@pytest.mark.parametrize("delay", [0.001, DURATION])
def test_a_block_is_at_least_as_old_as_its_duration(delay: float) -> None:
    assert stamps([5.0], delay) == [4_990_000]


def test_a_late_first_block_shifts_nothing_if_the_delay_is_known() -> None:
    """The first callback is 0.4 s late; the waiting blocks follow at once, later ones on time."""
    clock = SampleClock(48000)
    for k in range(200):
        taken = 1 + k * DURATION
        now = max(taken + DURATION, 1.41)
        assert clock.stamp(now, now - taken, BLOCK) == pytest.approx(taken * 1e6, abs=200)


def test_a_late_first_block_is_corrected_soon_if_the_delay_is_unknown() -> None:
    clock = SampleClock(48000)
    errors: list[float] = []
    for k in range(200):
        taken = 1 + k * DURATION
        now = max(taken + DURATION, 1.41)
        stamp = clock.stamp(now, 0, BLOCK)
        assert stamp <= round(now * 1e6) + k  # it can be later, because timestamps increase
        errors.append(stamp / 1e6 - taken)
    assert errors[0] == pytest.approx(0.4)
    assert all(abs(error) < 0.03 for error in errors[65:])


def test_timestamps_that_are_much_too_late_are_corrected_soon() -> None:
    clock = SampleClock(48000)
    for k in range(100):  # the sound system underestimates its delay by 0.2 s
        clock.stamp(1 + k * DURATION, DURATION, BLOCK)
    for k in range(100, 150):
        stamp = clock.stamp(1 + k * DURATION, 0.2 + DURATION, BLOCK)
    assert stamp / 1e6 == pytest.approx(1 + 149 * DURATION - 0.2 - DURATION, abs=0.001)


def test_a_single_wrong_estimate_changes_nothing() -> None:
    clock = SampleClock(48000)
    times = [
        clock.stamp(1 + k * DURATION, 0.5 if k % 10 == 5 else DURATION, BLOCK) for k in range(100)
    ]
    assert all(9_899 <= b - a <= 10_101 for a, b in pairwise(times))


def test_timestamps_follow_a_fast_clock_for_a_day() -> None:
    """100 parts per million are 8.6 s a day. The test checks every hundredth second."""
    clock = SampleClock(48000)
    for k in range(0, 86_400, 100):
        for block in range(20):
            now = k + block * DURATION * 0.9999
            stamp = clock.stamp(now, DURATION, BLOCK)
        clock.skip()
        assert stamp <= round(now * 1e6)
    assert stamp / 1e6 == pytest.approx(now - DURATION, abs=0.03)


def test_late_blocks_get_the_timestamps_of_punctual_ones() -> None:
    randomness = random.Random(1)
    nows = [1 + k * DURATION + randomness.uniform(0, 0.008) for k in range(1000)]
    times = stamps(nows)
    assert all(9_899 <= b - a <= 10_101 for a, b in pairwise(times))
    assert times[-1] == pytest.approx(1_000_000 + 998 * 10_000 + 4_000, abs=4_000)


def test_a_stall_without_loss_makes_no_gap() -> None:
    nows = [1 + k * DURATION for k in range(200)]
    for k in range(100, 130):  # 300 ms without a block, then all at once
        nows[k] = 1 + 130 * DURATION
    times = stamps(nows)
    assert max(b - a for a, b in pairwise(times)) <= 10_101


def test_lost_samples_make_a_gap_at_once_if_they_are_reported() -> None:
    clock = SampleClock(48000)
    before = clock.stamp(1.0, DURATION, BLOCK)
    clock.skip()
    assert clock.stamp(1.51, DURATION, BLOCK) - before == 510_000


def test_lost_samples_make_a_gap_soon_if_they_are_not_reported() -> None:
    nows = [1 + k * DURATION + (0.2 if k >= 100 else 0) for k in range(200)]
    times = stamps(nows)
    gaps = [k for k, (a, b) in enumerate(pairwise(times)) if b - a > 20_000]
    assert len(gaps) == 1
    assert 100 <= gaps[0] <= 120
    assert times[-1] == pytest.approx(nows[-1] * 1e6 - 10_000, abs=1_000)


def test_timestamps_follow_a_clock_of_another_speed() -> None:
    nows = [1 + k * DURATION * 1.0003 for k in range(20_000)]
    times = stamps(nows)
    assert times[-1] == pytest.approx(nows[-1] * 1e6 - 10_000, abs=1_000)
    assert all(9_899 <= b - a <= 10_101 for a, b in pairwise(times))


@pytest.mark.parametrize("delay", [-1.0, 0.0, 1e9, float("nan")])
def test_an_impossible_delay_is_ignored(delay: float) -> None:
    assert stamps([1.0, 1.01], delay) == [990_000, 1_000_000]


def test_timestamps_increase_whatever_is_measured() -> None:
    randomness = random.Random(2)
    clock = SampleClock(48000)
    times: list[int] = []
    for _ in range(5000):
        if randomness.random() < 0.05:
            clock.skip()
        now, delay = randomness.uniform(0, 50), randomness.uniform(-1, 3)
        times.append(clock.stamp(now, delay, randomness.choice([1, 7, BLOCK])))
    assert all(a < b for a, b in pairwise(times))
