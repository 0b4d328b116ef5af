"""Ctrl-C while a command captures in a process of its own; `record` has it in its own tests."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from support.command_line import command

if TYPE_CHECKING:
    from pathlib import Path

    from support.faults import FaultNotes


def interrupted(*arguments: object, begun: str) -> tuple[int, str, float]:
    """Run a command, and interrupt it when it has said something.

    Args:
        arguments: The command.
        begun: What it says when it has begun.

    Returns:
        Its exit code, what it said after that, and how many seconds its end took.
    """
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            said = next(line for line in process.stdout if begun in line)
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert said
    return process.returncode, rest, time.monotonic() - start


@pytest.mark.fault("process", "Ctrl-C in `mediadevices photo`")
def test_photo_leaves_no_file_behind(folder: Path, fault: FaultNotes) -> None:
    asked = ("photo", "out.png", "--synthetic", "--delay", 60)
    code, rest, seconds = interrupted(*asked, begun="warning: these devices are synthetic")
    assert (code, rest) == (130, "")
    assert list(folder.iterdir()) == []
    fault.sees("exit code 130, no file, no traceback", seconds)


@pytest.mark.fault("process", "Ctrl-C in `mediadevices monitor`")
def test_monitor_has_no_other_end(fault: FaultNotes) -> None:
    code, rest, seconds = interrupted("monitor", "--synthetic", begun="camera Synthetic Camera")
    assert code == 0
    assert "Traceback" not in rest
    fault.sees("its regular end: exit code 0", seconds)
