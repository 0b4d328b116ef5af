"""The audit log in the file that ``MEDIADEVICES_AUDIT_LOG`` names."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import stat
import sys
import time
import warnings
from pathlib import Path

import pytest

from mediadevices import MediaDevicesWarning, NotAllowedError, navigator
from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent
from mediadevices_native.application import file_lock
from mediadevices_native.application.audit_file import AuditFile
from mediadevices_native.application.file_lock import locked
from support.own_home import use_own_home


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_own_home(monkeypatch, tmp_path)


async def capture(path: Path, **environment: str) -> None:
    """Run a program that uses the synthetic camera."""
    variables = {"MEDIADEVICES_SYNTHETIC": "1", "MEDIADEVICES_AUDIT_LOG": str(path)}
    agent = create_agent(application="doorbell", environment={**variables, **environment})
    with use_agent(agent):
        async with await navigator.media_devices.get_user_media(video=True):
            pass
    agent.close()


async def test_each_entry_is_a_line_of_json_and_later_programs_append_theirs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "audit.jsonl"
    await capture(path)
    with pytest.raises(NotAllowedError):
        await capture(path, MEDIADEVICES_DENY="camera")
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert [entry["event"] for entry in entries] == ["request", "open", "close", "request"]
    assert {(entry["application"], entry["process"]) for entry in entries} == {
        ("doorbell", os.getpid())
    }
    assert [entries[index]["permissions"]["camera"] for index in (0, 3)] == [
        {"state": "granted", "decided_by": "environment"},
        {"state": "denied", "decided_by": "environment"},
    ]
    assert entries[1]["device"] == {"kind": "videoinput", "label": "Synthetic Camera"}
    times = [entry["time"] for entry in entries]
    assert times == sorted(times)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
async def test_no_other_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    await capture(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize("mode", [0o644, 0o666, 0o640, 0o600])
async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "audit.jsonl"
    path.touch()
    path.chmod(mode)
    await capture(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_an_unwritable_log_warns_once_and_everything_works(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="mediadevices")
    path = tmp_path / "no-folder" / "audit.jsonl"
    with pytest.warns(MediaDevicesWarning, match=r"audit log has a gap: .*no-folder") as told:
        await capture(path)
    assert len(told) == 1
    gaps = [one for one in caplog.records if one.getMessage().startswith("the audit log has a")]
    # Not to "mediadevices.permissions", whose records all carry an entry.
    assert [one.name for one in gaps] == ["mediadevices", "mediadevices"]


async def test_where_warnings_are_errors_a_gap_does_not_end_the_capture(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await capture(tmp_path / "no-folder" / "audit.jsonl")
    told = [one for one in caplog.messages if one.startswith("the audit log has a gap: ")]
    assert len(told) == 1


def test_a_new_gap_warns_again(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "audit.jsonl"
    log = AuditFile(path)
    for _ in "12":
        with pytest.warns(MediaDevicesWarning):
            log({"number": 1})
        log({"number": 2})  # a second warning would be an error
        path.parent.mkdir()
        log({"number": 3})
        assert json.loads(path.read_text()) == {"number": 3}
        path.unlink()
        path.parent.rmdir()


# --- whole lines ----------------------------------------------------------------------------------

WRITERS, ENTRIES = 4, 50


def write_entries(path: Path, writer: int) -> None:
    log = AuditFile(path)
    for number in range(ENTRIES):
        log({"writer": writer, "number": number, "text": "x" * (10 + number * 800)})


def test_entries_of_programs_that_write_at_once_are_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "fork")
    processes = [
        context.Process(target=write_entries, args=(path, writer)) for writer in range(WRITERS)
    ]
    for process in processes:
        process.start()
    write_entries(path, WRITERS)
    for process in processes:
        process.join(30)
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for writer in range(WRITERS + 1):
        numbers = [entry["number"] for entry in entries if entry["writer"] == writer]
        assert numbers == list(range(ENTRIES))


@pytest.mark.skipif(sys.platform == "win32", reason="no limit for the size of files")
def test_a_full_disk_leaves_no_part_of_a_line(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "audit.jsonl"
    log = AuditFile(path)
    log({"number": 1})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.warns(MediaDevicesWarning, match="audit log has a gap: .*File too large"):
            log({"text": "x" * 1000})
        log({"number": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == '{"number": 1}\n{"number": 2}\n'


def test_a_line_that_a_program_left_unfinished_is_ended_first(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"number": 1}\n{"numb')
    AuditFile(path)({"number": 2})
    assert path.read_text() == '{"number": 1}\n{"numb\n{"number": 2}\n'


def test_a_program_that_keeps_the_file_locked_costs_little_time_and_no_entry(
    tmp_path: Path,
) -> None:
    path = tmp_path / "audit.jsonl"
    AuditFile(path)({"number": 1})
    descriptor = os.open(path, os.O_RDWR)
    with locked(descriptor) as is_alone:
        before = time.monotonic()
        AuditFile(path)({"number": 2})
        assert time.monotonic() - before < 5  # a tenth of a second, on an idle machine
    os.close(descriptor)
    assert is_alone
    assert path.read_text() == '{"number": 1}\n{"number": 2}\n'


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks everywhere")
def test_on_a_file_system_without_locks_entries_are_appended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(file_lock.fcntl, "flock", refuse)
    path = tmp_path / "audit.jsonl"
    AuditFile(path)({"number": 1})
    assert path.read_text() == '{"number": 1}\n'


def test_nothing_stays_open(tmp_path: Path) -> None:
    folder = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list open files")
    (tmp_path / "folder").mkdir()
    before = len(list(folder.iterdir()))
    AuditFile(tmp_path / "audit.jsonl")({"number": 1})
    with pytest.warns(MediaDevicesWarning):
        AuditFile(tmp_path / "folder")({"number": 1})
    if sys.platform != "win32":
        (tmp_path / "other").hardlink_to(tmp_path / "audit.jsonl")
        with pytest.warns(MediaDevicesWarning, match="another name"):
            AuditFile(tmp_path / "audit.jsonl")({"number": 1})
    assert len(list(folder.iterdir())) == before


async def test_without_the_variable_there_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await capture(path := tmp_path / "audit.jsonl", MEDIADEVICES_AUDIT_LOG=" ")
    assert not path.exists()
