"""Asking the user on a terminal and in a notebook."""

from __future__ import annotations

import asyncio
import builtins
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, TextIO

import pytest

from mediadevices import NotAllowedError, PermissionRequest, navigator
from mediadevices.testing import install_fake_devices
from mediadevices_native import prompters
from mediadevices_native.prompters import (
    ask_in_notebook,
    ask_on_terminal,
    choose_prompter,
    parse_answer,
    question,
)
from support.sound import until

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

CAMERA = PermissionRequest(("camera",), {"camera": ("HD Webcam",)}, "doorbell")
BOTH = PermissionRequest(
    ("camera", "microphone"),
    {"camera": ("Desk", "Door"), "microphone": ("Headset", "Built-in")},
    "doorbell",
)


class Terminal:
    """The user's side of a terminal, and the program's standard streams on it."""

    def __init__(self, ours: int, stdin: TextIO, stderr: TextIO) -> None:
        self._ours = ours
        self.stdin = stdin
        self.stderr = stderr
        self.text = ""
        os.set_blocking(ours, False)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def shows(self, text: str) -> bool:
        with suppress(BlockingIOError):  # nothing new
            self.text += os.read(self._ours, 4096).decode()
        return text in self.text


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The module `sys` as the prompters see it; pytest has its own standard streams."""
    seen = SimpleNamespace(stdin=None, stderr=None, platform=sys.platform, modules={})
    monkeypatch.setattr(prompters, "sys", seen)
    return seen


@pytest.fixture
def terminal(streams: SimpleNamespace) -> Iterator[Terminal]:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "r") as stdin, os.fdopen(os.dup(theirs), "w") as stderr:
        streams.stdin, streams.stderr = stdin, stderr
        yield Terminal(ours, stdin, stderr)
    os.close(ours)


def prompt_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "mediadevices prompt"]


# --- the question -------------------------------------------------------------------------------


def test_camera_and_microphone_are_one_question_with_all_devices() -> None:
    request = BOTH._replace(
        devices={"camera": ("HD Webcam",), "microphone": ("Headset", "Built-in")}
    )
    assert question(request) == (
        'Allow "doorbell" to use the camera (1: "HD Webcam") and the microphone (2: "Headset" or '
        '3: "Built-in")? [y/N/numbers] '
    )


def test_where_there_is_no_choice_there_are_no_numbers() -> None:
    request = BOTH._replace(devices={"camera": ("HD Webcam",), "microphone": ("Headset",)})
    assert question(request) == (
        'Allow "doorbell" to use the camera ("HD Webcam") and the microphone ("Headset")? [y/N] '
    )


def test_the_question_offers_to_remember_the_answer_where_that_can_be_done() -> None:
    request = CAMERA._replace(can_remember=True)
    assert question(request).endswith('the camera ("HD Webcam")? [y/N/always/never] ')
    request = request._replace(devices={"camera": ("Desk", "Door")})
    assert question(request).endswith('(1: "Desk" or 2: "Door")? [y/N/always/never/a number] ')


def test_a_device_without_a_name_is_asked_for_by_its_kind() -> None:
    request = PermissionRequest(("camera",), {"camera": ("",)}, "doorbell")
    assert question(request) == 'Allow "doorbell" to use the camera? [y/N] '


def test_a_devices_name_cannot_command_the_terminal() -> None:
    request = PermissionRequest(("camera",), {"camera": ("\x1b[2JCam\r\nAllow",)}, "door\x07bell")
    assert question(request) == 'Allow "door?bell" to use the camera ("?[2JCam??Allow")? [y/N] '


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("x) [y/N]", '"x) [y/N]"'),
        ('Cam"? [y/N] y', '"Cam\'? [y/N] y"'),
        ("Cam \u202eelbisivni", '"Cam ?elbisivni"'),
        ("Cam\u2028\u200b", '"Cam??"'),
        ("\ud800", '"?"'),
        ("C" * 1_000_000, f'"{"C" * 29}...{"C" * 28}"'),
    ],
)
def test_a_devices_name_cannot_imitate_the_question(label: str, shown: str) -> None:
    request = PermissionRequest(("camera",), {"camera": (label,)}, "doorbell")
    assert question(request) == f'Allow "doorbell" to use the camera ({shown})? [y/N] '


def test_the_path_of_a_program_is_shown_with_its_file_name() -> None:
    path = "/home/me/.local/share/pipx/venvs/the-bell-of-the-front-door/bin/doorbell"
    shown = question(PermissionRequest(("camera",), {"camera": ()}, path))
    assert shown == f'Allow "{path}" to use the camera? [y/N] '
    path = f"/home/me/{'folder/' * 100}main.py"
    shown = question(PermissionRequest(("camera",), {"camera": ()}, path))
    assert shown.startswith('Allow "/home/me/folder/')
    assert shown.endswith('/folder/main.py" to use the camera? [y/N] ')
    assert len(shown) == 200 + len('Allow "" to use the camera? [y/N] ')


# --- the answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("y", True),
        ("1", {"camera": "Desk", "microphone": True}),
        ("2", {"camera": "Door", "microphone": True}),
        (" 2 ,4 ", {"camera": "Door", "microphone": "Built-in"}),
        ("yes 4", {"camera": True, "microphone": "Built-in"}),
        ("1 2", False),  # only one of a kind
        ("5", False),
        ("0", False),
        ("-1", False),
        ("2 n", False),
        ("Door", False),
        ("always", False),  # was not offered
        ("never", False),
    ],
)
def test_numbers_choose_devices(text: str, meaning: object) -> None:
    answer = parse_answer(text, BOTH)
    assert answer == (meaning if isinstance(meaning, bool) else {**meaning, "remember": False})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Always", {"camera": True, "microphone": True, "remember": True}),
        ("always 2", {"camera": "Door", "microphone": True, "remember": True}),
        ("y always", {"camera": True, "microphone": True, "remember": True}),
        ("NEVER", {"remember": True}),
        ("never 2", False),
        ("always never", False),
        ("yes", True),
        ("no", False),
    ],
)
def test_always_and_never_are_remembered(text: str, meaning: object) -> None:
    assert parse_answer(text, BOTH._replace(can_remember=True)) == meaning


async def test_the_device_that_is_chosen_on_the_terminal_is_used(terminal: Terminal) -> None:
    with install_fake_devices() as fakes:
        navigator.permissions.prompter = choose_prompter()
        asking = navigator.media_devices.get_user_media(audio=True)
        await until(
            lambda: terminal.shows(
                '(1: "Fake Microphone 1" or 2: "Fake Microphone 2")? [y/N/a number]'
            )
        )
        terminal.type("2\n")
        async with await asking as stream:
            assert [track.label for track in stream.get_tracks()] == ["Fake Microphone 2"]
        assert fakes.microphones[0].opened == 0


# --- the terminal ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "granted"),
    [
        ("y\n", True),
        (" YES \n", True),
        ("n\n", False),
        ("\n", False),
        ("yet\n", False),
        ("\x04", False),  # the end of the input
    ],
)
async def test_only_yes_is_a_yes(terminal: Terminal, answer: str, granted: bool) -> None:
    asking = asyncio.ensure_future(ask_on_terminal(CAMERA))
    await until(lambda: terminal.shows('("HD Webcam")? [y/N] '))
    terminal.type(answer)
    assert await asking is granted
    assert prompt_threads() == []


@pytest.mark.parametrize("typed", ["y\n", "y\ny\nalways\n", "y"])
async def test_keys_typed_before_the_question_are_no_answer(terminal: Terminal, typed: str) -> None:
    terminal.type(typed)
    await asyncio.sleep(0.05)
    asking = asyncio.ensure_future(ask_on_terminal(CAMERA))
    await until(lambda: terminal.shows("[y/N]"))
    await asyncio.sleep(0.1)
    assert not asking.done()
    terminal.type("\n")
    assert await asking is False


async def test_the_loop_runs_while_the_question_is_open(terminal: Terminal) -> None:
    asking = asyncio.ensure_future(ask_on_terminal(CAMERA))
    await until(lambda: terminal.shows("[y/N]"))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not asking.done()
    assert [thread.daemon for thread in prompt_threads()] == [True]
    terminal.type("y\n")
    assert await asking


async def test_a_question_that_is_taken_back_reads_nothing_that_is_typed_later(
    terminal: Terminal,
) -> None:
    asking = asyncio.ensure_future(ask_on_terminal(CAMERA))
    await until(lambda: terminal.shows("[y/N]"))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert prompt_threads() == []
    terminal.type("for the program\n")
    assert terminal.stdin.readline() == "for the program\n"


async def test_a_call_for_both_asks_once_on_the_terminal(terminal: Terminal) -> None:
    with install_fake_devices():
        navigator.permissions.prompter = choose_prompter()
        asking = navigator.media_devices.get_user_media(video=True, audio=True)
        await until(
            lambda: terminal.shows('the camera (3: "Fake Camera 1")') and terminal.shows("[y/N")
        )
        terminal.type("y\n")
        stream = await asking
        for track in stream.get_tracks():
            track.stop()
    assert terminal.text.count("Allow") == 1


async def test_a_no_on_the_terminal_is_not_allowed(terminal: Terminal) -> None:
    with install_fake_devices() as fakes:
        navigator.permissions.prompter = choose_prompter()
        asking = navigator.media_devices.get_user_media(video=True)
        await until(lambda: terminal.shows("[y/N] "))
        terminal.type("n\n")
        with pytest.raises(NotAllowedError, match="camera is denied"):
            await asking
        assert fakes.cameras[0].opened == 0


# --- which prompter is chosen ---------------------------------------------------------------------


def test_on_a_terminal_the_terminal_asks(terminal: Terminal) -> None:
    assert choose_prompter() is ask_on_terminal


@pytest.mark.parametrize("stream", ["stdin", "stderr"])
def test_with_one_stream_redirected_the_user_is_not_asked(
    terminal: Terminal, streams: SimpleNamespace, stream: str
) -> None:
    with Path(os.devnull).open("r+") as elsewhere:
        setattr(streams, stream, elsewhere)
        assert choose_prompter() is None


@pytest.mark.parametrize("stdin", [None, SimpleNamespace()])
def test_without_a_standard_input_the_user_is_not_asked(
    terminal: Terminal, streams: SimpleNamespace, stdin: object
) -> None:
    streams.stdin = stdin
    assert choose_prompter() is None


# --- the notebook ---------------------------------------------------------------------------------


class StdinNotImplementedError(NotImplementedError):
    """As IPython's."""


@pytest.fixture
def ipython(streams: SimpleNamespace) -> SimpleNamespace:
    """IPython, as it is imported in a kernel."""
    shell = SimpleNamespace(kernel=object())
    streams.modules["IPython"] = SimpleNamespace(get_ipython=lambda: shell)
    return shell


def test_in_a_kernel_the_notebook_asks(
    ipython: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(text: str) -> str:
        asked.append(text)
        return "y"

    monkeypatch.setattr(builtins, "input", answer)
    assert choose_prompter() is ask_in_notebook
    assert ask_in_notebook(CAMERA) is True
    assert asked == [question(CAMERA)]


def test_in_ipythons_terminal_the_terminal_asks(
    ipython: SimpleNamespace, terminal: Terminal
) -> None:
    del ipython.kernel
    assert choose_prompter() is ask_on_terminal


def test_a_notebook_without_a_user_says_how_to_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> str:
        raise StdinNotImplementedError

    monkeypatch.setattr(builtins, "input", refuse)
    with pytest.raises(NotAllowedError, match="MEDIADEVICES_ALLOW=camera"):
        ask_in_notebook(CAMERA)
