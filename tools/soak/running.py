"""The soak itself: faults one after the other, and what is left of the process afterwards."""

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
from tools.soak.faults import process_faults
from tools.soak.program import Program, deadline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from mediadevices.local.agent import LocalAgent

__all__ = ["GROWTH", "Measure", "Report", "World", "leaks", "soak"]

#: Seconds between two faults.
PAUSES = (0.1, 2.0)
#: Megabytes that the process may have grown by: what allocators and libraries keep for themselves.
GROWTH = 32.0
#: Seconds in which nothing is to change any more: a restarted sound server is found within 4.
QUIET = 6.0
_REST_SECONDS = 60.0


class World(Protocol):
    """The devices, and what can befall them.

    Attributes:
        name: In words.
        patience: Seconds that any operation may take here.
        agent: The agent over the devices, which stands behind `navigator`.
    """

    name: str
    patience: float
    agent: LocalAgent

    def faults(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return what can befall the devices for a moment, by name."""
        ...


@dataclass(frozen=True)
class Measure:
    """What the process holds.

    Attributes:
        descriptors: Open files.
        threads: Threads.
        megabytes: Of memory that is resident.
    """

    descriptors: int
    threads: int
    megabytes: float

    @classmethod
    def now(cls) -> Measure:
        """Measure."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            round(pages * resource.getpagesize() / 1e6, 1),
        )


@dataclass(frozen=True)
class Report:
    """How it went.

    Attributes:
        survived: How often which fault was survived.
        seen: How often what was seen by the program.
        start: What the process held at rest, after one fault of each kind.
        end: What it held at rest in the end.
        problems: What should not have happened.
    """

    survived: Counter[str]
    seen: Counter[str]
    start: Measure
    end: Measure
    problems: list[str]

    def lines(self) -> list[str]:
        """Return it in words."""
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
    """Let faults befall a program that captures, for some time.

    Args:
        world: The devices.
        random: Decides everything.
        seconds: How long, after one fault of each kind.

    Raises:
        HungError: An operation took longer than it may.
    """
    # Should even the event loop hang, all stacks are shown, and the process ends.
    faulthandler.dump_traceback_later(seconds + 20 * world.patience, exit=True)
    warnings.simplefilter("ignore", TrackLeakWarning)  # of the tracks that are dropped on purpose
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
    # All threads that to_thread() ever uses, and everything that is made once.
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.2) for _ in range(_workers())))
    program.start()
    for name, fault in faults.items():
        await _befall(name, fault, program, PAUSES[0], world.patience)
    start = await _at_rest(world, program)
    survived = Counter[str]()
    program.seen.clear()
    handled.clear()
    program.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        name = random.choice(list(faults))
        await _befall(name, faults[name], program, random.uniform(*PAUSES), world.patience)
        survived[name] += 1
    end = await _at_rest(world, program)
    faulthandler.cancel_dump_traceback_later()
    problems += leaks(start, end)
    return Report(survived, program.seen + handled, start, end, problems)


def _workers() -> int:
    return min(32, (os.cpu_count() or 1) + 4)  # as the event loop's executor has it


async def _befall(
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
    """Measure when the program has stopped, and the process is quiet."""
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
    """Return what a process holds more of in the end, in words."""
    found = [
        f"leaked: {getattr(end, name) - getattr(start, name)} {name}"
        for name in ("descriptors", "threads")
        if getattr(end, name) > getattr(start, name)
    ]
    if end.megabytes > start.megabytes + GROWTH:
        found.append(f"leaked: {end.megabytes - start.megabytes:.1f} megabytes")
    return found
