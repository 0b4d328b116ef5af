"""Finds figures that have become worse than recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.support.figures import Figure

__all__ = ["find_regressions"]

_TOLERANCE = 1.5
"""A larger factor than this is not noise."""


def find_regressions(recorded: Iterable[Figure], found: Iterable[Figure]) -> dict[str, str]:
    """Return the ratios that are far worse than recorded, with a description.

    Values other than ratios depend on the machine, and 99th percentiles on its load: skip both.

    Args:
        recorded: The recorded figures.
        found: The current figures, or some of them.
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
        if grown > _TOLERANCE:
            worse[figure.key] = f"{figure.value:g}, recorded {old.value:g}"
    return worse
