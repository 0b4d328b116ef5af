"""Measures ways in turn, A B A B, in one process."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["FULL", "SHORT", "Effort", "interleaved"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effort:
    """The number and length of runs.

    Attributes:
        runs: The number of runs of each way.
        scale: The length of a run, relative to full length.
    """

    runs: int
    scale: float

    def count(self, full: int) -> int:
        """Return the repetitions in a run, given those of a full run."""
        return max(1, round(full * self.scale))


FULL = Effort(runs=9, scale=1.0)
SHORT = Effort(runs=3, scale=0.3)
"""For the tests."""


async def interleaved(
    runs: int, *ways: Callable[[], Awaitable[T]], warm_up: int = 1
) -> tuple[list[T], ...]:
    """Run each way in turn, repeatedly, so that a disturbance affects neighbours alike.

    Args:
        runs: The number of runs of each way.
        *ways: Each runs once and returns a measurement.
        warm_up: The number of rounds to run first and discard.

    Returns:
        The measurements of each way, run by run.
    """
    found: tuple[list[T], ...] = tuple([] for _ in ways)
    for run in range(-warm_up, runs):
        for way, results in zip(ways, found, strict=True):
            gc.collect()  # so that no way pays for the garbage of another
            result = await way()
            if run >= 0:
                results.append(result)
    return found
