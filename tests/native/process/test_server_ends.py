"""A sound server that ends takes no more from a program than its microphones."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.pulse_server import why_not

ROUNDS = 25

PROGRAM = f"""
import asyncio, os, threading
from mediadevices import NotFoundError, NotReadableError, navigator
from support.pulse_server import PulseServer

async def capture():
    while True:
        try:
            [track] = (await navigator.media_devices.get_user_media(audio=True)).get_tracks()
        except (NotFoundError, NotReadableError):
            await asyncio.sleep(0.05)
        else:
            return track

def leave_something_on_stacks():
    nested = []
    for _ in range(300):
        nested = [nested]
    threads = [threading.Thread(target=repr, args=(nested,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

async def main():
    with PulseServer() as server:
        os.environ.update(server.environment)
        for number in range({ROUNDS}):
            server.load_source("only", "Only Microphone")
            leave_something_on_stacks()
            track = await capture()
            ended = asyncio.ensure_future(track.wait_for("ended", timeout=10))
            await asyncio.sleep(0.01 * number % 0.05)
            server.kill()
            await ended
            await asyncio.sleep(0.1)
            server.start()

asyncio.run(main())
"""


@pytest.mark.lanes("pulse")
def test_a_server_that_ends_again_and_again_leaves_no_thread_that_never_ends() -> None:
    if reason := why_not():
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        stderr=subprocess.DEVNULL,  # PortAudio complains without end where it goes wrong
        timeout=50,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "MEDIADEVICES_ALLOW": "microphone",
        },
    )
    assert done.returncode == 0
