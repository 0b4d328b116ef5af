"""A sound server that hangs keeps no program waiting, nor the program's end."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from support.own_home import use_own_home
from support.programs import capturing, running
from support.pulse_server import PulseServer, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.faults import FaultNotes
    from support.programs import Ended

pytestmark = pytest.mark.lanes("pulse")

#: Several times what it takes; libpulse's own patience is half a minute for each question.
PROMPT_SECONDS = 20

ASKING = """
import asyncio
from mediadevices import navigator

async def ask():
    found = await navigator.media_devices.enumerate_devices()
    print(sum(device.kind == "audioinput" for device in found), flush=True)
    try:
        [track] = (await navigator.media_devices.get_user_media(audio=True)).get_tracks()
    except Exception as error:
        print(type(error).__name__, flush=True)
    else:
        track.stop()
        print("captured", flush=True)

"""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_own_home(monkeypatch, tmp_path)
    monkeypatch.setenv("MEDIADEVICES_ALLOW", "camera,microphone")


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that accepts and never answers."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        stopping = threading.Event()

        def accept() -> None:
            while not stopping.is_set():
                try:
                    accepted.append(listener.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        monkeypatch.setenv("PULSE_SERVER", f"tcp:127.0.0.1:{listener.getsockname()[1]}")
        yield
        stopping.set()
        thread.join()
    for connection in accepted:
        connection.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    if reason := why_not():
        pytest.skip(reason)
    with PulseServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.play_tone(server.load_source("only", "Only Microphone"), 440)
        yield server


def check(ended: Ended, *said: str) -> None:
    assert (ended.code, ended.out.splitlines()) == (0, list(said)), ended.err
    assert "Traceback" not in ended.err
    assert ended.seconds < PROMPT_SECONDS


@pytest.mark.fault("microphone", "the sound server accepts a connection and never answers")
@pytest.mark.usefixtures("silent_server")
def test_a_server_that_never_answers(fault: FaultNotes) -> None:
    with running(f"{ASKING}asyncio.run(ask())") as program:
        ended = program.ends()
    check(ended, "0", "NotFoundError")
    fault.sees("no microphones; `doctor` says that the server does not answer", ended.seconds)


@pytest.mark.usefixtures("silent_server")
def test_an_abandoned_question_blocks_nothing() -> None:
    body = "asyncio.run(asyncio.wait_for(ask(), 0.3))"
    with running(f"{ASKING}try:\n    {body}\nexcept TimeoutError:\n    print('late')") as program:
        ended = program.ends()
    check(ended, "late")


def test_a_server_that_answers_and_then_hangs(server: PulseServer) -> None:
    body = "asyncio.run(ask())\ninput()\nasyncio.run(ask())"
    with running(f"{ASKING}{body}") as program:
        program.says("1")
        program.says("captured")
        with server.frozen():
            program.goes_on()
            ended = program.ends()
    check(ended, "0", "NotFoundError")


def test_a_server_that_hangs_while_it_is_recorded_from(server: PulseServer) -> None:
    with running(capturing("audio", "input()")) as program:
        program.says("capturing")
        with server.frozen():
            program.goes_on()
            ended = program.ends()
    check(ended)
