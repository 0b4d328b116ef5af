"""The comments in the library's code that say where it differs from the IDL, and why.

    # idl: without srcElement, returnValue: they are older names of others.
    # idl: own wait_for, events: what programs for asyncio expect.
    # idl: differs getUserMedia: `video` and `audio` can be keyword arguments too.

In a class the names are those of its members (the standard's, or Python's for its own). Elsewhere
they are names of definitions, with a member or without, such as ``MediaTrack*.iso``. They may be
patterns. A comment goes on in lines that are indented. A mark of something that does not differ is
a fault, as is a difference without a mark.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, TypeAlias, get_args

__all__ = ["Difference", "Mark", "Verb", "in_source", "in_tree"]

Verb: TypeAlias = Literal["without", "own", "differs"]

_START = re.compile(r"#\s*idl:\s*(?P<text>.*)")
_MORE = re.compile(r"#\s{2,}(?P<text>\S.*)")
_MARK = re.compile(r"(?P<verb>\w+) (?P<names>[^:]*): (?P<reason>.*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """One comment.

    Attributes:
        verb: What it says.
        owner: The class that it stands in, or None.
        names: What it is about.
        reason: Why, for readers of the page; a sentence.
        place: Where it stands, for messages.
    """

    verb: Verb
    owner: str | None
    names: tuple[str, ...]
    reason: str
    place: str

    def is_about(self, path: str, classes: tuple[str, ...]) -> bool:
        """Tell whether it is about a member.

        Args:
            path: The name of a definition, or with a member: ``"Event.srcElement"``.
            classes: The names of the classes that the Python class of the definition is made of.
        """
        if self.owner is None:
            return any(fnmatchcase(path, name) for name in self.names)
        _, _, member = path.partition(".")
        if self.owner not in classes:
            return False
        return bool(member) and any(fnmatchcase(member, name) for name in self.names)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the library is not as the IDL says.

    Attributes:
        verb: What a mark has to say.
        path: The definition, or the definition and the member.
        text: In what way, for messages.
        classes: The names of the Python classes in which a mark may stand.
    """

    verb: Verb
    path: str
    text: str
    classes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.path}: {self.text}"


def in_tree(root: Path) -> list[Mark]:
    """Return the marks in all modules below a folder, sorted by their places."""
    return [
        mark
        for path in sorted(root.rglob("*.py"))
        for mark in in_source(path.read_text("utf-8"), path.relative_to(root).as_posix())
    ]


def in_source(source: str, name: str) -> Iterator[Mark]:
    """Yield the marks in the source of a module.

    Args:
        source: The source.
        name: The name of the file, for messages.

    Raises:
        ValueError: A mark does not say what it is about, or why.
    """
    if "idl:" not in source:
        return
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    for line, text in _comments(source):
        place = f"{name}:{line}"
        found = _MARK.fullmatch(text)
        if found is None or found["verb"] not in get_args(Verb):
            raise ValueError(f"{place}: expected '# idl: without|own|differs NAMES: REASON'")
        owner = next(
            (node.name for node in classes if node.lineno <= line <= (node.end_lineno or 0)), None
        )
        names = tuple(part.strip() for part in found["names"].split(","))
        verb = next(known for known in get_args(Verb) if known == found["verb"])
        yield Mark(verb, owner, names, found["reason"], place)


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the joined text of each mark."""
    start, parts, last = 0, list[str](), 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if (first := _START.fullmatch(token.string)) is not None:
            if parts:
                yield start, " ".join(parts)
            start = last = token.start[0]
            parts = [first["text"]]
        elif parts and token.start[0] == last + 1 and (more := _MORE.fullmatch(token.string)):
            parts.append(more["text"])
            last = token.start[0]
        elif parts:
            yield start, " ".join(parts)
            parts = []
    if parts:
        yield start, " ".join(parts)
