"""`make oracle`: compares Chromium with the library, prints the result, writes `docs/oracle.md`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from support.browsers import engines
from tools.oracle.comparison import Result, run
from tools.oracle.known_differences import Difference

PAGE = Path(__file__).parents[2] / "docs" / "oracle.md"
_SECTION = re.compile(r"(?<=<!-- made by `make oracle` -->\n).*?(?=<!-- end -->)", re.DOTALL)
_GET_USER_MEDIA, _APPLY_CONSTRAINTS = 600, 300
_SUPPORTED = {"library": "the library", "Chromium": "Chromium", "both": "both"}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="make oracle", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other questions")
    arguments = parser.parse_args()
    if reason := engines.why_not("chromium"):
        sys.exit(reason)
    result = run(arguments.seed, _GET_USER_MEDIA, _APPLY_CONSTRAINTS)
    print(_summary(result))
    if result.unexplained or result.broken:
        sys.exit(1)
    page = PAGE.read_text("utf-8")
    PAGE.write_text(_SECTION.sub(lambda _: _table(result), page), "utf-8")


def _summary(result: Result) -> str:
    lines = [
        f"Chromium {result.version}, seed {result.seed}",
        f"{result.asked} sets, {result.agreeing} with the same answer",
    ]
    for one, differences in result.found.items():
        if differences:
            supported = _SUPPORTED[one.supports]
            lines.append(f"{len(differences):4} {one.name}; the standard supports {supported}")
            lines.append(_details(differences[0]))
    for title, differences in (("UNEXPLAINED", result.unexplained), ("BROKEN", result.broken)):
        lines += [f"{title}\n{_details(one)}" for one in differences]
    return "\n".join(lines)


def _details(one: Difference) -> str:
    return (
        f"       {one.question.call} {one.question.kind} {json.dumps(one.question.constraints)}\n"
        f"         library:  {one.ours}\n"
        f"         Chromium: {one.theirs}"
    )


def _table(result: Result) -> str:
    today = datetime.now(UTC).date()
    lines = [
        "",
        f"Chromium {result.version} and mediadevices {version('mediadevices')}, {today}.",
        f"Of {result.asked} sets (seed {result.seed}), **{result.agreeing} had the same answer**.",
        f"{result.asked - result.agreeing} had different answers, all of them explained below.",
        "",
    ]
    for one, differences in result.found.items():
        lines += [f"### {one.name[0].upper()}{one.name[1:]}: {len(differences)}", ""]
        lines += [f"{one.why} The standard supports **{_SUPPORTED[one.supports]}**.", ""]
        if differences:
            example = min(differences, key=lambda one: len(json.dumps(one.question.constraints)))
            question = example.question
            lines += [
                f"* `{question.call}`, {question.kind}: `{json.dumps(question.constraints)}`",
                f"* library: {example.ours}",
                f"* Chromium: {example.theirs}",
                "",
            ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
