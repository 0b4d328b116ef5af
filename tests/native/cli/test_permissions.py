"""``mediadevices permissions``."""

from __future__ import annotations

import json
import re

import pytest

from mediadevices.local.permission_decisions import Decision
from mediadevices_native.remembered import RememberedPermissions, permissions_path
from support.command_line import call, run_process

GRANTED, DENIED = Decision("granted", "user"), Decision("denied", "user")


@pytest.fixture
def two_applications() -> None:
    RememberedPermissions("doorbell").remember({"camera": GRANTED, "microphone": DENIED})
    RememberedPermissions("lift").remember({"camera": GRANTED})


def test_without_answers_there_is_nothing_to_list() -> None:
    done = call("permissions")
    assert (done.code, done.out) == (0, "")
    assert "applications ask" in done.err
    assert json.loads(call("permissions", "--json").out) == []


@pytest.mark.usefixtures("two_applications")
def test_what_is_remembered_is_listed_for_each_application() -> None:
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
def test_what_is_remembered_for_an_application_can_be_forgotten() -> None:
    done = call("permissions", "--forget", "doorbell")
    assert done.code == 0
    assert "doorbell" not in done.out
    assert "lift" in done.out
    assert RememberedPermissions("doorbell").recall() == {}


@pytest.mark.usefixtures("two_applications")
def test_a_spoilt_file_is_told_and_can_be_forgotten() -> None:
    permissions_path("doorbell").write_bytes(b"spoilt")
    done = run_process("permissions")
    assert (done.code, "lift" in done.out) == (0, True)
    assert done.err.startswith("warning: earlier answers are not known: ")
    assert run_process("permissions", "--forget", "doorbell").err == ""


@pytest.mark.usefixtures("two_applications")
def test_an_application_that_is_misspelt_is_an_error_that_names_the_others() -> None:
    done = call("permissions", "--forget", "dorbell")
    assert done.code == 1
    assert "error: nothing is remembered for 'dorbell'; did you mean 'doorbell'?" in done.err
