"""No recording begins on a sound server before permission, as the server itself tells."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from mediadevices import PermissionRequest, navigator
from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent
from support.own_home import use_own_home

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from support.pulse_server import SoundServer

RECORDING = "Event 'new' on source-output"
MARK = "Event 'new' on sink-input"


class Events:
    """What the server tells, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.seen: list[str] = []
        self._lines = process.stdout

    async def until(self, text: str, seconds: float = 30) -> None:
        """Wait for an event."""
        assert self._lines is not None
        async with asyncio.timeout(seconds):
            while not (self.seen and self.seen[-1].startswith(text)):
                line = await self._lines.readline()
                assert line, "pactl ended"
                self.seen.append(line.decode().strip())

    async def begin(self, server: SoundServer) -> None:
        """Wait until the server tells what happens, by letting something happen."""
        while not self.seen:
            server.server.set_default(server.desk)
            server.server.set_default(server.headset)
            with contextlib.suppress(TimeoutError):
                await self.until("Event 'change' on server", 0.5)


async def test_no_recording_begins_before_the_answer(
    pulse_server: SoundServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_own_home(monkeypatch, tmp_path)
    server = pulse_server.server
    process = await asyncio.create_subprocess_exec(
        "pactl", "subscribe", stdout=asyncio.subprocess.PIPE
    )
    events = Events(process)

    async def prompter(request: PermissionRequest) -> bool:
        assert request.devices == {"microphone": ("Headset Microphone", "Desk Microphone")}
        await navigator.media_devices.enumerate_devices()
        server.stop_tone(server.play_tone(pulse_server.desk, 300))  # which the server tells too
        await events.until(MARK)
        assert RECORDING not in "\n".join(events.seen)
        return True

    try:
        await events.begin(pulse_server)
        agent = create_agent(application="doorbell", environment={})
        with use_agent(agent):
            navigator.permissions.prompter = prompter
            async with await navigator.media_devices.get_user_media(audio=True):
                await events.until(RECORDING)
        agent.close()
    finally:
        process.kill()
        await process.wait()
