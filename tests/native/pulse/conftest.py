"""Two microphones on a private sound server, each with a tone that tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import pipewire_server
from support import pulse_server as pulseaudio_server
from support.pipewire_server import PipeWireServer
from support.pulse_server import PulseServer, SoundServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def new_server(request: pytest.FixtureRequest) -> type[PulseServer]:
    """What makes a server of the lane's kind."""
    pipewire = request.config.getoption("--inside") == "pipewire"
    if reason := (pipewire_server if pipewire else pulseaudio_server).why_not():
        pytest.skip(reason)
    return PipeWireServer if pipewire else PulseServer


@pytest.fixture(scope="session")
def pulse_server(new_server: type[PulseServer]) -> Iterator[SoundServer]:
    """The server, which this process's PulseAudio clients find by the environment."""
    with new_server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        patch.delenv("PULSE_SOURCE", raising=False)
        headset = server.load_source("headset", "Headset Microphone", channels=1)
        desk = server.load_source("desk", "Desk Microphone", channels=2)
        server.set_default(headset)
        server.play_tone(headset, 440)
        server.play_tone(desk, 1000)
        yield SoundServer(server, headset, desk)
