"""Updates the table of `docs/browsers.md`: `make browser-table`.

It runs the tests that use every member, natively and in each installed browser. From their reports
it reads the results, and writes the data and the page. A browser that is not installed keeps its
earlier cells.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from tools.browser_table import page, table

ROOT = Path(__file__).parents[2]
TESTS = "tests/pyodide/test_browser_table.py"

# The time limit of one lane; the browsers' own time limits are shorter.
_SECONDS = 600


def _look(say: Callable[[str], object]) -> dict[str, dict[str, table.Cells]]:
    """Run the tests, and return the cells that they observed."""
    seen = table.read() if table.DATA.exists() else {}
    with tempfile.TemporaryDirectory(prefix="browser-table-") as folder:
        for lane in table.LANES:
            report = Path(folder) / f"{lane}.xml"
            command = [sys.executable, "-m", "pytest", "-q", f"--lane={lane}", TESTS]
            # They may fail: they compare with the table that is about to be replaced.
            done = subprocess.run(
                [*command, f"--junitxml={report}"],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
            found = _found(report)
            if set(found) == set(table.INTERFACES):
                seen[lane] = {name: found[name] for name in table.INTERFACES}
                say(f"{lane}: looked at {len(found)} interfaces")
            elif lane in seen and not found:
                say(f"{lane}: not installed; its cells stay")
            else:
                missing = ", ".join(name for name in table.INTERFACES if name not in found)
                sys.exit(f"{done.stdout[-3000:]}\n{lane}: saw nothing of {missing}")
    return {lane: seen[lane] for lane in table.LANES}


def _found(report: Path) -> dict[str, table.Cells]:
    found: dict[str, table.Cells] = {}
    if report.exists():
        for element in ET.parse(report).iter("property"):  # our own file
            if element.get("name") == table.REPORT:
                found.update(json.loads(element.get("value", "{}")))
    return found


def main() -> None:
    """Run the probes everywhere, and write the data and the page."""
    seen = _look(print)
    table.DATA.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", "utf-8")
    known = page.notes()
    text = page.PAGE.read_text("utf-8")
    page.PAGE.write_text(page.page_with(page.rendered(seen, known), text), "utf-8")
    for place, cell in page.unexplained(seen, known):
        print(f"{page.NOTES.name} must explain {'.'.join(place[:2])} in {place[2]}: {cell}")
    for note in page.unused(seen, known):
        print(f"{page.NOTES.name} explains no cell of the table: {note.text}")


if __name__ == "__main__":
    main()
