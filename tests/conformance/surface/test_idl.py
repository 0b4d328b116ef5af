"""idlharness: every member of the IDL exists, or a mark in the code gives the reason."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import mediadevices
from mediadevices.interfaces import streams
from mediadevices.webidl.interface import Interface
from mediadevices.webidl.names import to_snake_case
from support import idl_files, idl_probes, idl_surface
from support.idl import Definition
from support.idl_documents import DOCUMENTS, compared, naming_the_api, of_document
from support.idl_marks import Difference
from tools import idl_page

# Only the host has the IDL and its parser.
pytestmark = pytest.mark.lanes("cpython")

ROOT = Path(__file__).parents[3]
# The comparison includes classes that the package does not export.
INTERFACES = sorted(
    {
        name
        for module in (mediadevices, streams)
        for name, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, Interface) and not name.startswith("_")
    }
    - {"AudioTrackGenerator", "Interface"}
)
NOT_BUILT = [name for name, document in DOCUMENTS.items() if document.here == "not built"]


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    """Return the IDL of each document."""
    try:
        return idl_files.read_all(ROOT)
    except idl_files.IDLUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def definitions(texts: Mapping[str, str]) -> Mapping[str, Definition]:
    """Return the definitions to compare the library with."""
    return compared(texts)


async def all_differences(definitions: Mapping[str, Definition]) -> list[Difference]:
    python = idl_surface.classes_of(definitions)
    found = [*idl_surface.differences(definitions, python), *idl_surface.exports(definitions)]
    return [*found, *[one async for one in idl_probes.probed(definitions)]]


async def test_every_difference_is_marked(definitions: Mapping[str, Definition]) -> None:
    found = await all_differences(definitions)
    assert idl_surface.unmarked(found, idl_surface.marks()) == []


async def test_every_mark_describes_a_difference(definitions: Mapping[str, Definition]) -> None:
    found = await all_differences(definitions)
    assert idl_surface.unused(found, idl_surface.marks()) == []


def test_the_whole_standard_is_compared(definitions: Mapping[str, Definition]) -> None:
    main = [one for one in definitions.values() if "mediacapture-streams" in one.documents]
    assert len(main) >= 35
    python = idl_surface.classes_of(definitions)
    # A missing class would otherwise need only a mark to be forgotten.
    missing = [one.name for one in main if one.kind == "interface" and one.name not in python]
    assert missing == []
    assert set(INTERFACES) <= set(definitions)


def test_every_document_that_names_the_api_has_a_row(texts: Mapping[str, str]) -> None:
    assert naming_the_api(texts) - set(DOCUMENTS) == set()
    assert set(DOCUMENTS) - set(texts) == set()


@pytest.mark.parametrize("name", [name for name in NOT_BUILT if name != "html"])
def test_unbuilt_documents_have_no_members(name: str, texts: Mapping[str, str]) -> None:
    # HTML is left out, because it also defines types that all other documents use.
    found = of_document(name, texts)
    assert found
    for definition in found.values():
        cls = getattr(mediadevices, definition.name, None)
        if not definition.partial:
            assert cls is None, f"{definition.name} is built: say so in the table of documents"
        elif inspect.isclass(cls):
            built = [one for one in definition.members if hasattr(cls, to_snake_case(one))]
            assert built == [], "it is built: say so in the table of documents"


@pytest.mark.parametrize("name", INTERFACES)
def test_members_also_have_the_standards_names(
    name: str, definitions: Mapping[str, Definition]
) -> None:
    cls = idl_surface.classes_of(definitions)[name]
    assert inspect.isclass(cls)
    for member in definitions[name].members.values():
        snake = to_snake_case(member.name)
        if not hasattr(cls, snake) or member.kind == "constant":
            continue  # `test_every_difference_is_marked` reports it
        if member.kind == "operation":
            blank = cls.__new__(cls)
            assert getattr(blank, member.name) == getattr(blank, snake)
            continue
        blank, held = with_attribute(cls, snake, readonly=member.readonly)
        assert getattr(blank, member.name) == "as it was"
        if member.readonly:
            with pytest.raises(AttributeError):
                setattr(blank, member.name, "another")
        else:
            setattr(blank, member.name, "another")
            assert held == ["another"]


def with_attribute(cls: type[Any], name: str, *, readonly: bool) -> tuple[Any, list[str]]:
    """Return an object with a plain attribute, and the list that holds its value."""
    held = ["as it was"]

    def get(_: object) -> str:
        return held[0]

    def put(_: object, value: str) -> None:
        held[0] = value

    attribute = property(get, None if readonly else put)
    # Like the class itself, its objects have only the declared attributes.
    blank = type("Blank", (cls,), {"__slots__": (), name: attribute})
    return blank.__new__(blank), held


def test_the_page_is_made_of_the_marks() -> None:
    section = idl_page.SECTION.search(idl_page.PAGE.read_text("utf-8"))
    assert section is not None
    message = "run `make idl-page`"
    assert section[0] == idl_page.rendered(), message


def test_a_reason_is_a_sentence() -> None:
    marks = idl_surface.marks()
    assert marks
    for mark in marks:
        assert re.search(r"[\w`)]\.$", mark.reason), mark.place
