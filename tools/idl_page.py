"""Writes the section of `docs/conformance.md` about differences from the IDL.

Its sources are the marks in the code and the table of documents:

    make idl-page
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mediadevices.webidl.interface import Interface
from support import idl_files, idl_surface
from support.idl_documents import DOCUMENTS
from support.idl_marks import Mark, Verb

__all__ = ["PAGE", "SECTION", "rendered"]

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
SECTION = re.compile(r"(?<=<!-- made by `make idl-page` -->\n).*?(?=<!-- end -->)", re.DOTALL)

_TITLES: dict[Verb, tuple[str, str]] = {
    "without": ("Not here", "why not, or what it would be"),
    "differs": ("Here, in another form", "in what way"),
    "own": ("Python's own", "what for"),
}


def rendered() -> str:
    """Return the section, in Markdown."""
    marks = idl_surface.marks()
    lines = ["", f"The IDL is that of `@webref/idl` {idl_files.VERSION}.", ""]
    lines += [
        "### Documents",
        "",
        "| document | | what is here, or what it would be |",
        "|---|---|---|",
    ]
    lines += [f"| {one.title} | {one.here} | {one.text} |" for one in DOCUMENTS.values()]
    for verb, (title, heading) in _TITLES.items():
        lines += ["", f"### {title}", "", f"| name | {heading} |", "|---|---|"]
        lines += sorted({row for mark in marks if mark.verb == verb for row in _rows(mark)})
    return "\n".join([*lines, "", ""])


def _rows(mark: Mark) -> Iterator[str]:
    names = ", ".join(f"`{name}`" for name in mark.names)
    reason = mark.reason[0].upper() + mark.reason[1:]
    if mark.owner is None:
        yield f"| {names} | {reason} |"
    for owner in _public_names(mark.owner):
        yield f"| `{owner}`: {names} | {reason} |"


def _public_names(owner: str | None) -> list[str]:
    """Return the name of a public class, or of the public subclasses of a private one."""
    if owner is None or not owner.startswith("_"):
        return [] if owner is None else [owner]
    return sorted(
        cls.__name__
        for cls in _subclasses(Interface)
        if any(part.__name__ == owner for part in cls.__mro__)
        and cls.__module__.startswith("mediadevices.")
        and not cls.__name__.startswith("_")
    )


def _subclasses(cls: type[Interface]) -> Iterator[type[Interface]]:
    for one in cls.__subclasses__():
        yield one
        yield from _subclasses(one)


def main() -> None:
    """Write the section."""
    page = PAGE.read_text("utf-8")
    PAGE.write_text(SECTION.sub(lambda _: rendered(), page), "utf-8")


if __name__ == "__main__":
    main()
