"""Print results: lines, JSON, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from rich import box
from rich.console import Console
from rich.table import Column, Table

from mediadevices_native.printable_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "console",
    "print_json",
    "print_line",
    "print_properties",
    "print_table",
    "table",
    "value_text",
]

_FILE_WIDTH = 200


def console(*, error: bool = False) -> Console:
    """Return a console that prints text as it is, without markup.

    Args:
        error: Print to standard error instead of standard output.
    """
    stream = sys.stderr if error else sys.stdout
    # Files and pipes have no right edge, so nothing needs to be cut off there.
    width = None if stream.isatty() else _FILE_WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def print_line(text: str) -> None:
    """Print a line of the result to standard output.

    Args:
        text: The line, which may contain names of devices and files.
    """
    print(printable(text), flush=True)


def print_json(value: object, *, error: bool = False) -> None:
    """Print a value as JSON.

    Args:
        value: The value.
        error: Print to standard error instead of standard output.
    """
    # json.dumps escapes control characters and everything that is not ASCII.
    print(json.dumps(value, indent=2), file=sys.stderr if error else sys.stdout, flush=True)


def table(headings: Iterable[Column | str], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table.

    Args:
        headings: The headings of the columns.
        rows: The cells of each row.
    """
    result = Table(*headings, box=box.SIMPLE)
    for row in rows:
        result.add_row(*(printable(cell) for cell in row))
    return result


def print_table(
    headings: Iterable[Column | str], rows: Iterable[Iterable[str]], *, error: bool = False
) -> None:
    """Print a table; see `table`.

    Args:
        headings: The headings of the columns.
        rows: The cells of each row.
        error: Print to standard error instead of standard output.
    """
    console(error=error).print(table(headings, rows))


def print_properties(properties: Mapping[str, object], *, error: bool = False) -> None:
    """Print settings or capabilities, one per line.

    Args:
        properties: The settings or capabilities.
        error: Print to standard error instead of standard output.
    """
    rows = ((name, value_text(properties[name])) for name in properties)
    print_table(("property", "value"), rows, error=error)


def value_text(value: object) -> str:
    """Return a setting or capability as text: a range, a list, a number or a string."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(value_text(one) for one in cast("list[object]", value))
    if not isinstance(value, Mapping):
        return str(value)
    members = cast("Mapping[str, object]", value)
    if not {"min", "max"} <= members.keys():
        return str(members)
    step = f" in steps of {members['step']}" if "step" in members else ""
    return f"{value_text(members['min'])} to {value_text(members['max'])}{step}"
