"""The environment of the virtual machine: the kernel's test devices `vivid` and `snd-aloop`.

The kernel handles these cameras and sound cards like any others, so the drivers see no difference.
The cameras show colour bars, and the first sound card records noise.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NoReturn

from conformance.agent_environment import AgentEnvironment
from conformance.media import until
from mediadevices_native.cameras import OpenCVCameraDriver
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from mediadevices_native.microphones.portaudio.library import portaudio
from support import vivid

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from conformance.environment import DeviceName
    from mediadevices.driver import Device

__all__ = ["Machine", "MachineEnvironment", "noise"]

# The first program to open a loopback chooses the format of both ends, so use PortAudio's format.
_FORMAT = ("-f", "S16_LE", "-r", "44100", "-c", "2")
_NOISE = ("aplay", "-q", "-D", "hw:Mic1,1", *_FORMAT, "/dev/urandom")


class _Cameras(OpenCVCameraDriver):
    """The machine's cameras; the second one is hidden until a test needs two."""

    def __init__(self) -> None:
        super().__init__()
        self.both = False

    async def list_devices(self) -> Sequence[Device]:
        found = await super().list_devices()
        return [one for one in found if self.both or one.group_key == "platform:vivid-000"]


@dataclass(frozen=True, slots=True)
class Machine:
    """The devices of all tests; a test waits until the previous one has released them."""

    cameras: _Cameras = field(default_factory=_Cameras)
    microphones: PortAudioMicrophoneDriver = field(default_factory=PortAudioMicrophoneDriver)

    def __post_init__(self) -> None:
        vivid.reset()
        # PortAudio lists a card only once, and a card in use would have fewer capabilities.
        portaudio.devices()


@contextlib.contextmanager
def noise() -> Generator[None]:
    """Play noise to the first microphone."""
    with subprocess.Popen(_NOISE) as player:
        try:
            yield
        finally:
            player.kill()


class MachineEnvironment(AgentEnvironment):
    """`LocalAgent` with OpenCV's cameras and PortAudio's microphones."""

    def __init__(self, machine: Machine) -> None:
        super().__init__([machine.microphones, machine.cameras])
        self._machine = machine
        self._undo = contextlib.ExitStack()

    def close(self) -> None:
        super().close()
        self._machine.cameras.both = False
        self._undo.close()

    async def unplug(self, device: DeviceName) -> None:
        _only_camera(device)
        self._undo.callback(vivid.plug)
        await asyncio.to_thread(vivid.unplug)

    async def plug(self, device: DeviceName) -> None:
        _only_camera(device)
        await asyncio.to_thread(self._undo.close)

    async def mute(self, device: DeviceName) -> None:
        _only_camera(device)
        self._undo.callback(vivid.set_control, percentage_of_dropped_buffers=0)
        await asyncio.to_thread(vivid.set_control, percentage_of_dropped_buffers=100)

    async def unmute(self, device: DeviceName) -> None:
        _only_camera(device)
        await asyncio.to_thread(self._undo.close)

    async def fail_to_open(
        self, device: DeviceName, reason: Literal["busy", "error"] | None
    ) -> None:
        _only_camera(device)
        if reason == "error":
            _cannot("let a camera fail in an unknown way")
        if reason is None:
            await asyncio.to_thread(self._undo.close)
        else:
            await asyncio.to_thread(self._hold)

    def _hold(self) -> None:
        """Let another program capture from the first camera."""
        command = ["v4l2-ctl", "-d", vivid.FIRST, "--stream-mmap", "--stream-count=100000"]
        holder = self._undo.enter_context(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        )
        self._undo.callback(holder.kill)
        assert holder.stderr is not None
        while (shown := holder.stderr.read(1)) != b"<":  # it prints one per frame
            assert shown, "v4l2-ctl could not capture"

    async def let_go(self, device: DeviceName) -> None:
        _only_camera(device)
        await until(vivid.is_free)

    async def set_cameras(self, count: int) -> None:
        self._machine.cameras.both = count == 2

    async def add_controls(self) -> None:
        _cannot("give the camera pan, tilt, zoom and torch")


def _only_camera(device: DeviceName) -> None:
    if device != "camera":
        _cannot(f"do that to a {device}")


def _cannot(what: str) -> NoReturn:
    message = f"nobody can {what}; see support.abilities"
    raise NotImplementedError(message)
