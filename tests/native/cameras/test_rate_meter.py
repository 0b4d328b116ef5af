"""The rate of a camera as its frames tell it."""

from __future__ import annotations

import itertools

import pytest

from mediadevices_native.cameras.rate_meter import RateMeter


class Camera:
    """A camera whose frames come with the time stamps that one lets them have."""

    def __init__(self, promised: float) -> None:
        self.meter = RateMeter(promised)
        self.now = 1_000_000
        self.seen: list[float] = []
        """Each rate that it was said to have, once."""

    def run(self, rate: float, seconds: float) -> float:
        for _ in range(round(rate * seconds)):
            self.now += round(1e6 / rate)
            found = self.meter.rate(self.now)
            if [found] != self.seen[-1:]:
                self.seen.append(found)
        return self.seen[-1]


@pytest.mark.parametrize("rate", [30, 27.5, 32.5])
def test_small_deviations_leave_the_promised_rate(rate: float) -> None:
    assert Camera(30).run(rate, 20) == 30


@pytest.mark.parametrize("rate", [5, 12.5, 24, 60])
def test_a_camera_that_does_something_else_is_found_out(rate: float) -> None:
    camera = Camera(30)
    assert camera.run(rate, 10) == pytest.approx(rate, rel=0.01)
    assert len(camera.seen) == 2  # It is said once.


def test_a_slow_camera_is_measured_for_longer() -> None:
    assert Camera(1).run(1, 30) == 1
    assert Camera(1).run(0.5, 60) == pytest.approx(0.5)


def test_a_machine_that_is_busy_for_a_moment_is_no_slower_camera() -> None:
    camera = Camera(30)
    camera.run(30, 5)
    camera.run(10, 2)
    assert camera.run(30, 20) == 30
    assert camera.seen == [30]


def test_rates_that_do_not_agree_are_no_rate() -> None:
    camera = Camera(30)
    for rate in itertools.islice(itertools.cycle([5, 20]), 10):
        camera.run(rate, 2.2)
    assert camera.seen == [30]


def test_a_pause_is_no_rate() -> None:
    camera = Camera(30)
    for _ in range(10):
        camera.run(30, 1.5)
        camera.now += 5_000_000
    assert camera.seen == [30]


def test_a_camera_returns_to_its_promised_rate() -> None:
    camera = Camera(30)
    camera.run(15, 10)
    assert camera.run(29.4, 10) == 30


def test_first_frames_that_come_in_a_burst_are_no_rate() -> None:
    camera = Camera(5)
    camera.run(1000, 0.005)
    assert camera.run(5, 20) == 5
    assert camera.seen == [5]
