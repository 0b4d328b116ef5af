"""How results are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from rich import box
from rich.console import Console
from rich.table import Column, Table

from mediadevices_native.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "console",
    "print_json",
    "print_properties",
    "print_table",
    "say",
    "table",
    "value_text",
]

_WIDTH_OF_FILES = 200


def console(*, error: bool = False) -> Console:
    """Return where to print to a person.

    Args:
        error: Standard error instead of standard output.
    """
    stream = sys.stderr if error else sys.stdout
    # Nothing is cut off where there is no edge; and a device's name is not markup.
    width = None if stream.isatty() else _WIDTH_OF_FILES
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def say(text: str) -> None:
    """Print a line of the result, to standard output.

    Args:
        text: The line, which may hold names of devices and files.
    """
    print(printable(text), flush=True)


def print_json(value: object, *, error: bool = False) -> None:
    """Print a value as JSON, the only thing on standard output.

    Args:
        value: The value.
        error: Print it to standard error instead.
    """
    # All but ASCII is escaped, control characters too.
    print(json.dumps(value, indent=2), file=sys.stderr if error else sys.stdout, flush=True)


def table(headings: Iterable[Column | str], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table.

    Args:
        headings: The headings of the columns.
        rows: The cells of each row.
    """
    made = Table(*headings, box=box.SIMPLE)
    for row in rows:
        made.add_row(*(printable(cell) for cell in row))
    return made


def print_table(
    headings: Iterable[Column | str], rows: Iterable[Iterable[str]], *, error: bool = False
) -> None:
    """Print a table; see `table`."""
    console(error=error).print(table(headings, rows))


def print_properties(properties: Mapping[str, object], *, error: bool = False) -> None:
    """Print settings or capabilities, one a line.

    Args:
        properties: The settings or capabilities.
        error: Print them to standard error instead of standard output.
    """
    rows = ((name, value_text(properties[name])) for name in properties)
    print_table(("property", "value"), rows, error=error)


def value_text(value: object) -> str:
    """Return a setting or capability in words: a range, a list, a number, a text."""
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
