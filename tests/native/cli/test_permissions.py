"""``mediadevices permissions``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from mediadevices.local.permissions.decisions import Decision
from mediadevices_native.application.remembered_answers import RememberedPermissions, answer_path
from support.command_line import call, run_process

if TYPE_CHECKING:
    from pathlib import Path

GRANTED, DENIED = Decision("granted", "user"), Decision("denied", "user")


@pytest.fixture
def two_applications() -> None:
    RememberedPermissions("doorbell").remember({"camera": GRANTED, "microphone": DENIED})
    RememberedPermissions("lift").remember({"camera": GRANTED})


def test_without_answers_there_is_nothing_to_list() -> None:
    done = call("permissions")
    assert (done.code, done.out) == (0, "")
    assert "applications will ask" in done.err
    assert json.loads(call("permissions", "--json").out) == []


@pytest.mark.usefixtures("two_applications")
def test_remembered_answers_are_listed_for_each_application() -> None:
    done = call("permissions")
    assert done.code == 0
    assert re.search(r"doorbell +camera +granted", done.out)
    assert re.search(r"doorbell +microphone +denied", done.out)
    assert json.loads(call("permissions", "--json").out)[2] == {
        "application": "lift",
        "permission": "camera",
        "state": "granted",
    }


@pytest.mark.usefixtures("two_applications")
def test_the_answers_for_an_application_can_be_forgotten() -> None:
    done = call("permissions", "--forget", "doorbell")
    assert done.code == 0
    assert "doorbell" not in done.out
    assert "lift" in done.out
    assert RememberedPermissions("doorbell").recall() == {}


@pytest.mark.usefixtures("two_applications")
def test_a_corrupt_file_is_reported_and_can_be_forgotten() -> None:
    path = answer_path("doorbell", "camera")
    path.write_bytes(b"spoilt")
    done = run_process("permissions")
    assert (done.code, "lift" in done.out, "microphone" in done.out) == (0, True, True)
    assert done.err == (
        f"warning: stored answers cannot be read: {path}: it contains no answer; delete the file\n"
    )
    assert run_process("permissions", "--forget", "doorbell").err == ""


@pytest.mark.usefixtures("two_applications")
def test_a_misspelt_application_is_an_error_with_a_suggestion() -> None:
    done = call("permissions", "--forget", "dorbell")
    assert done.code == 1
    assert "error: no answers are remembered for 'dorbell'; did you mean 'doorbell'?" in done.err


@pytest.fixture
def two_scripts(folder: Path) -> tuple[str, str]:
    """The paths of two programs with the same file name, one of them in the working folder."""
    paths = str(folder / "main.py"), str(folder.parent / "downloads" / "main.py")
    for path in paths:
        RememberedPermissions(path).remember({"camera": GRANTED})
    return paths


def test_programs_are_listed_with_their_paths(two_scripts: tuple[str, str]) -> None:
    done = call("permissions")
    for path in two_scripts:
        assert path in done.out
    listed = {row["application"] for row in json.loads(call("permissions", "--json").out)}
    assert listed == set(two_scripts)


def test_an_ambiguous_name_forgets_nothing(two_scripts: tuple[str, str]) -> None:
    for name in ("main", "main.py"):
        done = call("permissions", "--forget", name)
        assert done.code == 1
        listed = ", ".join(sorted(two_scripts))
        assert f"error: {name!r} matches several applications; use one of: {listed}" in done.err
    assert len(json.loads(call("permissions", "--json").out)) == 2


@pytest.mark.parametrize("spelling", ["{0}", "./main.py", "../work/../work/main.py"])
def test_different_spellings_of_a_path_mean_the_same_program(
    two_scripts: tuple[str, str], spelling: str
) -> None:
    done = call("permissions", "--forget", spelling.format(*two_scripts))
    assert (done.code, done.err) == (0, "")
    [row] = json.loads(call("permissions", "--json").out)
    assert row["application"] == two_scripts[1]


@pytest.mark.parametrize("name", ["doorbell", "doorbell.py"])
def test_a_unique_file_name_selects_a_program(
    folder: Path, two_scripts: tuple[str, str], name: str
) -> None:
    path = str(folder / "doorbell.py")
    RememberedPermissions(path).remember({"camera": GRANTED})
    assert call("permissions", "--forget", name).code == 0
    assert RememberedPermissions(path).recall() == {}
    assert RememberedPermissions(two_scripts[0]).recall() != {}


@pytest.mark.usefixtures("two_applications")
def test_an_application_name_matches_before_a_file_name(folder: Path) -> None:
    path = str(folder / "doorbell.py")
    RememberedPermissions(path).remember({"camera": GRANTED})
    assert call("permissions", "--forget", "doorbell").code == 0
    assert RememberedPermissions("doorbell").recall() == {}
    assert RememberedPermissions(path).recall() != {}


def test_a_name_with_control_characters_is_harmless_and_can_be_forgotten() -> None:
    RememberedPermissions("\x1b[2J\udcff").remember({"camera": GRANTED})
    done = call("permissions")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert call("permissions", "--forget", "\x1b[2J\udcff").code == 0
