"""Whatever lies where a secret, an answer or the audit log belongs: nothing hangs or ends."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pytest

from mediadevices import MediaDevicesWarning, NotAllowedError, navigator
from mediadevices.current_agent import use_agent
from mediadevices.local.permissions.decisions import Decision
from mediadevices_native import PrivateFileError, clear_device_ids, forget_permissions
from mediadevices_native import agent as agent_module
from mediadevices_native.agent import create_agent
from mediadevices_native.application import private_files
from mediadevices_native.application.audit_file import AuditFile
from mediadevices_native.application.identity import application_secret, secret_path
from mediadevices_native.application.remembered_answers import (
    RememberedPermissions,
    all_remembered,
    answer_path,
)
from mediadevices_native.synthetic import synthetic_driver
from support.command_line import call
from support.own_home import use_own_home

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="FIFOs, devices and modes")

APPLICATION = "doorbell"
GRANTED = {"camera": Decision("granted", "user", "")}
ANSWER = b'{"application": "doorbell", "permission": "camera", "state": "granted", "device": "%s"}'


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    use_own_home(monkeypatch, tmp_path)
    monkeypatch.setattr(agent_module, "native_drivers", lambda: [synthetic_driver()])
    return tmp_path


def content(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


SPECIAL: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "terminal": lambda path: path.symlink_to("/dev/tty"),
    "link to nothing": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path),
    "folder": Path.mkdir,
    "huge": huge,
}
SPOILT: dict[str, Callable[[Path], object]] = {
    "empty": content(b""),
    "no text": content(b'{"application": "\xff\xfe"}'),
    "half": content(ANSWER[:30]),
    "nested": content(b"[" * 60_000),
    "nested objects": content(b'{"a":' * 10_000),
    "number": content(b"1" * 5001),
    "number within": content(ANSWER.replace(b'"%s"', b"1" * 5001)),
    "list": content(b"[]"),
    "null": content(b"null"),
    "application no text": content(ANSWER.replace(b'"doorbell"', b"[]")),
    "other application": content(ANSWER.replace(b"doorbell", b"lift")),
    "other permission": content(ANSWER.replace(b"camera", b"microphone")),
    "unknown permission": content(ANSWER.replace(b"camera", b"screen")),
    "permission no text": content(ANSWER.replace(b'"camera"', b"{}")),
    "unknown state": content(ANSWER.replace(b"granted", b"prompt")),
    "state no text": content(ANSWER.replace(b'"granted"', b"true")),
    "device no text": content(ANSWER.replace(b'"%s"', b"null")),
    "state twice": content(ANSWER.replace(b'"state"', b'"state": "granted", "states"')[:-1]),
    "too long": content(ANSWER % (b"x" * 70_000)),
    "as version 0.1.0 wrote": content(
        b'{"application": "doorbell", "permissions": {"camera": {"state": "granted"}}}'
    ),
}
THINGS = {**SPECIAL, **SPOILT}


def put(make: Callable[[Path], object], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    make(path)


async def run_program() -> int:
    """Run a program that uses the camera, and say yes; return the number of questions."""
    asked: list[object] = []

    def prompt(request: object) -> object:
        asked.append(request)
        return {"camera": True, "remember": True}

    agent = create_agent(application=APPLICATION, environment={})
    agent.prompter = prompt
    with use_agent(agent):
        async with await navigator.media_devices.get_user_media(video=True):
            pass
    agent.close()
    return len(asked)


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", THINGS)
async def test_where_an_answer_cannot_be_read_the_user_is_asked(thing: str) -> None:
    path = answer_path(APPLICATION, "camera")
    put(THINGS[thing], path)
    with pytest.warns(MediaDevicesWarning) as told:
        assert await run_program() == 1
    assert str(told[0].message).startswith(f"stored answers cannot be read: {path}: ")
    if thing in {"fifo", "folder"}:
        assert "not a regular file" in str(told[0].message)
    if thing == "folder":  # no answer can replace it
        assert "answers cannot be stored" in str(told[1].message)
        return
    assert len(told) == 1
    assert await run_program() == 0


@pytest.mark.parametrize("thing", THINGS)
def test_an_unreadable_answer_is_reported_and_can_be_deleted(thing: str) -> None:
    RememberedPermissions("lift").remember(GRANTED)
    path = answer_path(APPLICATION, "camera")
    put(THINGS[thing], path)
    done = call("permissions")
    assert (done.code, "lift" in done.out) == (0, True)
    assert f"warning: stored answers cannot be read: {path}: " in done.err
    done = call("doctor")
    assert f"-- remembered: {path}: " in done.out
    done = call("permissions", "--forget", APPLICATION)
    if thing == "folder":
        assert (done.code, f"error: {path}: Is a directory; move " in done.err) == (1, True)
        with pytest.raises(PrivateFileError, match="Is a directory"):
            forget_permissions(APPLICATION)
    else:
        assert (done.code, done.err) == (0, "")
        assert not os.path.lexists(path)


def test_one_file_that_cannot_be_deleted_does_not_keep_the_others() -> None:
    answer_path(APPLICATION, "camera").mkdir(parents=True, mode=0o700)
    RememberedPermissions(APPLICATION).remember({"microphone": Decision("granted", "user")})
    with pytest.raises(PrivateFileError, match="camera: Is a directory"):
        forget_permissions(APPLICATION)
    assert not answer_path(APPLICATION, "microphone").exists()


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", THINGS)
async def test_where_a_secret_cannot_be_read_ids_hold_for_this_run(thing: str) -> None:
    path = secret_path(APPLICATION)
    put(THINGS[thing], path)
    with pytest.warns(MediaDevicesWarning, match="device ids will change") as told:
        assert await run_program() == 1
    assert [str(path) in str(one.message) for one in told] == [True]
    assert f"-- device ids: {path}: " in call("doctor").out
    if thing == "folder":
        with pytest.raises(PrivateFileError, match="Is a directory"):
            clear_device_ids(APPLICATION)
        return
    clear_device_ids(APPLICATION)
    assert application_secret(APPLICATION) == application_secret(APPLICATION)


# --- the audit log --------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", [name for name in SPECIAL if name != "huge"])
def test_where_the_audit_log_is_no_file_it_has_a_gap(
    thing: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "audit.jsonl"
    SPECIAL[thing](path)
    with pytest.warns(MediaDevicesWarning, match="the audit log has a gap") as told:
        AuditFile(path)({"event": "open"})
    assert str(path) in str(told[0].message)
    monkeypatch.setenv("MEDIADEVICES_AUDIT_LOG", str(path))
    assert f"-- audit log: {path}: " in call("doctor").out


@pytest.mark.parametrize("thing", SPOILT)
def test_the_next_entry_is_a_separate_line_after_any_content(thing: str, home: Path) -> None:
    path = home / "audit.jsonl"
    SPOILT[thing](path)
    before = path.read_bytes()
    AuditFile(path)({"event": "open"})
    separator = b"\n" if before else b""
    assert path.read_bytes() == before + separator + b'{"event": "open"}\n'


# --- folders --------------------------------------------------------------------------------------


async def forgets(match: str) -> None:
    """Check that a program runs, and that it is told why nothing is kept."""
    for _ in "12":
        with pytest.warns(MediaDevicesWarning) as told:
            assert await run_program() == 1
        assert len(told) == 3
        for one in told:
            assert match in str(one.message)


@pytest.mark.parametrize("level", range(2))
@pytest.mark.parametrize("thing", ["fifo", "link to itself", "endless device"])
async def test_where_the_folder_is_something_else_nothing_is_kept(
    level: int, thing: str, home: Path
) -> None:
    path = [home / "mediadevices", home / "mediadevices" / "device-ids"][level]
    put(SPECIAL[thing], path)
    place = "/dev/zero" if thing == "endless device" else path
    await forgets(f"{place}: ")
    done = call("permissions")
    assert (done.code, f"error: {place}: " in done.err) == (1, True)
    assert f"-- remembered: {place}: " in call("doctor").out


@pytest.mark.parametrize("value", ["", "relative/home", "~"])
async def test_with_a_home_that_is_no_path_nothing_is_kept_in_the_working_folder(
    value: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", value)
    monkeypatch.delenv("XDG_DATA_HOME")
    # What platformdirs makes of it depends on its version: an error, or a relative path.
    monkeypatch.setattr(
        platformdirs, "user_data_path", lambda *_, **__: Path(value, ".local/share/mediadevices")
    )
    await forgets("set HOME to the absolute path of your home folder")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "error", [RuntimeError("no home"), KeyError("uid"), OSError(5, "Input/output error")]
)
async def test_without_a_home_nothing_is_kept(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Path:
        raise error

    monkeypatch.setattr(platformdirs, "user_data_path", fail)
    await forgets("no folder to store files in")
    assert "set HOME to the absolute path" in call("doctor").out


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (13, "let this user read and write"),
        (28, "make room on the disk"),
        (30, "set XDG_DATA_HOME to a folder that can be written"),
    ],
)
async def test_where_nothing_can_be_written_nothing_is_kept(
    number: int, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_open = os.open

    def refuse(path: str, flags: int, *arguments: int) -> int:  # as root may write everywhere
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number), path)
        return real_open(path, flags, *arguments)

    monkeypatch.setattr(private_files.os, "open", refuse)
    with pytest.warns(MediaDevicesWarning) as told:
        assert await run_program() == 1
    assert len(told) == 2
    for one in told:
        assert os.strerror(number) in str(one.message)
        assert remedy in str(one.message)


async def test_a_full_disk_leaves_no_part_of_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.warns(MediaDevicesWarning, match="File too large"):
            assert await run_program() == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((home / "mediadevices" / "device-ids").iterdir()) == []


# --- telling --------------------------------------------------------------------------------------


async def test_where_warnings_are_errors_the_log_has_them_and_nothing_fails(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(os.mkfifo, secret_path(APPLICATION))
    put(os.mkfifo, answer_path(APPLICATION, "camera"))
    put(os.mkdir, answer_path(APPLICATION, "microphone"))
    agent = create_agent(
        application=APPLICATION, environment={"MEDIADEVICES_AUDIT_LOG": str(home / "no" / "log")}
    )
    agent.prompter = lambda _request: {"camera": False, "remember": True}
    with use_agent(agent), pytest.raises(NotAllowedError):
        await navigator.media_devices.get_user_media(video=True, audio=True)
    agent.close()
    told = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert [(one.name, one.getMessage().partition(":")[0]) for one in told] == [
        ("mediadevices", "stored answers cannot be read"),
        ("mediadevices", "stored answers cannot be read"),
        ("mediadevices", "device ids will change at the next start"),
        ("mediadevices", "answers cannot be stored"),
        ("mediadevices", "the audit log has a gap"),
    ]


def test_a_program_that_shows_warnings_itself_cannot_fail_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the window is closed")

    put(os.mkfifo, secret_path(APPLICATION))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", fail)
        assert len(application_secret(APPLICATION)) == 32
    assert "device ids will change at the next start" in caplog.text


def test_answers_of_a_folder_that_cannot_be_listed_are_an_error() -> None:
    put(os.mkfifo, secret_path("x").parent)
    with pytest.raises(PrivateFileError, match="Not a directory"):
        all_remembered()
