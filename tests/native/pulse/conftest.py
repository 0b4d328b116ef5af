"""Two microphones on a private sound server, each with a tone that tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import pulse_server as pulse

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def pulse_server() -> Iterator[pulse.SoundServer]:
    """The server, which this process's PulseAudio clients find by the environment."""
    if reason := pulse.why_not():
        pytest.skip(reason)
    with pulse.PulseServer() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        patch.delenv("PULSE_SOURCE", raising=False)
        headset = server.load_source("headset", "Headset Microphone", channels=1)
        desk = server.load_source("desk", "Desk Microphone", channels=2)
        server.set_default(headset)
        server.play_tone(headset, 440)
        server.play_tone(desk, 1000)
        yield pulse.SoundServer(server, headset, desk)
