"""B4: the time to copy a block of samples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.browser.page import FLOOR, compared, has_processor, per_block, plain, proxy
from benchmarks.support.figures import Figure, ratio
from mediadevices import navigator

if TYPE_CHECKING:
    from benchmarks.support.runs import Effort


def _nothing(_time: float, _lost: int) -> None:
    """Do nothing: the cheapest callback."""


async def measure(effort: Effort) -> list[Figure]:
    """Copy blocks of a source that never waits."""
    async with await navigator.media_devices.get_user_media({"audio": True}) as stream:
        (track,) = stream.get_tracks()
        restore = plain().unpacedSound()
        try:
            with proxy(bytearray(4096)) as memory:

                async def raw(count: int) -> float:
                    return float(await plain().readBlocks(track.js, memory, count))

                async def floored(count: int) -> float:
                    with proxy(_nothing) as tell:
                        return float(await plain().readBlocks(track.js, memory, count, tell))

                ways = (partial(per_block, track), raw, floored)
                mine, theirs, floor = await compared(effort, *ways)
        finally:
            restore()
    case = "480 samples, by the processor" if has_processor() else "512 samples, by a worklet"
    return [
        ratio("B4", "a block of samples ÷ plain JavaScript", case, mine, theirs, "ms", 1.5),
        ratio("B4", FLOOR, case, floor, theirs, "ms", None),
    ]
