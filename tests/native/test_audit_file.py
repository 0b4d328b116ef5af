"""The audit log in the file that ``MEDIADEVICES_AUDIT_LOG`` names."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaDevicesWarning, NotAllowedError, navigator
from mediadevices.agents import use_agent
from mediadevices_native.agent import create_agent
from support.own_home import use_own_home

if TYPE_CHECKING:
    from pathlib import Path


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
async def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    await capture(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_log_that_cannot_be_written_is_a_warning_and_everything_works(
    tmp_path: Path,
) -> None:
    with pytest.warns(MediaDevicesWarning, match=r"audit log has a gap: .*no-folder") as told:
        await capture(tmp_path / "no-folder" / "audit.jsonl")
    assert len(told) == 3


async def test_without_the_variable_there_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await capture(path := tmp_path / "audit.jsonl", MEDIADEVICES_AUDIT_LOG=" ")
    assert not path.exists()
