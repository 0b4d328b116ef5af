"""The docs page: tables and plots of the last measurement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.support.figures import Results
from benchmarks.support.plots import line_plot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.support.figures import Figure

__all__ = ["RESULTS", "table", "write_page"]

_ROOT = Path(__file__).parents[2]
RESULTS = _ROOT / "benchmarks" / "results"
_PAGE = _ROOT / "docs" / "benchmarks.md"
_IMAGES = _ROOT / "docs" / "images" / "benchmarks"


def table(results: Results) -> str:
    """Return the figures as a table in Markdown."""
    lines = [
        "| | figure | on | ours | raw | value | target | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(figure) for figure in results.figures)])


def _line(figure: Figure) -> str:
    head = f"| {figure.name} | {figure.title} | {figure.case} "
    if figure.value is None:
        return f"{head}| | | not measured: {figure.reason} | | |"
    sides = "| | "
    if figure.ours is not None and figure.raw is not None:
        sides = f"| {figure.ours:g} {figure.of} | {figure.raw:g} {figure.of} "
    value = f"**{figure.value:g}** {figure.unit}".rstrip()
    if figure.runs > 1:
        value += f" ({figure.low:g} to {figure.high:g})"
    target = ""
    if figure.target is not None:
        target = f"{'≤' if figure.better == 'lower' else '≥'} {figure.target:g}"
    sign = {True: "✓", False: "missed", None: ""}[figure.reached]
    note = f" {figure.note}" if figure.note else ""
    return f"{head}{sides}| {value} | {target} | {sign}{note} |"


def write_page() -> None:
    """Write the tables and plots into the page, between its marks."""
    page = _PAGE.read_text("utf-8")
    for path in sorted(RESULTS.glob("*.json")):
        results = Results.read(path)
        begin, end = f"<!-- {results.world}: begin -->", f"<!-- {results.world}: end -->"
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise SystemExit(f"{_PAGE}: there is no {begin} … {end} in it")
        page = "\n\n".join([f"{before}{begin}", *_section(results), f"{end}{after}"])
    _PAGE.write_text(page, "utf-8")


def _section(results: Results) -> Iterator[str]:
    yield f"Measured on {results.date}:"
    yield "\n".join(f"* {name}: {value}" for name, value in results.machine.items())
    yield table(results)
    _IMAGES.mkdir(parents=True, exist_ok=True)
    for growth in results.growth:
        name = f"{results.world}-{growth.name}.svg"
        (_IMAGES / name).write_text(line_plot(growth), "utf-8")
        yield f"![{growth.title}](images/benchmarks/{name})"
