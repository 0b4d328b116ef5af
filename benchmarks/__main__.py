"""Measures, and writes the tables.

python -m benchmarks native            # all figures of the desktop, into benchmarks/results
python -m benchmarks native N3 N10     # some of them, without writing
python -m benchmarks native --check    # a short run; fails if a ratio is far worse than recorded
python -m benchmarks page              # those of the web page
python -m benchmarks report            # docs/benchmarks.md, from the results
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.support import report
from benchmarks.support.figures import Results
from benchmarks.support.regressions import find_regressions
from benchmarks.support.runs import FULL, SHORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.support.runs import Effort

_WORLDS = {"native": "benchmarks.native", "page": "benchmarks.browser"}
"""The modules whose `measure(names, effort)` returns the machine, the figures and the plots."""


def main() -> int:
    """Run the command; return 1 if a figure could not be measured or has become worse."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=(*_WORLDS, "report"))
    parser.add_argument("names", nargs="*", help="figures, such as N3; all unless given")
    parser.add_argument("--short", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--check", action="store_true", help="compare with the recorded ratios")
    given = parser.parse_args()
    if given.what == "report":
        report.write_page()
        return 0
    if given.check:
        return _check(given.what, given.names)
    results = _measure(given.what, given.names, SHORT if given.short else FULL)
    if not given.names and not given.short:
        results.write(report.RESULTS / f"{given.what}.json")
    return int(any(figure.value is None for figure in results.figures))


def _measure(world: str, names: Sequence[str], effort: Effort) -> Results:
    machine, figures, growth = import_module(_WORLDS[world]).measure(names, effort)
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    results = Results(world, date, machine, figures, growth)
    print(report.table(results))
    return results


def _check(world: str, names: Sequence[str]) -> int:
    recorded = Results.read(report.RESULTS / f"{world}.json").figures
    worse = find_regressions(recorded, _measure(world, names, SHORT).figures)
    if worse:  # Repeat, because one bad run may be noise.
        again = find_regressions(recorded, _measure(world, names, SHORT).figures)
        worse = {key: again[key] for key in worse.keys() & again.keys()}
    for key, how in worse.items():
        print(f"worse: {key}: {how}")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
