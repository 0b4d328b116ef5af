"""The time per frame by frame size, in the library and in plain JavaScript."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.browser.frame_cost import Routes
from benchmarks.browser.page import compared, shown
from benchmarks.support.figures import Growth
from benchmarks.support.runs import Effort
from support.page_media import painted_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = ((640, 480), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))


async def measure(effort: Effort) -> Sequence[Growth]:
    """Copy the frames of a canvas, because it can have any size."""
    lines: dict[str, list[tuple[float, float]]] = {}
    few = replace(effort, runs=3)
    for width, height in SIZES:
        async with (
            painted_stream(width=width, height=height, interval=0.2) as (stream, _),
            shown(stream) as opened,
        ):
            with opened.unpaced():
                for wanted in (None, "RGBA"):
                    async with Routes.of(opened, wanted) as routes:
                        found = await compared(few, routes.ours, routes.raw)
                    for name, runs in zip(("Python", "JavaScript"), found, strict=True):
                        line = lines.setdefault(f"{wanted or 'own'}, {name}", [])
                        line.append((width * height / 1e6, median(runs)))
    return [Growth("frame-size", "A frame, by its size", "megapixels", "ms", lines)]
