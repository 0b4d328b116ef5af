"""Real cameras, opened and unplugged a hundred times: nothing is left behind."""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Configuration, VideoMode
from mediadevices_native.cameras import OpenCVCameraDriver
from support import vivid
from support.fake_opencv import RecordingSink
from support.sound import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from support.faults import FaultNotes

pytestmark = [pytest.mark.usefixtures("cameras"), pytest.mark.timeout(280)]

VGA = Configuration(VideoMode(640, 480, 25.0, "YUYV"))
ROUNDS = 100
WARM_UP = 5
MEGABYTES = 30
"""One frame (640 x 480) that each round left behind would be three times as much."""


class Belongings:
    """What this process has: descriptors, threads, and memory in bytes."""

    def __init__(self) -> None:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.memory = pages * os.sysconf("SC_PAGE_SIZE")
        self.descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir())
        self.threads = threading.active_count()

    def are_no_more_than(self, before: Belongings) -> bool:
        return (
            self.descriptors <= before.descriptors
            and self.threads <= before.threads
            and self.memory <= before.memory + MEGABYTES * 1_000_000
        )


async def leaves_nothing_behind(once: Callable[[], Awaitable[None]]) -> float:
    """Do something a hundred times, compare what there is, and return how many seconds it took."""
    for _ in range(WARM_UP):
        await once()
    before, began = Belongings(), time.monotonic()
    for _ in range(ROUNDS):
        await once()
    passed = time.monotonic() - began
    await until(lambda: Belongings().are_no_more_than(before), 20)
    return passed


@pytest.mark.fault("camera", "opened and closed 100 times")
async def test_a_hundred_captures_leave_nothing_behind(fault: FaultNotes) -> None:
    driver = OpenCVCameraDriver()
    device = (await driver.list_devices())[0]

    async def once() -> None:
        sink = RecordingSink()
        capture = await driver.open(device, VGA, sink)
        await until(lambda: len(sink.frames) >= 1, 20)
        await capture.close()

    passed = await leaves_nothing_behind(once)
    fault.sees("no descriptor, thread or memory is left", passed)


@pytest.mark.fault("camera", "unplugged and plugged in 100 times")
async def test_a_hundred_unplugs_leave_nothing_behind(fault: FaultNotes) -> None:
    driver = OpenCVCameraDriver()
    changes: list[float] = []
    stop = await driver.watch(lambda: changes.append(time.monotonic()))

    async def once() -> None:
        sink = RecordingSink()
        device = (await driver.list_devices())[0]
        capture = await driver.open(device, VGA, sink)
        vivid.unplug()
        await until(lambda: sink.ended_at is not None, 20)
        await capture.close()
        vivid.plug()

    passed = await leaves_nothing_behind(once)
    stop()
    assert len(changes) >= 2 * ROUNDS
    fault.sees("`ended` each time; no descriptor, thread or memory is left", passed)
