"""A program that has as many files open as it may is told so, and may go on later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.own_home import use_own_home
from support.programs import running
from support.pulse_server import PulseServer, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.faults import FaultNotes

pytestmark = pytest.mark.lanes("pulse")

PROGRAM = """
import asyncio, os, resource
from mediadevices import navigator
from mediadevices_native.cameras import OpenCVCameraDriver
from mediadevices_native.cli.doctor import examine

async def ask():
    try:
        [track] = (await navigator.media_devices.get_user_media(audio=True)).get_tracks()
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    else:
        track.stop()
        print("captured", flush=True)

def fill(free):
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
    held = []
    try:
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        pass
    for _ in range(free):
        os.close(held.pop())
    return held

async def look_for_cameras():
    try:
        await OpenCVCameraDriver().list_devices()
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)

async def main(free, first):
    if first:
        await navigator.media_devices.enumerate_devices()
    held = fill(free)
    await ask()
    await look_for_cameras()
    for finding in examine():
        print(finding.subject, finding.ok, flush=True)
    for descriptor in held:
        os.close(descriptor)
    await ask()

"""


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    if reason := why_not():
        pytest.skip(reason)
    use_own_home(monkeypatch, tmp_path)
    monkeypatch.setenv("MEDIADEVICES_ALLOW", "camera,microphone")
    with PulseServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.load_source("only", "Only Microphone")
        yield


@pytest.mark.fault("microphone", "the process has no descriptors left")
@pytest.mark.parametrize("first", [True, False], ids=["listed before", "never listed"])
@pytest.mark.parametrize("free", [2, 6, 14])
def test_no_descriptors_left(free: int, first: bool, fault: FaultNotes) -> None:
    with running(f"{PROGRAM}asyncio.run(main({free}, {first}))") as program:
        ended = program.ends()
    message = "too many open files; close some, or allow more (ulimit -n)"
    out = ended.out.splitlines()
    assert ended.code == 0, ended.err
    told, cameras, doctor, after = out
    assert told.startswith("NotReadableError: " if not first else "")
    assert told.endswith(message)
    assert cameras == f"TooManyOpenFilesError: {message}"
    assert doctor == "open files False"
    assert after == "captured"
    fault.sees("`NotReadableError`: too many open files; `mediadevices doctor` says it too")
