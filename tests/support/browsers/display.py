"""A virtual display for a browser that needs one."""

from __future__ import annotations

import os
import select
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.browsers.page import PageLost

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["open_display"]

_START_SECONDS = 15


@contextmanager
def open_display() -> Generator[str]:
    """Start a private Xvfb, yield its name for `DISPLAY`, and end it.

    Raises:
        PageLost: It did not start.
    """
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1280x960x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[writing],
        start_new_session=True,  # so that an interruption ends the browser first
    )
    try:
        os.close(writing)
        yield f":{_number(reading)}"
    finally:
        os.close(reading)
        server.kill()
        server.wait()


def _number(pipe: int) -> str:
    """Return the display number, which Xvfb writes as a line."""
    deadline = time.monotonic() + _START_SECONDS
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(pipe, 16) if ready else b""
        if not part:
            raise PageLost("Xvfb does not start")
        text += part
    return text.decode().strip()
