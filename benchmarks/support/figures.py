"""A figure: what was measured, against what, and how sure it is; or why it was not measured."""

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
        title: What it tells.
        case: What it was measured on.
        target: What is to be reached; None for a line that only informs.
        better: Which side of the target is the good one.
        unit: The value's unit; none for a ratio.
        value: The median, or None where nothing was measured.
        low: The lower quartile of the runs.
        high: The upper quartile.
        ours: The median of ours, where the value is a ratio.
        raw: The median of the raw thing.
        of: The unit of these two.
        runs: How many runs there were of each.
        note: What else there is to know.
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
        """What finds the same figure in another run."""
        return f"{self.name} {self.title} {self.case}"

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none, or no value."""
        if self.value is None or self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Growth:
    """A plot: cost as something grows.

    Attributes:
        name: The file's name.
        title: What is plotted.
        x: What grows.
        y: What it costs, with the unit.
        lines: For each line its points.
    """

    name: str
    title: str
    x: str
    y: str
    lines: Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Results:
    """All that one world's benchmarks found on one machine."""

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
        """Read what `write` wrote."""
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
    """Return ours ÷ raw: the median over the runs, each against the raw one just beside it.

    Args:
        name: See `Figure`, as all that is not said here.
        title: What is divided.
        case: What it was measured on.
        ours: What each run of ours took.
        raw: What each run of the raw thing took, in the same order.
        of: The unit of both.
        target: The ratio to reach.
        better: Whether the ratio is to be low or high.
        note: What else there is to know.
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
    """Return the median of what the runs gave, where there is nothing to divide by."""
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
    """Round to four digits that count: the rest is noise."""
    return float(f"{number:.4g}")
