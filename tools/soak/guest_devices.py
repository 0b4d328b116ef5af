"""The devices of a soak in the virtual machine: `vivid` cameras and `snd-aloop` sound cards."""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent
from support import vivid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

__all__ = ["GuestWorld"]

_CARDS = Path("/sys/bus/platform/drivers/snd_aloop")


class GuestWorld:
    """See `tools.soak.soak.World`.

    Args:
        random: Chooses devices and durations.
    """

    name = "the virtual machine: vivid cameras, snd-aloop sound cards"
    patience = 90.0

    def __init__(self, random: Random) -> None:
        self._random = random
        self.agent = create_agent(application="soak")
        self.agent.prompter = lambda _: True
        self._installed = use_agent(self.agent)
        self._installed.__enter__()

    def close(self) -> None:
        """Close the agent."""
        self.agent.close()
        self._installed.__exit__(None, None, None)

    def faults(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the temporary faults of the devices, by name."""
        return {
            "cameras unplugged": lambda: asyncio.to_thread(self._unplug_cameras),
            "camera loses frames": lambda: asyncio.to_thread(self._lose_frames),
            "camera's stream breaks down": lambda: asyncio.to_thread(self._break_stream),
            "camera in use by another": self._occupy_camera,
            "sound card unplugged": lambda: asyncio.to_thread(self._unplug_card),
        }

    def _duration(self) -> float:
        return self._random.uniform(0, 5)

    def _unplug_cameras(self) -> None:
        vivid.unplug()
        time.sleep(self._duration())
        vivid.plug()

    def _lose_frames(self) -> None:
        vivid.set_control(percentage_of_dropped_buffers=self._random.choice((50, 100)))
        time.sleep(self._duration())
        vivid.set_control(percentage_of_dropped_buffers=0)

    def _break_stream(self) -> None:
        vivid.set_control(inject_fatal_streaming_error=1)

    async def _occupy_camera(self) -> None:
        holder = await asyncio.create_subprocess_exec(
            *("v4l2-ctl", "-d", vivid.FIRST, "--stream-mmap", "--stream-count=1000000"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.sleep(self._duration())
        if holder.returncode is None:  # otherwise the camera was in use already
            holder.kill()
        await holder.wait()

    def _unplug_card(self) -> None:
        card = f"snd_aloop.{self._random.choice((0, 1))}"
        # In another process, because the write blocks until the card is closed everywhere.
        command = f"echo {card} > {_CARDS}/unbind"
        subprocess.run(["sh", "-c", command], check=True, timeout=60)
        time.sleep(self._duration())
        (_CARDS / "bind").write_text(card)
