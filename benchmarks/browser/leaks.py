"""B6: leaks after very many frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.browser.page import camera, per_frame
from benchmarks.support.figures import Figure, measured
from support.page_memory import Inside

if TYPE_CHECKING:
    from benchmarks.support.runs import Effort


async def measure(effort: Effort) -> list[Figure]:
    """Compare the runtime's proxies and memory before and after."""
    count = effort.count(10_000)
    inside = Inside()
    try:
        async with camera(640, 480) as opened:
            with opened.unpaced():
                await per_frame(opened.track, None, 100)
                proxies, memory = await inside.proxies(), inside.memory()
                await per_frame(opened.track, None, count)
                proxies = await inside.proxies() - proxies
                memory = inside.memory() - memory
    finally:
        inside.close()
    case = f"{count} frames"
    return [
        measured("B6", "proxies left behind", case, [proxies], "proxies", 0),
        measured("B6", "growth of Python's memory", case, [memory], "bytes", 0),
    ]
