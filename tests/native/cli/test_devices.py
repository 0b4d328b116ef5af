"""``mediadevices devices``, ``capabilities``, and options of all commands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from mediadevices import UnknownConstraintWarning
from mediadevices.errors import NotReadableError
from mediadevices_native.cli import devices as devices_module
from support.command_line import call, run_process

if TYPE_CHECKING:
    from mediadevices.testing import FakeDevices

ID = re.compile(r"^[0-9a-f]{32}$")


def test_devices_are_listed_by_name_without_being_opened(fakes: FakeDevices) -> None:
    done = call("devices")
    assert done.code == 0
    for device in (*fakes.cameras, *fakes.microphones, *fakes.speakers):
        assert device.label in done.out
        assert device.opened == 0
    assert fakes.requests == []


def test_the_json_list_has_exactly_the_standards_keys(fakes: FakeDevices) -> None:
    done = call("devices", "--json")
    listed = json.loads(done.out)
    assert [(one["kind"], one["label"]) for one in listed] == [
        ("audioinput", "Fake Microphone 1"),
        ("audioinput", "Fake Microphone 2"),
        ("videoinput", "Fake Camera 1"),
        ("audiooutput", "Fake Speaker 1"),
    ]
    for one in listed:
        assert list(one) == ["deviceId", "kind", "label", "groupId"]
        assert ID.match(one["deviceId"])
    assert listed[0]["groupId"] == listed[2]["groupId"] != listed[1]["groupId"]


@pytest.mark.parametrize("columns", [40, 71])
def test_narrow_terminals_get_a_block_for_each_device(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    fakes.cameras[0].label = "HD Pro Webcam C920 by Somebody (046d:082d)"
    monkeypatch.setattr(
        devices_module, "console", lambda: Console(width=columns, force_terminal=True)
    )
    lines = call("devices").out.splitlines()
    row = lines.index("HD Pro Webcam C920 by Somebody (046d:082d)")
    assert lines[row + 1] == "  videoinput"
    assert ID.match(lines[row + 2].strip())
    assert len(lines) == 3 * 4


def test_wide_terminals_get_a_table_that_cuts_off_no_name(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices_module, "console", lambda: Console(width=72, force_terminal=True))
    lines = call("devices").out.splitlines()
    [row] = [line for line in lines if "Fake Microphone 1" in line]
    assert ID.match(row.split()[-1])


def test_ids_are_stable_across_processes_and_select_a_device() -> None:
    first, second = (json.loads(run_process("devices", "--json", "--synthetic").out) for _ in "12")
    assert [one["deviceId"] for one in first] == [one["deviceId"] for one in second]
    camera = next(one for one in first if one["kind"] == "videoinput")
    shown = run_process("capabilities", camera["deviceId"], "--json", "--synthetic")
    assert json.loads(shown.out)["deviceId"] == camera["deviceId"]


def test_an_empty_list_refers_to_doctor(fakes: FakeDevices) -> None:
    for device in (*fakes.cameras, *fakes.microphones, *fakes.speakers):
        fakes.unplug(device)
    done = call("devices")
    assert (done.code, done.out) == (0, "")
    assert "mediadevices doctor" in done.err
    assert json.loads(call("devices", "--json").out) == []


def test_synthetic_devices_are_reported_on_standard_error() -> None:
    done = run_process("devices", "--json", "--synthetic")
    assert len(json.loads(done.out)) == 4
    assert done.err == "warning: these devices are synthetic: colour bars and tones, nothing real\n"


def test_markup_and_control_characters_in_names_have_no_effect(
    fakes: FakeDevices,
) -> None:
    fakes.cameras[0].label = "[red]Cam\x1b[2J[/red]"
    assert "[red]Cam?[2J[/red]" in call("devices").out


def test_capabilities_show_ranges_and_lists_without_opening(fakes: FakeDevices) -> None:
    done = call("capabilities", "camera")
    assert re.search(r"width +1 to 1920", done.out)
    assert re.search(r"resizeMode +none, crop-and-scale", done.out)
    assert fakes.cameras[0].opened == 0


def test_json_capabilities_have_the_standards_form(fakes: FakeDevices) -> None:
    capabilities = json.loads(call("capabilities", "Fake Microphone 2", "--json").out)
    assert capabilities["echoCancellation"] == [True, False]
    assert capabilities["sampleRate"]["max"] >= 48000


def test_the_version_is_printed() -> None:
    assert re.match(r"mediadevices \d+\.\d+", call("--version").out)


def test_help_lists_every_command() -> None:
    shown = call("--help").out
    for name in ("devices", "capabilities", "photo", "record", "monitor", "doctor"):
        assert name in shown


def test_verbose_says_why_a_device_was_chosen(fakes: FakeDevices) -> None:
    done = call("photo", "a.png", "--delay", 0, "--verbose")
    assert done.code == 0
    assert "debug: get_user_media, video:" in done.err
    assert "Fake Camera 1" in done.err


def test_verbose_shows_the_traceback_of_an_error(fakes: FakeDevices) -> None:
    fakes.fail_to_open(fakes.cameras[0], NotReadableError("the camera is asleep"))
    quiet, verbose = call("photo", "a.png"), call("photo", "a.png", "--verbose")
    assert "Traceback" not in quiet.err
    assert "Traceback" in verbose.err
    for done in (quiet, verbose):
        assert done.code == 1
        assert "NotReadableError: the camera is asleep" in done.err


def test_a_misspelt_constraint_is_ignored_with_a_warning() -> None:
    done = run_process(
        "photo", "a.png", "--synthetic", "--delay", 0, "--constraints", '{"widht": 320}'
    )
    assert done.code == 0
    assert "did you mean 'width'" in done.err
    assert UnknownConstraintWarning.__name__ not in done.err
