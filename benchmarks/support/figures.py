"""A figure: its value, its reference and its spread, or the reason why it is missing."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Figure", "Growth", "Results", "measured", "ratio", "unmeasured"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        name: Its name, such as ``"N1"``.
        title: What is measured.
        case: What it is measured with, such as a film, a size or a browser.
        target: The target; None for a line without one.
        better: Whether lower or higher values are better.
        unit: The unit of the value; empty for a ratio.
        value: The median, or None if it was not measured.
        low: The lower quartile of the runs.
        high: The upper quartile.
        ours: The median of the library, if the value is a ratio.
        raw: The median of the reference.
        of: The unit of both.
        runs: The number of runs of each.
        note: A remark.
        reason: Why there is no value.
    """

    name: str
    title: str
    case: str = ""
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"
    unit: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    ours: float | None = None
    raw: float | None = None
    of: str = ""
    runs: int = 0
    note: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """The key of the same figure in another run."""
        return f"{self.name} {self.title} {self.case}"

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if self.value is None or self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Growth:
    """A plot of cost against size, count or time.

    Attributes:
        name: The file name.
        title: The title.
        x: The label of the x axis.
        y: The label of the y axis, with the unit.
        lines: The points of each line.
    """

    name: str
    title: str
    x: str
    y: str
    lines: Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Results:
    """The results of the desktop's or the web page's benchmarks on one machine."""

    world: str
    date: str
    machine: Mapping[str, str]
    figures: Sequence[Figure]
    growth: Sequence[Growth]

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read a file of `write`."""
        made = json.loads(path.read_text("utf-8"))
        made["figures"] = [Figure(**figure) for figure in made["figures"]]
        made["growth"] = [Growth(**growth) for growth in made["growth"]]
        return cls(**made)


def ratio(
    name: str,
    title: str,
    case: str,
    ours: Sequence[float],
    raw: Sequence[float],
    of: str,
    target: float | None,
    *,
    better: Literal["lower", "higher"] = "lower",
    note: str = "",
) -> Figure:
    """Return ours ÷ raw: the median over pairs of neighbouring runs.

    Args:
        name: See `Figure`.
        title: See `Figure`.
        case: See `Figure`.
        ours: The library's runs.
        raw: The runs of the reference, in the same order.
        of: The unit of both.
        target: The target for the ratio.
        better: Whether lower or higher ratios are better.
        note: A remark.
    """
    ratios = [mine / plain for mine, plain in zip(ours, raw, strict=True)]
    return replace(
        measured(name, title, case, ratios, "", target, better=better, note=note),
        ours=_short(statistics.median(ours)),
        raw=_short(statistics.median(raw)),
        of=of,
    )


def measured(
    name: str,
    title: str,
    case: str,
    values: Sequence[float],
    unit: str,
    target: float | None,
    *,
    better: Literal["lower", "higher"] = "lower",
    note: str = "",
) -> Figure:
    """Return the median of the runs, for a figure without a reference to divide by."""
    quartiles = statistics.quantiles(values, n=4) if len(values) > 1 else values
    return Figure(
        *(name, title, case, target, better, unit),
        *(_short(statistics.median(values)), _short(quartiles[0]), _short(quartiles[-1])),
        runs=len(values),
        note=note,
    )


def unmeasured(name: str, title: str, case: str, reason: str) -> Figure:
    """Return a figure that could not be measured, and why."""
    return Figure(name, title, case, reason=reason)


def _short(number: float) -> float:
    """Round to four significant digits; the rest is noise."""
    return float(f"{number:.4g}")
