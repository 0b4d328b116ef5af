"""How a figure is measured: ways taken in turn, A B A B, in one process and one run."""

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
    """How much is measured.

    Attributes:
        runs: How often each way is taken.
        scale: How long a run is, against the full length.
    """

    runs: int
    scale: float

    def count(self, full: int) -> int:
        """Return how many times to do in one run what a full run does `full` times."""
        return max(1, round(full * self.scale))


FULL = Effort(runs=9, scale=1.0)
SHORT = Effort(runs=3, scale=0.3)
"""What the tests can afford."""


async def interleaved(
    runs: int, *ways: Callable[[], Awaitable[T]], warm_up: int = 1
) -> tuple[list[T], ...]:
    """Take each way in turn, again and again, so that what disturbs one disturbs its neighbours.

    Args:
        runs: How often each is taken.
        *ways: Each does its work once, and returns what it measured.
        warm_up: How many rounds before that do not count.

    Returns:
        For each way what it returned, run by run.
    """
    found: tuple[list[T], ...] = tuple([] for _ in ways)
    for run in range(-warm_up, runs):
        for way, results in zip(ways, found, strict=True):
            gc.collect()  # nobody pays for the garbage of another
            result = await way()
            if run >= 0:
                results.append(result)
    return found
