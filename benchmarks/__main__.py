"""Measure, and write the tables.

python -m benchmarks native            # all figures of the desktop, into benchmarks/results
python -m benchmarks native N3 N10     # some of them, to look at
python -m benchmarks page              # those of the web page
python -m benchmarks report            # docs/benchmarks.md, from the results
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.support import report
from benchmarks.support.figures import Results
from benchmarks.support.measuring import FULL, SHORT

_WORLDS = {"native": "benchmarks.native", "page": "benchmarks.browser"}
"""Each has `measure(names, effort)`, which returns the machine, the figures and the plots."""


def main() -> int:
    """Do as the command line says; 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=(*_WORLDS, "report"))
    parser.add_argument("names", nargs="*", help="figures, such as N3; all unless given")
    parser.add_argument("--short", action="store_true", help="fewer and shorter runs")
    given = parser.parse_args()
    if given.what == "report":
        report.write_page()
        return 0
    measure = import_module(_WORLDS[given.what]).measure
    machine, figures, growth = measure(given.names, SHORT if given.short else FULL)
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    results = Results(given.what, date, machine, figures, growth)
    print(report.table(results))
    if not given.names and not given.short:
        results.write(report.RESULTS / f"{given.what}.json")
    return int(any(figure.value is None for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
