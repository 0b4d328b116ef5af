"""Timestamps rise strictly, at the samples' rate, and jump only over samples that were lost."""

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


def test_the_first_block_began_its_duration_ago() -> None:
    assert stamps([5.0], delay=0.09) == [4_990_000]


def test_blocks_that_come_late_are_stamped_as_if_they_had_not() -> None:
    randomness = random.Random(1)
    nows = [1 + k * DURATION + randomness.uniform(0, 0.008) for k in range(1000)]
    times = stamps(nows)
    assert all(9_899 <= b - a <= 10_101 for a, b in pairwise(times))
    assert times[-1] == pytest.approx(1_000_000 + 998 * 10_000 + 4_000, abs=4_000)


def test_a_stall_without_loss_makes_no_gap() -> None:
    nows = [1 + k * DURATION for k in range(200)]
    for k in range(100, 130):  # 300 ms in which nothing came, then all at once
        nows[k] = 1 + 130 * DURATION
    times = stamps(nows)
    assert max(b - a for a, b in pairwise(times)) <= 10_101


def test_lost_samples_make_a_gap_at_once_where_the_sound_system_tells() -> None:
    clock = SampleClock(48000)
    before = clock.stamp(1.0, DURATION, BLOCK)
    clock.skip()
    assert clock.stamp(1.51, DURATION, BLOCK) - before == 510_000


def test_lost_samples_make_a_gap_soon_where_it_does_not_tell() -> None:
    nows = [1 + k * DURATION + (0.2 if k >= 100 else 0) for k in range(200)]
    times = stamps(nows)
    gaps = [k for k, (a, b) in enumerate(pairwise(times)) if b - a > 20_000]
    assert len(gaps) == 1
    assert 100 <= gaps[0] <= 120
    assert times[-1] == pytest.approx(nows[-1] * 1e6 - 10_000, abs=1_000)


def test_a_clock_of_another_speed_is_followed() -> None:
    nows = [1 + k * DURATION * 1.0003 for k in range(20_000)]
    times = stamps(nows)
    assert times[-1] == pytest.approx(nows[-1] * 1e6 - 10_000, abs=1_000)
    assert all(9_899 <= b - a <= 10_101 for a, b in pairwise(times))


@pytest.mark.parametrize("delay", [-1.0, 0.0, 1e9, float("nan")])
def test_an_impossible_delay_is_not_believed(delay: float) -> None:
    assert stamps([1.0, 1.01], delay) == [990_000, 1_000_000]


def test_timestamps_rise_whatever_is_measured() -> None:
    randomness = random.Random(2)
    clock = SampleClock(48000)
    times: list[int] = []
    for _ in range(5000):
        if randomness.random() < 0.05:
            clock.skip()
        now, delay = randomness.uniform(0, 50), randomness.uniform(-1, 3)
        times.append(clock.stamp(now, delay, randomness.choice([1, 7, BLOCK])))
    assert all(a < b for a, b in pairwise(times))
