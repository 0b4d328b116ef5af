"""The lane's real device: a microphone of a sound server, or a camera of the virtual machine."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import lanes
from support.own_home import use_own_home
from support.programs import RealDevice
from support.pulse_server import PulseServer, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RealDevice:
    """The device, and an environment in which a program may use it."""
    use_own_home(monkeypatch, request.getfixturevalue("tmp_path"))
    monkeypatch.setenv("MEDIADEVICES_ALLOW", "camera,microphone")
    if lanes.lane_of(request.node) == "vm":
        return RealDevice("video", camera_in_use)
    server: PulseServer = request.getfixturevalue("server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return RealDevice("audio", microphone_in_use)


@pytest.fixture(scope="module")
def server() -> Iterator[PulseServer]:
    if reason := why_not():
        pytest.skip(reason)
    with PulseServer() as server:
        server.play_tone(server.load_source("headset", "Headset Microphone"), 440)
        yield server


def microphone_in_use() -> bool:
    """Ask the sound server that the environment names."""
    command = ["pactl", "list", "short", "source-outputs"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    # The microphone is a remapped source, which itself records from what it is made of.
    return any("protocol-native" in line for line in shown.splitlines())


def camera_in_use() -> bool:
    """Look through the open files of all processes."""
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(descriptor.readlink()).startswith("/dev/video"):
                return True
        except OSError:
            continue  # it is gone already
    return False
