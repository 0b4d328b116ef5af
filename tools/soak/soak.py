"""Injects faults one after the other and measures what the process holds afterwards."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import os
import resource
import threading
import time
import warnings
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mediadevices import TrackLeakWarning
from tools.soak.process_faults import process_faults
from tools.soak.program import Program, deadline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from mediadevices.local.agent import LocalAgent

__all__ = ["GROWTH", "Measure", "Report", "World", "leaks", "soak"]

#: Seconds between two faults.
PAUSES = (0.1, 2.0)
#: Allowed growth in megabytes: allocators and libraries keep some memory.
GROWTH = 32.0
#: Seconds without a change before a measurement: a restarted sound server is found within 4.
QUIET = 6.0
_REST_SECONDS = 60.0


class World(Protocol):
    """Devices and their faults.

    Attributes:
        name: A description.
        patience: The longest time, in seconds, that an operation may take.
        agent: The agent for these devices, used by `navigator`.
    """

    name: str
    patience: float
    agent: LocalAgent

    def faults(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the temporary faults of the devices, by name."""
        ...


@dataclass(frozen=True)
class Measure:
    """The resources of the process.

    Attributes:
        descriptors: The number of open files.
        threads: The number of threads.
        megabytes: Resident memory.
    """

    descriptors: int
    threads: int
    megabytes: float

    @classmethod
    def now(cls) -> Measure:
        """Measure this process."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            round(pages * resource.getpagesize() / 1e6, 1),
        )


@dataclass(frozen=True)
class Report:
    """The result of a soak.

    Attributes:
        survived: How often the program survived each fault.
        seen: How often the program saw each event or error.
        start: The resources at rest, after one fault of each kind.
        end: The resources at rest at the end.
        problems: Leaks and unexpected exceptions.
    """

    survived: Counter[str]
    seen: Counter[str]
    start: Measure
    end: Measure
    problems: list[str]

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        lines = ["", f"{'faults survived':40} {self.survived.total():>8}"]
        lines += [f"  {name:38} {count:>8}" for name, count in sorted(self.survived.items())]
        lines += ["", "the program saw"]
        lines += [f"  {name:38} {count:>8}" for name, count in sorted(self.seen.items())]
        lines += ["", f"{'at rest':40} {'start':>8} {'end':>8}"]
        for one in fields(Measure):
            start, end = getattr(self.start, one.name), getattr(self.end, one.name)
            lines.append(f"  {one.name:38} {start:>8} {end:>8}")
        good = "Nothing hung, nothing leaked, no exception was unexpected."
        return [*lines, "", *(self.problems or [good])]


async def soak(world: World, random: Random, seconds: float) -> Report:
    """Inject random faults into a program that captures.

    Args:
        world: The devices.
        random: Chooses the faults.
        seconds: The duration, after one fault of each kind.

    Raises:
        HungError: An operation took longer than allowed.
    """
    # If even the event loop hangs, print all stacks and exit.
    faulthandler.dump_traceback_later(seconds + 20 * world.patience, exit=True)
    warnings.simplefilter("ignore", TrackLeakWarning)  # some tracks are dropped on purpose
    problems: list[str] = []
    handled = Counter[str]()

    def note(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        if isinstance(context.get("exception"), ZeroDivisionError):
            handled["exceptions of handlers"] += 1
        else:
            problems.append(f"the loop's exception handler got {context}")

    asyncio.get_running_loop().set_exception_handler(note)
    program = Program(random, world.patience)
    faults = {**world.faults(), **process_faults(program, random)}
    # Create every thread of to_thread() and everything else that is created once.
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.2) for _ in range(_workers())))
    program.start()
    for name, fault in faults.items():
        await _inject(name, fault, program, PAUSES[0], world.patience)
    start = await _at_rest(world, program)
    survived = Counter[str]()
    program.seen.clear()
    handled.clear()
    program.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        name = random.choice(list(faults))
        await _inject(name, faults[name], program, random.uniform(*PAUSES), world.patience)
        survived[name] += 1
    end = await _at_rest(world, program)
    faulthandler.cancel_dump_traceback_later()
    problems += leaks(start, end)
    return Report(survived, program.seen + handled, start, end, problems)


def _workers() -> int:
    return min(32, (os.cpu_count() or 1) + 4)  # as in concurrent.futures


async def _inject(
    name: str,
    fault: Callable[[], Awaitable[None]],
    program: Program,
    pause: float,
    patience: float,
) -> None:
    async with deadline(name, 2 * patience):
        await fault()
    await asyncio.sleep(pause)
    program.check()


async def _at_rest(world: World, program: Program) -> Measure:
    """Stop the program, wait until the process is quiet, and measure."""
    await program.stop()
    gc.collect()
    measure, since = Measure.now(), time.monotonic()
    async with deadline("the process does not come to rest", _REST_SECONDS + world.patience):
        while time.monotonic() < since + QUIET:
            await asyncio.sleep(0.2)
            now = Measure.now()
            changed = (now.descriptors, now.threads) != (measure.descriptors, measure.threads)
            if changed or not all(source.idle for source in world.agent.sources):
                since = time.monotonic()
            measure = now
    return measure


def leaks(start: Measure, end: Measure) -> list[str]:
    """Return a line for each resource that has grown."""
    found = [
        f"leaked: {getattr(end, name) - getattr(start, name)} {name}"
        for name in ("descriptors", "threads")
        if getattr(end, name) > getattr(start, name)
    ]
    if end.megabytes > start.megabytes + GROWTH:
        found.append(f"leaked: {end.megabytes - start.megabytes:.1f} megabytes")
    return found
