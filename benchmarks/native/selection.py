"""N10: SelectSettings for a camera with very many modes."""

from __future__ import annotations

import time

from benchmarks.support.figures import Figure, measured, ratio
from benchmarks.support.runs import Effort, interleaved
from mediadevices.algorithms.constraints import (
    advanced_sets,
    basic_set,
    convert_track_constraints,
)
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.algorithms.select_settings import select_settings
from mediadevices.algorithms.settings_universe import settings_universe
from mediadevices.driver import Device, Range, VideoMode

MODES = tuple(
    VideoMode(160 + 32 * step, 120 + 18 * step, rate, "MJPG")
    for step in range(60)
    for rate in (5.0, 10.0, 15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0)
)
CAMERA = Device(
    kind="videoinput",
    key="many",
    label="Camera of many modes",
    modes=MODES,
    controls={
        "facingMode": ("user",),
        "zoom": Range(1, 5, 1),
        "brightness": Range(0, 255, 1),
        "exposureMode": ("manual", "continuous"),
    },
)
CONSTRAINTS = {
    "width": {"min": 320, "ideal": 1280},
    "height": {"min": 240, "ideal": 720},
    "frameRate": {"ideal": 30, "max": 60},
    "aspectRatio": {"ideal": 16 / 9},
    "resizeMode": "none",
    "facingMode": "user",
    "zoom": {"ideal": 2},
    "brightness": {"min": 10, "ideal": 100},
    "exposureMode": "continuous",
    "deviceId": {"exact": "many"},
    "advanced": [
        {"width": {"min": 1920}},
        {"width": 1920, "height": 1080},
        {"frameRate": {"min": 50}},
        {"aspectRatio": {"min": 1.5}},
        {"width": 1280, "height": 720},
        {"facingMode": "environment"},
        {"zoom": 3},
        {"brightness": {"max": 50}},
    ],
}


async def measure(effort: Effort) -> list[Figure]:
    """Time the selection, from the converted constraints to the settings."""
    converted = convert_track_constraints(CONSTRAINTS, "video", PROPERTIES)
    repeats = effort.count(20)

    async def select() -> float:
        start = time.thread_time()
        for _ in range(repeats):
            universe = settings_universe(0, CAMERA, {"deviceId": "many", "groupId": "group"})
            found = select_settings(universe, basic_set(converted), advanced_sets(converted))
            assert found
        return (time.thread_time() - start) / repeats * 1000

    async def nearest() -> float:
        start = time.thread_time()
        for _ in range(repeats):
            assert min(MODES, key=lambda mode: abs(mode.width - 1280) + abs(mode.height - 720))
        return (time.thread_time() - start) / repeats * 1000

    times, plain = await interleaved(effort.runs, select, nearest)
    case = f"{len(MODES)} modes, {len(CONSTRAINTS) - 1} constraints, 8 advanced sets"
    title = "SelectSettings ÷ one pass over the modes for the nearest size"
    return [
        measured("N10", "SelectSettings", case, times, "ms", 1.0),
        ratio("N10", title, case, times, plain, "ms", None),
    ]
