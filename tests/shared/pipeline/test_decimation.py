"""Decimation reaches the exact average rate, despite jitter."""

import random
from itertools import pairwise

import pytest

from mediadevices.pipeline.decimation import Decimator


def taken(native, wanted, seconds=10, jitter=0.0):
    decimator, noise = Decimator(native, wanted), random.Random(1)
    stamps = [
        round((index + noise.uniform(-jitter, jitter)) * 1e6 / native)
        for index in range(native * seconds)
    ]
    return [stamp for stamp in stamps if decimator.takes(stamp)]


@pytest.mark.parametrize(
    ("native", "wanted"), [(30, 15), (30, 20), (60, 24), (30, 7.5), (30, 29), (60, 1), (30, 30)]
)
@pytest.mark.parametrize("jitter", [0.0, 0.3])
def test_the_average_rate_is_exact(native, wanted, jitter):
    assert len(taken(native, wanted, jitter=jitter)) == pytest.approx(wanted * 10, abs=2)


def test_half_the_rate_is_every_other_frame():
    stamps = taken(30, 15, seconds=1)
    assert {round((b - a) / 1000) for a, b in pairwise(stamps)} == {67}


def test_the_schedule_restarts_after_a_pause():
    decimator = Decimator(30, 10)
    assert decimator.takes(0)
    late = [5_000_000 + round(index * 1e6 / 30) for index in range(30)]
    assert sum(decimator.takes(stamp) for stamp in late) == pytest.approx(10, abs=1)


def test_a_rate_close_to_the_native_one_takes_every_frame_despite_jitter():
    decimator = Decimator(30, 29.97)
    assert all(decimator.takes(stamp) for stamp in (0, 5, 100_000, 100_001))
