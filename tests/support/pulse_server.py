"""A private PulseAudio server; tests play tones into its microphones.

It uses neither the user's sound server nor a sound card. A microphone is a remapped source on the
monitor of a null sink: the source records what is played into the sink.

    with PulseServer() as server:
        desk = server.load_source("desk", "Desk Microphone", channels=2)
        server.play_tone(desk, 1000)
        os.environ |= server.environment
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

__all__ = ["Microphone", "PulseServer", "SoundServer", "Tone", "why_not"]

_START_SECONDS = 10
_COMMAND_SECONDS = 10
_FULL_VOLUME = 65536  # PulseAudio's "100 %"
_SINE_AMPLITUDE = 0.5  # of module-sine at full volume


def why_not() -> str | None:
    """Return what is missing for a server on this machine, or None."""
    missing = [name for name in ("pulseaudio", "pactl") if shutil.which(name) is None]
    if missing:
        return (
            f"{' and '.join(missing)} not installed (apt-get install pulseaudio-utils pulseaudio)"
        )
    return None


@dataclass(frozen=True, slots=True)
class Microphone:
    """A source of the server.

    Attributes:
        name: The source's name, as `pactl list sources` shows it.
        description: The name that users see.
        channels: Channels.
        rate: Hertz.
        sink: The name of the sink that it records.
        modules: The server's module numbers, in the order of loading.
        sample_size: Bits of a sample.
    """

    name: str
    description: str
    channels: int
    rate: int
    sink: str
    modules: tuple[int, ...]
    sample_size: int = 16


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone, until it is stopped or its microphone is unloaded.

    Attributes:
        number: The server's module, or the player's number.
    """

    number: int


class PulseServer:
    """A PulseAudio daemon with a private socket, state and configuration.

    Attributes:
        clicks: The level at other frequencies that a break in a tone may cause.
    """

    clicks = 0.01

    def __init__(self) -> None:
        # Directly in the system's temporary folder: a socket's path has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="pulse-"))
        self._socket = self._folder / "run" / "native"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._tones: dict[str, list[Tone]] = {}

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that select this server in PulseAudio's clients and ALSA's `pulse` plug-in."""
        return MappingProxyType(
            {
                "PULSE_SERVER": f"unix:{self._socket}",
                "PULSE_RUNTIME_PATH": str(self._folder / "run"),
                "PULSE_STATE_PATH": str(self._folder / "state"),
                "PULSE_CONFIG_PATH": str(self._folder / "state"),
                "PULSE_COOKIE": str(self._folder / "state" / "cookie"),
            }
        )

    @property
    def log(self) -> str:
        """The daemon's log so far."""
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> PulseServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the daemon, also again after `kill`, with no microphones; return when it answers.

        Raises:
            RuntimeError: It ended or did not answer in time; the message has its log.
        """
        for name in ("run", "state"):
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        script = self._folder / "default.pa"
        script.write_text(
            f"load-module module-native-protocol-unix auth-anonymous=1 socket={self._socket}\n"
        )
        with (self._folder / "log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [
                    *("pulseaudio", "-n", f"--file={script}", "--daemonize=no"),
                    *("--exit-idle-time=-1", "--use-pid-file=no"),
                    *("--realtime=no", "--high-priority=no", "--log-target=stderr"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )
        deadline = time.monotonic() + _START_SECONDS
        while self._pactl("info", check=False).returncode != 0:
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"PulseAudio did not start:\n{self.log}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the daemon; a second call does nothing."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None
            self._tones.clear()

    @contextlib.contextmanager
    def frozen(self) -> Generator[None]:
        """Suspend the daemon inside a block, like one that waits for a stuck driver."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGSTOP)
        yield
        self._daemon.send_signal(signal.SIGCONT)

    def load_source(
        self, name: str, description: str, *, channels: int = 1, rate: int = 48000
    ) -> Microphone:
        """Plug in a microphone.

        Args:
            name: The source's name: letters, digits, `_` and `-`.
            description: The name that users see.
            channels: Channels.
            rate: Hertz.
        """
        return self._plug_in(name, description, channels, rate, "")

    def load_array(self, name: str, description: str, channel_map: Sequence[str]) -> Microphone:
        """Plug in a microphone whose channels have names, such as ``"front-left"``."""
        return self._plug_in(name, description, len(channel_map), 48000, ",".join(channel_map))

    def _plug_in(
        self, name: str, description: str, channels: int, rate: int, channel_map: str
    ) -> Microphone:
        sink = f"{name}_sink"
        form = [f"channels={channels}", f"rate={rate}"]
        if channel_map:
            form.append(f"channel_map={channel_map}")
        modules = (
            self._load(
                "module-null-sink",
                f"sink_name={sink}",
                *form,
                f"sink_properties={_quoted(f'into {description}')}",
                # Keeps the sink's buffer short: otherwise the first listener waits two seconds.
                "norewinds=true",
            ),
            self._load(
                "module-remap-source",
                f"source_name={name}",
                f"master={sink}.monitor",
                *form,
                *([f"master_channel_map={channel_map}"] if channel_map else []),
                f"source_properties={_quoted(description)}",
            ),
        )
        return Microphone(name, description, channels, rate, sink, modules)

    def unload(self, microphone: Microphone) -> None:
        """Unplug a microphone; its tones end with it."""
        sink, source = microphone.modules
        self._pactl("unload-module", str(source))
        # Stop tones before their sink; the server would move them to another microphone.
        for tone in self._tones.pop(microphone.sink, []):
            self.stop_tone(tone)
        self._pactl("unload-module", str(sink))

    def suspend(self, microphone: Microphone, suspended: bool = True) -> None:
        """Suspend a microphone, which stays listed but sends nothing, or resume it."""
        self._pactl("suspend-source", microphone.name, str(int(suspended)))

    def mute(self, microphone: Microphone, muted: bool = True) -> None:
        """Mute a microphone in the server, as a mixer does, or unmute it."""
        self._pactl("set-source-mute", microphone.name, str(int(muted)))

    def move_recordings(self, process: int, microphone: Microphone) -> None:
        """Move all recordings of a process to another microphone, as a mixer does."""
        pattern = rf'^\s*application\.process\.id = "{process}"$'
        for number in self._listed("source-outputs", "Source Output", pattern):
            self._pactl("move-source-output", number, microphone.name)

    def set_default(self, microphone: Microphone) -> None:
        """Make a microphone the system default."""
        self._pactl("set-default-source", microphone.name)

    def play_tone(self, microphone: Microphone, frequency: int, *, level: float = 0.5) -> Tone:
        """Play a sine into all channels of a microphone, until `stop_tone`.

        Args:
            microphone: The microphone.
            frequency: Whole hertz.
            level: The amplitude; 1 is full scale.
        """
        tone = Tone(self._load("module-sine", f"sink={microphone.sink}", f"frequency={frequency}"))
        self._tones.setdefault(microphone.sink, []).append(tone)
        # PulseAudio's volume scale is cubic.
        volume = round(_FULL_VOLUME * (level / _SINE_AMPLITUDE) ** (1 / 3))
        self._pactl("set-sink-input-volume", self._input_of(tone), str(volume))
        return tone

    @contextlib.contextmanager
    def tone_in_each_channel(
        self, microphone: Microphone, channel_map: Sequence[str], frequencies: Sequence[int]
    ) -> Generator[None]:
        """Play a different sine into each channel of a microphone, at 0.5, for half a minute.

        Args:
            microphone: The microphone.
            channel_map: The names of its channels.
            frequencies: Whole hertz, below 8000, one for each channel.
        """
        seconds = np.arange(16000) / 16000
        tones = [0.5 * np.sin(2 * np.pi * hertz * seconds) for hertz in frequencies]
        path = self._folder / f"{microphone.name}.tones"
        path.write_bytes(np.tile(np.stack(tones, 1), (30, 1)).astype("<f4").tobytes())
        player = subprocess.Popen(
            [
                *("pacat", "--playback", "--raw", "--format=float32le", "--rate=16000"),
                *(f"--channels={len(channel_map)}", f"--channel-map={','.join(channel_map)}"),
                *(f"--device={microphone.sink}", "--latency-msec=100", str(path)),
            ],
            env={**os.environ, **self.environment},
        )
        try:
            yield
        finally:
            player.kill()
            player.wait()

    def stop_tone(self, tone: Tone) -> None:
        """Stop a tone."""
        self._forget_tone(tone)
        self._pactl("unload-module", str(tone.number))

    def _forget_tone(self, tone: Tone) -> None:
        for tones in self._tones.values():
            if tone in tones:
                tones.remove(tone)

    def _input_of(self, tone: Tone) -> str:
        [number] = self._listed("sink-inputs", "Sink Input", rf"^\s*Owner Module: {tone.number}$")
        return number

    def _listed(self, what: str, title: str, pattern: str) -> list[str]:
        """Return the numbers of the entries in a list of the server that match a pattern."""
        entries = re.split(rf"^{title} #", self._pactl("list", what).stdout, flags=re.MULTILINE)
        return [
            entry.split("\n", 1)[0] for entry in entries if re.search(pattern, entry, re.MULTILINE)
        ]

    def _load(self, module: str, *arguments: str) -> int:
        return int(self._pactl("load-module", module, *arguments).stdout)

    def _pactl(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["pactl", *command],
                env={**os.environ, **self.environment, "LC_ALL": "C"},
                capture_output=True,
                text=True,
                check=check,
                timeout=_COMMAND_SECONDS,
            )
        except subprocess.CalledProcessError as error:
            error.add_note(f"{error.stderr}\n{self.log}")
            raise


@dataclass(frozen=True, slots=True)
class SoundServer:
    """The value of the fixture `pulse_server`.

    Attributes:
        server: The server, which clients in this process find by environment variables.
        headset: The default microphone: mono, plays 440 Hz at 0.5.
        desk: Stereo, plays 1000 Hz at 0.5.
    """

    server: PulseServer
    headset: Microphone
    desk: Microphone


def _quoted(description: str) -> str:
    """Return a property list that holds only a description, for a module's argument."""
    return f"device.description='{description}'".join('""')
