"""The tables of faults are made of what the tests note, and list every test that is marked."""

from __future__ import annotations

from tools import fault_table
from tools.fault_table import Note


def note(fault: str, lane: str, sees: str = "`ended`", seconds: float | None = None) -> Note:
    return {
        "device": "camera",
        "fault": fault,
        "lane": lane,
        "test": f"test_{fault}[{lane}]",
        "sees": sees,
        "seconds": seconds,
    }


NOTES = [
    note("unplugged", "cpython"),
    note("busy", "vm", "`NotReadableError`"),
    note("unplugged", "vm", seconds=1.3),
    note("unplugged", "cpython", seconds=0.03),
    note("unplugged", "vm", "a line | in the log"),
]


def test_the_notes_of_one_fault_stand_together_each_with_the_lanes_that_saw_it() -> None:
    camera = "a real V4L2 camera in a virtual machine"
    both = f"injected, by a fake device or library; {camera}"
    assert fault_table.rendered(NOTES).splitlines()[5:] == [
        f"| unplugged | `ended` | 0.05 s, 2 s in the virtual machine | {both} |",
        f"|  | a line \\| in the log |  | {camera} |",
        f"| busy | `NotReadableError` |  | {camera} |",
        "",
    ]


def test_a_page_lists_what_was_rendered() -> None:
    section = fault_table.rendered(NOTES)
    page = f"# Faults\n<!-- made by `make fault-table` -->\n{section}<!-- end -->\n"
    assert fault_table.listed(page) == fault_table.expected(NOTES)
    assert len(fault_table.expected(NOTES)) == 3


def test_a_marked_test_that_noted_nothing_is_named() -> None:
    tests = {one["test"]: one for one in NOTES}
    found: fault_table.Found = {"tests": {**tests, "test_more": NOTES[0]}, "notes": NOTES}
    assert fault_table.silent(found) == ["test_more"]


def test_the_page_lists_the_tests_that_there_are() -> None:
    listed = fault_table.listed(fault_table.PAGE.read_text("utf-8"))
    expected = fault_table.expected(fault_table.collected().values())
    assert listed == expected, "make fault-table"
