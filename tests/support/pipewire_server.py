"""A private PipeWire server, which speaks PulseAudio's protocol; see `support.pulse_server`."""

from __future__ import annotations

import array
import math
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from support.pulse_server import Microphone, PulseServer, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["PipeWireServer", "why_not"]

_SECONDS = 10
_RATE = 48000
_PROGRAMS = ("pipewire", "wireplumber", "pipewire-pulse")


def why_not() -> str | None:
    """Return what is missing for a server on this machine, or None."""
    missing = [name for name in (*_PROGRAMS, "pactl", "pacat") if shutil.which(name) is None]
    if missing:
        packages = "pipewire wireplumber pipewire-pulse pulseaudio-utils dbus"
        return f"{' and '.join(missing)} not installed (apt-get install {packages})"
    return None


class PipeWireServer(PulseServer):
    """PipeWire, its session manager and its PulseAudio server, with a bus and folders of their own.

    Args:
        session_manager: Start the one that connects recordings with microphones.
    """

    clicks = 0.1  # a program plays its tones, and is late on a busy machine

    def __init__(self, *, session_manager: bool = True) -> None:
        super().__init__()
        self._programs = [name for name in _PROGRAMS if session_manager or name != "wireplumber"]
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._players: dict[int, tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]] = {}
        self._player_numbers = count()

    def start(self) -> None:
        """Start the daemons, also again after `kill`; see `PulseServer.start`."""
        for name in ("run", "state"):
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        address = f"unix:path={self._folder / 'bus'}"
        own = {
            **self.environment,
            "XDG_RUNTIME_DIR": str(self._folder),
            "XDG_STATE_HOME": str(self._folder),
            "HOME": str(self._folder),
            "DBUS_SESSION_BUS_ADDRESS": address,
        }
        bus = [
            "dbus-daemon",
            "--session",
            "--nofork",
            "--address=" + own["DBUS_SESSION_BUS_ADDRESS"],
        ]
        sockets = {"dbus-daemon": "bus", "pipewire": "pipewire-0", "pipewire-pulse": "run/native"}
        for command in (bus, *([name] for name in self._programs)):
            socket = sockets.get(command[0])
            if socket is not None:
                (self._folder / socket).unlink(missing_ok=True)
            with (self._folder / "log").open("ab") as log:
                self._daemons[command[0]] = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, **own},
                )
            if socket is not None:
                self._until((self._folder / socket).exists, f"{command[0]} did not start")
        self._until(
            lambda: self._pactl("info", check=False).returncode == 0, "PipeWire does not answer"
        )

    def kill(self) -> None:
        """Kill the daemons; a second call does nothing."""
        for number in tuple(self._players):
            self._end_player(number)
        for daemon in reversed(self._daemons.values()):
            daemon.kill()
            daemon.wait()
        self._daemons.clear()
        self._tones.clear()

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Suspend the server process inside a block."""
        self._daemons["pipewire-pulse"].send_signal(signal.SIGSTOP)
        yield
        self._daemons["pipewire-pulse"].send_signal(signal.SIGCONT)

    def load_source(
        self, name: str, description: str, *, channels: int = 1, rate: int = 48000
    ) -> Microphone:
        """Plug in a microphone, and wait for it; see `PulseServer.load_source`.

        PipeWire runs all its nodes at one rate, in floating point.
        """
        microphone = super().load_source(name, description, channels=channels, rate=rate)
        self._until(lambda: name in self._names("sources"), f"there is no source {name}")
        return replace(microphone, rate=_RATE, sample_size=32)

    def unload(self, microphone: Microphone) -> None:
        """Unplug a microphone, and wait until it is gone; see `PulseServer.unload`."""
        super().unload(microphone)
        self._until(lambda: microphone.name not in self._names("sources"), "the source stays")

    def play_tone(self, microphone: Microphone, frequency: int, *, level: float = 0.5) -> Tone:
        """Play a sine into a microphone; see `PulseServer.play_tone`."""
        number = next(self._player_numbers)
        turn = 2 * math.pi * frequency / microphone.rate
        second = array.array("f")
        for index in range(microphone.rate):
            second.extend([level * math.sin(turn * index)] * microphone.channels)
        path = self._folder / f"tone{number}"
        path.write_bytes(second.tobytes())
        form = ["--raw", "--format=float32le", f"--rate={microphone.rate}"]
        form += [f"--channels={microphone.channels}"]
        # It ends when the player has ended and nothing reads from it.
        feeder = subprocess.Popen(
            ["sh", "-c", f"while cat {path}; do :; done"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        player = subprocess.Popen(
            ["pacat", "--playback", *form, f"--device={microphone.sink}", "--latency-msec=200"],
            env={**os.environ, **self.environment},
            stdin=feeder.stdout,
            stderr=subprocess.DEVNULL,
        )
        assert feeder.stdout is not None
        feeder.stdout.close()
        self._players[number] = (player, feeder)
        mark = f'application.process.id = "{player.pid}"'
        self._until(
            lambda: mark in self._pactl("list", "sink-inputs").stdout, "the tone is not played"
        )
        tone = Tone(number)
        self._tones.setdefault(microphone.sink, []).append(tone)
        return tone

    def stop_tone(self, tone: Tone) -> None:
        """Stop a tone."""
        self._forget_tone(tone)
        self._end_player(tone.number)

    def set_default(self, microphone: Microphone) -> None:
        """Make a microphone the system default, and wait until it is."""
        super().set_default(microphone)
        self._until(
            lambda: self._pactl("get-default-source").stdout.strip() == microphone.name,
            f"{microphone.name} does not become the default",
        )

    def _end_player(self, number: int) -> None:
        for process in self._players.pop(number):
            process.kill()
            process.wait()

    def _names(self, what: str) -> list[str]:
        return [
            line.split("\t")[1] for line in self._pactl("list", "short", what).stdout.splitlines()
        ]

    def _until(self, condition: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while not condition():
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{complaint}:\n{self.log}")
            time.sleep(0.02)
