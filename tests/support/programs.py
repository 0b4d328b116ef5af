"""Runs short programs that capture in a separate process, and checks how they end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import IO, TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["Ended", "Program", "RealDevice", "capturing", "eventually", "running"]

#: The virtual machine is slow: importing OpenCV takes longer than the rest of the test.
SECONDS = 90

_BEGINNING = """
import asyncio, os, sys, threading, time
from mediadevices import navigator

tracks, captured = [], threading.Event()

async def capture():
    stream = await navigator.media_devices.get_user_media({KIND: True})
    [track] = stream.get_tracks()
    tracks.append(track)
    while not track.stats.delivered_frames:
        await asyncio.sleep(0.01)
    print("capturing", flush=True)
    captured.set()

async def main():
    await capture()
"""


def capturing(kind: str, body: str, ending: str = "asyncio.run(main())") -> str:
    """Return a program that captures, and then does something.

    Args:
        kind: ``"audio"`` or ``"video"``.
        body: What it does in its coroutine.
        ending: What it does in its module.
    """
    beginning = _BEGINNING.replace("KIND", repr(kind))
    return f"{beginning}{indent(dedent(body), '    ')}\n{dedent(ending)}\n"


@dataclass(frozen=True)
class RealDevice:
    """The device that a program captures from.

    Attributes:
        kind: The kind, for `get_user_media`.
        in_use: Returns True if any process has the device open.
    """

    kind: Literal["audio", "video"]
    in_use: Callable[[], bool]


@dataclass(frozen=True)
class Ended:
    """The end of a program.

    Attributes:
        code: Its exit code, or minus the number of a signal.
        out: The part of its output that was not read before.
        err: Its error output.
        seconds: The time from the signal, or from the call, to its end.
    """

    code: int
    out: str
    err: str
    seconds: float


class Program:
    """A running program."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self._process = process
        self._errors = errors

    def says(self, line: str) -> None:
        """Wait until the program prints a line.

        Raises:
            AssertionError: It printed another line, or ended.
        """
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said == f"{line}\n", f"said {said!r} instead of {line!r}\n{self._complaints()}"

    def goes_on(self) -> None:
        """Continue the program, which waits in `input()`."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def ends(self, signal: int | None = None) -> Ended:
        """Send a signal, if given, and wait for the program's end."""
        start = time.monotonic()
        if signal is not None:
            self._process.send_signal(signal)
        assert self._process.stdout is not None
        out = self._process.stdout.read()
        code = self._process.wait()
        return Ended(code, out, self._complaints(), time.monotonic() - start)

    def _complaints(self) -> str:
        self._errors.seek(0)
        return self._errors.read()


@contextmanager
def running(source: str) -> Generator[Program]:
    """Run a program inside a block, for at most 90 seconds, and kill it afterwards."""
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-c", source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=dict(os.environ),
        ) as process,
    ):
        too_long = threading.Timer(SECONDS, process.kill)
        too_long.start()
        try:
            yield Program(process, errors)
        finally:
            too_long.cancel()
            process.kill()


def eventually(condition: Callable[[], bool], seconds: float = 20) -> float:
    """Wait until a condition holds, and return the elapsed seconds.

    Raises:
        TimeoutError: It took too long.
    """
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"not within {seconds} s: {condition}")
        time.sleep(0.05)
    return time.monotonic() - start
