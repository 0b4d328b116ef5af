"""The comparison with the IDL finds each kind of difference, and no others."""

from __future__ import annotations

import asyncio
from textwrap import dedent

import pytest

from mediadevices.webidl.interface import Interface
from support import idl_surface
from support.idl import Type, definitions, merged, parse_type
from support.idl_marks import Difference, Mark, in_source

# Only the host has the parser of the IDL.
pytestmark = pytest.mark.lanes("cpython")


class Thing(Interface):
    def __init__(self, name: str, size: int | None = None) -> None:
        self._name, self._size = name, size

    @property
    def long_name(self) -> str:
        return self._name

    @property
    def count(self) -> float:
        return 0

    @property
    def enabled(self) -> bool:
        return True

    @enabled.setter
    def enabled(self, value: bool) -> None: ...

    def find(self, text: str, exact: bool = False) -> asyncio.Future[list[str]]:
        raise NotImplementedError

    def extra(self) -> None: ...


SAME = """
    constructor(DOMString name, optional unsigned long size);
    readonly attribute DOMString longName;
    readonly attribute double count;
    attribute boolean enabled;
    Promise<sequence<DOMString>> find(DOMString text, optional boolean exact = false);
    undefined extra();
"""


def found(idl: str) -> list[str]:
    known = merged(definitions("thing", f"interface Thing {{ {idl} }};"))
    return [str(one) for one in idl_surface.differences(known, {"Thing": Thing})]


def test_equal_definitions_have_no_difference() -> None:
    assert found(SAME) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("attribute boolean enabled", "readonly attribute boolean enabled", "can be set"),
        ("readonly attribute DOMString", "attribute DOMString", "cannot be set"),
        ("DOMString longName", "double longName", "str is not double"),
        ("DOMString longName", "DOMString? longName", "str is not DOMString?"),
        ("double count", "unsigned long count", "float is not unsigned long"),
        ("optional unsigned long size", "unsigned long size", "requires 1 arguments, not 2"),
        ("DOMString name,", "optional DOMString name,", "requires 1 arguments, not 0"),
        (", optional unsigned long size", "", "takes 2 arguments, not 1"),
        ("exact = false", "exact = true", "exact is False unless given"),
        ("DOMString text", "DOMString query", "the argument query is called text"),
        ("DOMString text", "boolean text", "text: str does not take boolean"),
        ("Promise<sequence<DOMString>>", "sequence<DOMString>", "not sequence<DOMString>"),
        ("Promise<sequence<DOMString>>", "Promise<sequence<long>>", "not Promise<sequence<long>>"),
        ("undefined extra();", "", "own Thing.extra"),
        ("undefined extra();", "undefined extra(); undefined more();", "without Thing.more"),
        ("undefined extra();", "static undefined extra();", "is not static"),
        ("constructor(DOMString name, optional unsigned long size);", "", "has a constructor"),
    ],
)
def test_a_difference_is_found(old: str, new: str, difference: str) -> None:
    assert old in SAME
    (only,) = found(SAME.replace(old, new))
    assert difference in only


def test_partial_definitions_become_one() -> None:
    parts = [
        *definitions("one", "interface A : B { attribute long x; }; A includes M;"),
        *definitions("two", "partial interface A { attribute long y; }; interface mixin M {};"),
    ]
    joined = merged(parts)["A"]
    assert (joined.parent, joined.mixins, joined.documents) == ("B", ("M",), ("one", "two"))
    assert {name: one.document for name, one in joined.members.items()} == {"x": "one", "y": "two"}


def test_invalid_idl_is_an_error() -> None:
    with pytest.raises(ValueError, match="broken"):
        list(definitions("broken", "interface { what is this"))


@pytest.mark.parametrize(
    "text",
    ["Promise<sequence<X?>>", "(boolean or sequence<DOMString>)?", "unsigned long long", "any"],
)
def test_a_type_is_read(text: str) -> None:
    assert str(parse_type(text)) == text
    assert parse_type(f"[Clamp] {text}") == parse_type(text)


def test_the_parts_of_a_type() -> None:
    word = Type("DOMString", nullable=True)
    assert parse_type("sequence<DOMString?>") == Type("sequence", (word,))


SOURCE = dedent(
    """
    # idl: without Thing.more, Other: it is
    #   not needed.
    # Something else.

    class Thing:
        # idl: own extra: for fun.
        x = 1
    """
)


def test_marks_are_read_from_comments() -> None:
    assert list(in_source(SOURCE, "m.py")) == [
        Mark("without", None, ("Thing.more", "Other"), "it is not needed.", "m.py:2"),
        Mark("own", "Thing", ("extra",), "for fun.", "m.py:7"),
    ]


@pytest.mark.parametrize("text", ["# idl: without x", "# idl: perhaps x: so it is."])
def test_an_invalid_mark_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"m\.py:1"):
        list(in_source(text, "m.py"))


def test_marks_and_differences_belong_together() -> None:
    marks = list(in_source(SOURCE, "m.py"))
    differing = [
        Difference("without", "Thing.more", "", ("Thing",)),
        Difference("own", "Thing.extra", "", ("Thing",)),
    ]
    assert idl_surface.unmarked(differing, marks) == []
    assert idl_surface.unused(differing, marks) == ["m.py:2: without Other"]
    other = Difference("differs", "Thing.extra", "is red", ("Thing",))
    assert idl_surface.unmarked([other], marks) == ["differs Thing.extra: is red"]
