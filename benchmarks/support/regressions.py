"""Whether what was once reached is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.support.figures import Figure

__all__ = ["find_regressions"]

_AS_BAD = 1.5
"""Half again as bad as it was is no noise."""


def find_regressions(recorded: Iterable[Figure], found: Iterable[Figure]) -> dict[str, str]:
    """Return the ratios that are far worse than they were, and how much.

    What is no ratio depends on the machine, and the hundredth worst frame on what else it does.

    Args:
        recorded: The figures as they were.
        found: The same figures now, or some of them.
    """
    before = {figure.key: figure for figure in recorded}
    worse: dict[str, str] = {}
    for figure in found:
        old = before.get(figure.key)
        if old is None or old.value is None or figure.value is None:
            continue
        if figure.raw is None or "p99" in figure.title:
            continue
        grown = figure.value / old.value if old.better == "lower" else old.value / figure.value
        if grown > _AS_BAD:
            worse[figure.key] = f"{figure.value:g}, and was {old.value:g}"
    return worse
