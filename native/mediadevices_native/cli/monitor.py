"""``mediadevices monitor``."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live

from mediadevices import InputDeviceInfo
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.capturing import INPUTS, Kind, all_devices, kind_of
from mediadevices_native.cli.choosing import choose
from mediadevices_native.cli.monitoring import Monitor
from mediadevices_native.cli.options import (
    AllowOption,
    Common,
    ConstraintsOption,
    DeviceOption,
    SyntheticOption,
    VerboseOption,
    check_seconds,
)
from mediadevices_native.cli.session import run
from mediadevices_native.cli.showing import console, say, table

__all__ = ["monitor"]

_TICK = 0.25
_TICKS_PER_LINE = 4


def monitor(
    device: DeviceOption = None,
    constraints: ConstraintsOption = None,
    seconds: Annotated[
        float | None, typer.Option(metavar="N", help="End by itself after so long.")
    ] = None,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Watch devices come and go, the camera's frame rate and the microphone's level.

    It captures from one camera and one microphone, or from the one device that is named, until
    Ctrl-C, SIGTERM or SIGHUP. Into a file it writes a line for each event, and one each second.
    """

    async def work(agent: LocalAgent) -> None:
        if seconds is not None:
            check_seconds(seconds)
        ticks = math.inf if seconds is None else seconds / _TICK
        watched = Monitor(agent, await _wanted(agent, device), constraints)
        async with watched:
            screen = console()
            if screen.is_terminal:
                await _show_live(watched, screen, ticks)
            else:
                await _print_lines(watched, ticks)

    run(Common(allow, synthetic, verbose), work, interrupted=0)


async def _wanted(agent: LocalAgent, device: str | None) -> Mapping[Kind, str | None]:
    """Return the kinds to capture from, and for each the id of its device, or None for any."""
    if device is None:
        return dict.fromkeys(INPUTS)
    inputs = [one for one in await all_devices(agent) if isinstance(one, InputDeviceInfo)]
    chosen = choose(inputs, device, "camera or microphone")
    return {kind_of(chosen): chosen.device_id}


async def _show_live(watched: Monitor, screen: Console, ticks: float) -> None:
    with Live(console=screen, auto_refresh=False) as live:
        async for _ in _clock(watched, ticks):
            captures = ((one.what, one.name, one.reading()) for one in watched.captures)
            devices = ((one.kind, one.label) for one in watched.devices)
            live.update(
                Group(
                    table(("device", "name"), devices),
                    table(("capture", "device", "now"), captures),
                    table(("time", "event"), watched.events),
                ),
                refresh=True,
            )


async def _print_lines(watched: Monitor, ticks: float) -> None:
    printed = 0
    async for tick in _clock(watched, ticks):
        new = min(watched.event_count - printed, len(watched.events))
        printed = watched.event_count
        for when, event in list(watched.events)[len(watched.events) - new :]:
            say(f"{when}  {event}")
        if tick % _TICKS_PER_LINE == 0:
            now = "; ".join(f"{one.what}: {one.reading()}" for one in watched.captures)
            say(f"{time.strftime('%H:%M:%S')}  {now}")


async def _clock(watched: Monitor, ticks: float) -> AsyncIterator[int]:
    """Count to the nearest whole number of ticks, while all is well."""
    tick = 0
    while tick < ticks - 0.5:
        await asyncio.sleep(_TICK)
        watched.check()
        tick += 1
        yield tick
