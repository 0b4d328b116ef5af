"""Signals that end a command while it captures in a separate process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import wave
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.cli.interrupts import cancelled_by_signals, signals_deferred
from support.command_line import command

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from support.faults import FaultNotes

_CAPTURING = "warning: these devices are synthetic"


def interrupted(
    *arguments: object, begun: str, by: signal.Signals = signal.SIGINT
) -> tuple[int, str, float]:
    """Run a command, and send a signal after a certain line of output.

    Args:
        arguments: The command.
        begun: A part of the line.
        by: The signal.

    Returns:
        Its exit code, the output after the signal, and the seconds from the signal to the exit.
    """
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            said = next(line for line in process.stdout if begun in line)
            start = time.monotonic()
            process.send_signal(by)
            rest, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert said
    return process.returncode, rest, time.monotonic() - start


@pytest.mark.fault("process", "Ctrl-C in `mediadevices photo`")
def test_photo_leaves_no_file_behind(folder: Path, fault: FaultNotes) -> None:
    asked = ("photo", "out.png", "--synthetic", "--delay", 60)
    code, rest, seconds = interrupted(*asked, begun=_CAPTURING)
    assert (code, rest) == (130, "")
    assert list(folder.iterdir()) == []
    fault.sees("exit code 130, no file, no traceback", seconds)


@pytest.mark.fault("process", "Ctrl-C in `mediadevices monitor`")
def test_ctrl_c_ends_monitor_with_exit_code_0(fault: FaultNotes) -> None:
    code, rest, seconds = interrupted("monitor", "--synthetic", begun="camera Synthetic Camera")
    assert code == 0
    assert "Traceback" not in rest
    fault.sees("its regular end: exit code 0", seconds)


# --- SIGTERM and SIGHUP ---------------------------------------------------------------------------

as_ctrl_c = pytest.mark.parametrize("by", ["SIGTERM", "SIGHUP"])
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes otherwise")


@contextmanager
def recording(
    folder: Path, before: Callable[[], object] | None = None, **streams: int
) -> Generator[subprocess.Popen[bytes]]:
    """Record until the file has a fraction of a second of sound."""
    process = subprocess.Popen(
        command("record", "out.wav", "--seconds", 30, "--synthetic"),
        preexec_fn=before,  # noqa: PLW1509  (this process has no other threads that matter)
        **streams,
    )
    with process:
        try:
            deadline = time.monotonic() + 30
            while not any(file.stat().st_size > 20_000 for file in folder.glob("*.wav")):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
            process.wait(timeout=30)
        finally:
            process.kill()


def check_recording(folder: Path) -> None:
    """Assert that the recording has its final name, and a correct header."""
    [path] = folder.iterdir()
    assert path.name == "out.wav"
    with wave.open(str(path)) as file:
        assert 0.1 < file.getnframes() / file.getframerate() < 29
        assert path.stat().st_size == 44 + 2 * file.getnframes()


@posix_only
@as_ctrl_c
def test_record_keeps_the_sound_up_to_the_signal(folder: Path, by: str) -> None:
    with recording(folder) as process:
        process.send_signal(signal.Signals[by])
    assert process.returncode == 130
    check_recording(folder)


@posix_only
@as_ctrl_c
def test_signals_end_photo_and_monitor_like_ctrl_c(folder: Path, by: str) -> None:
    number = signal.Signals[by]
    asked = ("photo", "out.png", "--synthetic", "--delay", 60)
    code, rest, _ = interrupted(*asked, begun=_CAPTURING, by=number)
    assert (code, "Traceback" in rest) == (130, False)
    assert list(folder.iterdir()) == []
    code, rest, _ = interrupted(
        "monitor", "--synthetic", begun="camera Synthetic Camera", by=number
    )
    assert (code, "Traceback" in rest) == (0, False)


@posix_only
def test_two_signals_in_short_succession_count_as_one(folder: Path) -> None:
    with recording(folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, b"Traceback" in err) == (130, False)
    check_recording(folder)


@posix_only
def test_an_ignored_signal_stays_ignored_as_under_nohup(folder: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with recording(folder, ignore) as process:
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 130
    check_recording(folder)


@posix_only
def test_closing_the_terminal_keeps_the_recording(folder: Path) -> None:
    import fcntl
    import termios

    controller, terminal = os.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    with recording(folder, take_terminal, **streams) as process:
        os.close(terminal)
        assert os.read(controller, 10)  # the progress is shown
        os.close(controller)  # this sends SIGHUP
    assert process.returncode in {1, 130}  # 1 if the summary could not be printed
    check_recording(folder)


def be_stuck() -> None:
    """Block the event loop, and send signals while it is blocked."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.1)


async def test_a_second_signal_interrupts_a_stuck_event_loop() -> None:
    with cancelled_by_signals():
        with pytest.raises(KeyboardInterrupt):
            be_stuck()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(5)
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()


def test_a_deferred_signal_is_raised_at_the_end_of_the_block() -> None:
    done: list[str] = []

    def defer() -> None:
        with signals_deferred():
            signal.raise_signal(signal.SIGTERM)
            done.append("the block")
        done.append("never this")

    with pytest.raises(KeyboardInterrupt):
        defer()
    assert done == ["the block"]


async def test_each_signal_cancels_the_task_again() -> None:
    task = asyncio.current_task()
    assert task is not None
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with cancelled_by_signals():
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(5)
            task.uncancel()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_signals_are_not_handled_outside_of_the_main_thread() -> None:
    async def enter() -> None:
        with cancelled_by_signals():
            pass

    thread = threading.Thread(target=asyncio.run, args=[enter()])
    thread.start()
    thread.join()
