"""The table of `docs/browsers.md` says what there is, in each engine and natively."""

from __future__ import annotations

import inspect
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mediadevices
from mediadevices.testing import install_fake_devices
from tools.browser_table import table
from tools.browser_table.probes import PROBES, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
AGAIN = "the table is out of date: run `make browser-table`, and read what it has changed"


@pytest.fixture(autouse=True)
def devices() -> Iterator[None]:
    """A page has the browser's; natively there are fake ones."""
    with nullcontext() if sys.platform == "emscripten" else install_fake_devices():
        yield


async def observed(name: str) -> table.Cells:
    probes = PROBES[name]
    async with probes.subject() as subject:
        return {
            member: table.cell(
                table.engine_has(name, member), await outcome_of(probes.members[member], subject)
            )
            for member in table.members(name)
        }


@pytest.mark.lanes(*table.LANES)
@pytest.mark.parametrize("name", table.INTERFACES)
async def test_the_table_says_what_is_seen(name: str, request: pytest.FixtureRequest) -> None:
    lane = request.config.getoption("--inside") or "cpython"
    seen = await observed(name)
    request.node.user_properties.append((table.REPORT, json.dumps({name: seen})))
    assert seen == table.read().get(lane, {}).get(name), AGAIN


@pytest.mark.lanes("cpython")
def test_every_public_interface_is_in_the_table() -> None:
    public = {name for name, _ in inspect.getmembers(mediadevices, table.is_interface)}
    assert public == set(table.INTERFACES)


@pytest.mark.lanes("cpython")
@pytest.mark.parametrize("name", table.INTERFACES)
def test_every_member_is_used_and_pythons_own_is_there(name: str) -> None:
    members = set(table.members(name))
    assert members <= set(PROBES[name].members)
    assert table.PYTHONS_OWN.get(name, frozenset()) <= members


@pytest.mark.lanes("cpython")
def test_the_page_has_the_table() -> None:
    from tools.browser_table import page as writing

    page = writing.PAGE.read_text("utf-8")
    section = writing.rendered(table.read(), writing.notes())
    assert writing.SECTION.findall(page) == [section], AGAIN


@pytest.mark.lanes("cpython")
def test_what_differs_is_explained_and_every_note_has_its_cells() -> None:
    from tools.browser_table import page as writing

    seen, notes = table.read(), writing.notes()
    assert writing.unexplained(seen, notes) == []
    assert writing.unused(seen, notes) == []


@pytest.mark.lanes("cpython")
def test_the_evidence_of_every_note_is_there() -> None:
    from tools.browser_table import page as writing

    notes = writing.notes()
    assert notes
    for note in notes:
        path, _, name = note.evidence.partition("::")
        assert name, note
        assert name in (ROOT / path).read_text("utf-8"), note


@pytest.mark.lanes("cpython")
async def test_probes_tell_what_happens() -> None:
    async def later() -> bool:
        return True

    def fails(_: object) -> object:
        raise mediadevices.NotSupportedError("no")

    assert await outcome_of(lambda _: True, None) == "works"
    assert await outcome_of(lambda _: later(), None) == "works"
    assert await outcome_of(lambda _: None, None) == "gives None"
    assert await outcome_of(lambda _: "no event", None) == "no event"
    assert await outcome_of(fails, None) == "raises NotSupportedError"


@pytest.mark.lanes("cpython")
@pytest.mark.parametrize(
    ("has", "outcome", "cell"),
    [
        (True, "works", "own"),
        (False, "works", "ours"),
        (None, "works", "works"),
        (False, "gives None", "lacks: gives None"),
        (None, "raises NotSupportedError", "lacks: raises NotSupportedError"),
        (True, "gives None", "broken: gives None"),
        (False, "raises TimeoutError", "broken: raises TimeoutError"),
        (True, "untried", "untried"),
    ],
)
def test_a_cell_joins_both_facts(has: bool | None, outcome: str, cell: str) -> None:
    assert table.cell(has, outcome) == cell
