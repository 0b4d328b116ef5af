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
from mediadevices.kinds import INPUT_OF_DEVICE, Kind
from mediadevices.local.agent import LocalAgent
from mediadevices_native.cli.device_monitor import DeviceMonitor
from mediadevices_native.cli.device_selection import select_device
from mediadevices_native.cli.formatting import console, print_line, table
from mediadevices_native.cli.open_track import all_devices
from mediadevices_native.cli.options import (
    AllowOption,
    CommonOptions,
    ConstraintsOption,
    DeviceOption,
    SyntheticOption,
    VerboseOption,
    check_seconds,
)
from mediadevices_native.cli.session import run

__all__ = ["monitor"]

_TICK = 0.25
_TICKS_PER_LINE = 4


def monitor(
    device: DeviceOption = None,
    constraints: ConstraintsOption = None,
    seconds: Annotated[
        float | None, typer.Option(metavar="N", help="Stop after this many seconds.")
    ] = None,
    allow: AllowOption = "",
    synthetic: SyntheticOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Show the devices, the camera's frame rate and the microphone's level, live.

    The command captures from one camera and one microphone, or from the device given by --device,
    until Ctrl-C, SIGTERM or SIGHUP. If standard output is not a terminal, it prints a line for each
    event, and one per second.
    """

    async def work(agent: LocalAgent) -> None:
        if seconds is not None:
            check_seconds(seconds)
        ticks = math.inf if seconds is None else seconds / _TICK
        device_monitor = DeviceMonitor(agent, await _devices_to_watch(agent, device), constraints)
        async with device_monitor:
            screen = console()
            if screen.is_terminal:
                await _show_live(device_monitor, screen, ticks)
            else:
                await _print_lines(device_monitor, ticks)

    run(CommonOptions(allow, synthetic, verbose), work, interrupted=0)


async def _devices_to_watch(agent: LocalAgent, device: str | None) -> Mapping[Kind, str | None]:
    """Return the kinds to capture, each with the id of its device, or None for any."""
    if device is None:
        return {"audio": None, "video": None}
    inputs = [one for one in await all_devices(agent) if isinstance(one, InputDeviceInfo)]
    selected = select_device(inputs, device, "camera or microphone")
    return {INPUT_OF_DEVICE[selected.kind].track: selected.device_id}


async def _show_live(device_monitor: DeviceMonitor, screen: Console, ticks: float) -> None:
    with Live(console=screen, auto_refresh=False) as live:
        async for _ in _counted_ticks(device_monitor, ticks):
            captures = ((one.noun, one.name, one.reading()) for one in device_monitor.captures)
            devices = ((one.kind, one.label) for one in device_monitor.devices)
            live.update(
                Group(
                    table(("device", "name"), devices),
                    table(("capture", "device", "now"), captures),
                    table(("time", "event"), device_monitor.events),
                ),
                refresh=True,
            )


async def _print_lines(device_monitor: DeviceMonitor, ticks: float) -> None:
    printed_count = 0
    async for tick in _counted_ticks(device_monitor, ticks):
        new = min(device_monitor.event_count - printed_count, len(device_monitor.events))
        printed_count = device_monitor.event_count
        for when, event in list(device_monitor.events)[len(device_monitor.events) - new :]:
            print_line(f"{when}  {event}")
        if tick % _TICKS_PER_LINE == 0:
            now = "; ".join(f"{one.noun}: {one.reading()}" for one in device_monitor.captures)
            print_line(f"{time.strftime('%H:%M:%S')}  {now}")


async def _counted_ticks(device_monitor: DeviceMonitor, ticks: float) -> AsyncIterator[int]:
    """Count to the nearest whole number of ticks; raise the error of a failed capture."""
    tick = 0
    while tick < ticks - 0.5:
        await asyncio.sleep(_TICK)
        device_monitor.check()
        tick += 1
        yield tick
