"""Nothing is captured before permission: what a program does to the devices, as the kernel sees it.

A program of its own runs under strace. Until the user has answered it may ask devices what they
can do, as it must to know which satisfy the constraints, and no more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import asyncio, contextlib, os
from mediadevices import navigator
from mediadevices_native.microphones.portaudio import library as portaudio

portaudio._LOCK_SECONDS = 100  # while it is traced, PortAudio takes long to start

def mark(what):  # so that it is seen in the trace
    with contextlib.suppress(OSError):
        os.rmdir(f"/marks/{what}")

async def prompter(request):
    assert set(request.names) == {"camera", "microphone"}, request
    devices = await navigator.media_devices.enumerate_devices()
    assert [device.label for device in devices] == ["", ""], devices
    mark("answered")
    return True

async def main():
    navigator.permissions.prompter = prompter
    await navigator.media_devices.enumerate_devices()
    async with await navigator.media_devices.get_user_media(video=True, audio=True) as stream:
        for track in stream.get_tracks():
            async for frame in track.frames():
                break

asyncio.run(main())
"""

_SECONDS = 240  # a traced program in a slow machine
pytestmark = pytest.mark.timeout(_SECONDS + 60)

CALL = re.compile(r"(read|ioctl)\(\d+<(/dev/video\d+|/dev/snd/pcmC\d+D\d+c)>, (\w+)")
QUESTIONS = re.compile(
    "VIDIOC_(QUERYCAP|QUERYCTRL|QUERYMENU|ENUM_FMT|ENUM_FRAMESIZES|ENUM_FRAMEINTERVALS|G_CTRL"
    "|G_DV_TIMINGS|G_FMT|G_PARM|G_STD)"
    "|SNDRV_PCM_IOCTL_(PVERSION|USER_PVERSION|TTSTAMP|INFO|HW_REFINE)"
)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the program did, a line for each call of the kernel."""
    folder: Path = tmp_path_factory.mktemp("program")
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        [
            *("strace", "--follow-forks", "--seccomp-bpf", "--decode-fds=path"),
            *("--trace=ioctl,read,rmdir", "--signal=none", f"--output={folder / 'trace'}"),
            *(sys.executable, "-c", PROGRAM),
        ],
        env={**environment, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return (folder / "trace").read_text()


def more_than_questions(trace: str) -> set[tuple[str, str]]:
    """What was done to cameras and microphones beyond asking what they can do."""
    calls = ((path, name if call == "ioctl" else call) for call, path, name in CALL.findall(trace))
    return {(path, name) for path, name in calls if not QUESTIONS.fullmatch(name)}


def test_before_the_answer_only_capabilities_are_read(trace: str) -> None:
    before, _, _ = trace.partition("/marks/answered")
    asked = {path for _, path, _ in CALL.findall(before)}
    assert {"/dev/video0", "/dev/video1", "/dev/snd/pcmC0D0c", "/dev/snd/pcmC1D0c"} <= asked
    assert more_than_questions(before) == set()


def test_after_the_answer_they_capture(trace: str) -> None:
    _, _, after = trace.partition("/marks/answered")
    assert {
        ("/dev/video0", "VIDIOC_STREAMON"),
        ("/dev/video0", "VIDIOC_DQBUF"),
        ("/dev/snd/pcmC0D0c", "SNDRV_PCM_IOCTL_START"),
    } <= more_than_questions(after)
