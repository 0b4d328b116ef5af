"""Faults of the program itself, the same on all devices."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import TYPE_CHECKING

from mediadevices import navigator
from tools.soak.program import EXPECTED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from tools.soak.program import Program

__all__ = ["process_faults"]


def process_faults(program: Program, random: Random) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """Return the faults, by name."""

    async def cancel_a_call() -> None:
        asked = {"video": random.random() < 0.5, "audio": True}
        call = asyncio.ensure_future(navigator.media_devices.get_user_media(asked))
        await asyncio.sleep(random.uniform(0, 0.3))
        call.cancel()
        await asyncio.wait([call])
        if not call.cancelled() and call.exception() is None:
            for track in call.result().get_tracks():
                track.stop()
        elif not call.cancelled() and not isinstance(call.exception(), EXPECTED):
            call.result()

    async def block_the_loop() -> None:
        time.sleep(random.uniform(0.2, 1.5))  # noqa: ASYNC251  (the fault)

    async def drop_a_live_track() -> None:
        await program.open({"audio": True})
        gc.collect()

    async def disable_and_enable() -> None:
        for track in random.sample(program.tracks, min(1, len(program.tracks))):
            track.enabled = False
            await asyncio.sleep(random.choice((0.1, 3)))
            track.enabled = True

    async def apply_and_cancel() -> None:
        for track in random.sample(program.tracks, min(1, len(program.tracks))):
            wanted = {"frameRate": 15} if track.kind == "video" else {"sampleRate": 8000}
            application = track.apply_constraints(wanted)
            await asyncio.sleep(random.uniform(0, 0.1))
            application.cancel()
            await asyncio.wait([application])
            if not application.cancelled() and not isinstance(application.exception(), EXPECTED):
                application.result()

    async def stop_a_track() -> None:
        for track in random.sample(program.tracks, min(1, len(program.tracks))):
            track.stop()

    async def revoke_permission() -> None:
        name = random.choice(("camera", "microphone"))
        await navigator.permissions.revoke({"name": name})

    async def raise_in_a_handler() -> None:
        def fail(_: object) -> None:
            raise ZeroDivisionError("of the soak")

        for track in program.tracks[:1]:
            track.add_event_listener("mute", fail, once=True)

    return {
        "a call cancelled": cancel_a_call,
        "the event loop blocked": block_the_loop,
        "a live track dropped": drop_a_live_track,
        "a track disabled and enabled": disable_and_enable,
        "an application cancelled": apply_and_cancel,
        "a track stopped by another task": stop_a_track,
        "permission revoked": revoke_permission,
        "a handler that raises": raise_in_a_handler,
    }
