"""Writes the table as Markdown, with its notes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from tools.browser_table import table

__all__ = [
    "NOTES",
    "PAGE",
    "SECTION",
    "Note",
    "notes",
    "page_with",
    "rendered",
    "unexplained",
    "unused",
]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "browsers.md"
SECTION = re.compile(r"(?<=<!-- made by `make browser-table` -->\n).*?(?=<!-- end -->)", re.DOTALL)

NOTES = Path(__file__).with_name("notes.toml")
_TITLES = {"cpython": "desktop", "chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit"}
_SYMBOLS = {"own": "✓", "works": "✓", "ours": "✓ (ours)", "untried": "(✓)"}
_LACKS, _BROKEN = "–", "✗"  # noqa: RUF001  (a dash is what is meant)

# An interface, a member and a lane.
Place: TypeAlias = tuple[str, str, str]
Seen: TypeAlias = Mapping[str, Mapping[str, table.Cells]]


@dataclass(frozen=True, slots=True)
class Note:
    """An explanation of cells.

    Attributes:
        members: Patterns such as ``"MediaStreamTrack.stats"`` or ``"MediaStreamTrack*Stats.*"``.
        lanes: The lanes.
        cells: The prefix of the cells.
        text: The explanation, in Markdown.
        evidence: The test or source that proves it.
    """

    members: Sequence[str]
    lanes: Sequence[str]
    cells: str
    text: str
    evidence: str

    def is_about(self, place: Place, cell: str) -> bool:
        """Return True if the note explains a cell."""
        name, member, lane = place
        path = f"{name}.{member}"
        matching = any(fnmatchcase(path, pattern) for pattern in self.members)
        return matching and lane in self.lanes and cell.startswith(self.cells)


def notes() -> list[Note]:
    """Return the notes, in the order of their numbers."""
    return [Note(**entry) for entry in tomllib.loads(NOTES.read_text("utf-8"))["note"]]


def rendered(seen: Seen, known: Sequence[Note]) -> str:
    """Return the table in Markdown; members with equal cells share a row.

    Args:
        seen: For each lane and interface, the cells.
        known: The notes.
    """
    lines = ["", f"| | {' | '.join(_TITLES.values())} |", f"|---|{'---|' * len(_TITLES)}"]
    for name in table.INTERFACES:
        lines.append(f"| **{name}** |{' |' * len(_TITLES)}")
        texts = {m: _texts(seen, known, name, m) for m in table.members(name)}
        # Group by cells, in the order of first occurrence.
        order = list(dict.fromkeys(texts.values()))
        for cells, group in groupby(sorted(texts, key=lambda m: order.index(texts[m])), texts.get):
            shown = ", ".join(_shown(name, member) for member in group)
            lines.append(f"| {shown} | {' | '.join(cells or ())} |")
    lines += ["", *(f"{n}. {note.text}" for n, note in enumerate(known, 1)), "", ""]
    return "\n".join(lines)


def _texts(seen: Seen, known: Sequence[Note], name: str, member: str) -> tuple[str, ...]:
    return tuple(_text(seen[lane][name][member], known, name, member, lane) for lane in _TITLES)


def _text(cell: str, known: Sequence[Note], name: str, member: str, lane: str) -> str:
    symbol = _SYMBOLS.get(cell) or (_LACKS if cell.startswith("lacks") else _BROKEN)
    numbers = [
        str(n) for n, note in enumerate(known, 1) if note.is_about((name, member, lane), cell)
    ]
    return f"{symbol} <sup>{' '.join(numbers)}</sup>" if numbers else symbol


def _shown(name: str, member: str) -> str:
    if member == "()":
        shown = "constructor"
    else:
        call = callable(getattr(table.interface(name), member, None))
        shown = f"`{member}()`" if call else f"`{member}`"
    return f"{shown} †" if member in table.PYTHONS_OWN.get(name, ()) else shown


def _cells(seen: Seen) -> Iterator[tuple[Place, str]]:
    for lane, interfaces in seen.items():
        for name, cells in interfaces.items():
            for member, cell in cells.items():
                yield (name, member, lane), cell


def unexplained(seen: Seen, known: Sequence[Note]) -> list[tuple[Place, str]]:
    """Return the cells that need a note and have none."""
    return [
        (place, cell)
        for place, cell in _cells(seen)
        if cell.startswith(("lacks", "broken", "untried"))
        and not any(note.is_about(place, cell) for note in known)
    ]


def unused(seen: Seen, known: Sequence[Note]) -> list[Note]:
    """Return the notes that match no cell."""
    cells = list(_cells(seen))
    return [note for note in known if not any(note.is_about(*cell) for cell in cells)]


def page_with(section: str, page: str) -> str:
    """Return the page with a new table.

    Args:
        section: The table.
        page: The page.

    Raises:
        ValueError: The page has no section for the table.
    """
    if not SECTION.search(page):
        message = f"{PAGE.name} has no section for the table; see SECTION in {Path(__file__).name}"
        raise ValueError(message)
    return SECTION.sub(lambda _: section, page)
