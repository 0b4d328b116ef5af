"""The devices of a soak on this machine: microphones of a real sound server, and fake cameras."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from mediadevices.current_agent import use_agent
from mediadevices.driver import VideoMode
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.testing import FakeCamera, install_fake_devices
from tools.soak.second_process import SecondProcess

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping
    from random import Random

    from support.pulse_server import Microphone, PulseServer

__all__ = ["HostWorld"]

_NAMES = ("headset", "desk")
_APPLICATION = "soak"


class HostWorld:
    """See `tools.soak.soak.World`.

    Args:
        random: Chooses devices and durations.
        server: The sound server, not yet started.
        environment: The environment variables of this process; the sound server is added.
    """

    patience = 20.0

    def __init__(
        self, random: Random, server: PulseServer, environment: MutableMapping[str, str]
    ) -> None:
        from mediadevices_native.application.remembered_answers import RememberedPermissions
        from mediadevices_native.microphones import PortAudioMicrophoneDriver

        self._random = random
        self._stack = ExitStack()
        self._server = self._stack.enter_context(server)
        kind = type(server).__name__
        self.name = f"the host: fake cameras, microphones of a {kind}"
        environment.update(self._server.environment)
        self._microphones: dict[str, Microphone] = {}
        for name in _NAMES:
            self._load(name)
        self._cameras = [FakeCamera(label="One", open_delay=0.05), FakeCamera(label="Two")]
        self._fakes = self._stack.enter_context(install_fake_devices(self._cameras, 0, 0))
        # This process stores an answer at each request; the second process changes it meanwhile.
        permissions = PermissionAuthority(
            _APPLICATION,
            lambda _: {"camera": True, "microphone": True, "remember": True},
            memory=RememberedPermissions(_APPLICATION),
        )
        self._stack.callback(SecondProcess(_APPLICATION).close)
        self.agent = LocalAgent(
            [PortAudioMicrophoneDriver(), self._fakes.driver], permissions, secret=b"soak"
        )
        self._stack.enter_context(use_agent(self.agent))

    def close(self) -> None:
        """Close the agent, the server and the second process."""
        self.agent.close()
        self._stack.close()

    def _load(self, name: str) -> None:
        self._microphones[name] = self._server.load_source(name, f"{name.title()} Microphone")
        self._server.play_tone(self._microphones[name], 440)

    def faults(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the temporary faults of the devices, by name."""
        return {
            "camera unplugged": self._unplug_camera,
            "camera muted": self._mute_camera,
            "camera breaks down": self._break_camera,
            "camera in use by another": self._occupy_camera,
            "camera changes its mode": self._change_camera,
            "microphone unplugged": lambda: asyncio.to_thread(self._unplug_microphone),
            "microphone suspended": lambda: asyncio.to_thread(self._suspend),
            "microphone muted": lambda: asyncio.to_thread(self._mute),
            "another default microphone": lambda: asyncio.to_thread(self._change_default),
            "sound server killed": lambda: asyncio.to_thread(self._kill),
        }

    def _camera(self) -> FakeCamera:
        return self._random.choice(self._cameras)

    def _microphone(self) -> Microphone:
        return self._random.choice(list(self._microphones.values()))

    def _duration(self) -> float:
        return self._random.uniform(0, 2)

    async def _unplug_camera(self) -> None:
        camera = self._camera()
        self._fakes.unplug(camera)
        await asyncio.sleep(self._duration())
        self._fakes.plug(camera)

    async def _mute_camera(self) -> None:
        camera = self._camera()
        self._fakes.mute(camera)
        await asyncio.sleep(self._duration())
        self._fakes.unmute(camera)

    async def _break_camera(self) -> None:
        self._fakes.break_down(self._camera())

    async def _occupy_camera(self) -> None:
        camera = self._camera()
        self._fakes.fail_to_open(camera, "busy")
        await asyncio.sleep(self._duration())
        self._fakes.fail_to_open(camera, None)

    async def _change_camera(self) -> None:
        mode = self._random.choice((VideoMode(640, 480, 30), VideoMode(320, 240, 60)))
        self._fakes.reconfigure(self._camera(), mode)

    def _unplug_microphone(self) -> None:
        microphone = self._microphone()
        self._server.unload(microphone)
        time.sleep(self._duration())
        self._load(microphone.name)

    def _suspend(self) -> None:
        microphone = self._microphone()
        self._server.suspend(microphone)
        time.sleep(self._duration())
        self._server.suspend(microphone, False)

    def _mute(self) -> None:
        microphone = self._microphone()
        self._server.mute(microphone)
        time.sleep(self._duration())
        self._server.mute(microphone, False)

    def _change_default(self) -> None:
        self._server.set_default(self._microphone())

    def _kill(self) -> None:
        self._server.kill()
        time.sleep(self._duration())
        self._server.start()
        for name in _NAMES:
            self._load(name)
