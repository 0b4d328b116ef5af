"""B5: the time to load the library in a page, until the first frame."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.browser.page import plain
from benchmarks.support.figures import Figure, measured

if TYPE_CHECKING:
    from benchmarks.support.runs import Effort

_PROGRAM = """
from mediadevices import navigator

async with await navigator.media_devices.get_user_media({"video": True}) as stream:
    [track] = stream.get_tracks()
    async for frame in track.frames():
        frame.close()
        break
"""


_WAYS = ("unpackArchive", "loadPackage")


async def measure(effort: Effort) -> list[Figure]:
    """Load Pyodide and the library repeatedly, with each loader in turn."""
    count = max(2, effort.runs // 4)
    runs: list[tuple[str, Any]] = [
        (way, await plain().load(_PROGRAM, way)) for _ in range(count) for way in _WAYS
    ]
    alone = median(run.plain for _, run in runs)
    booted = median(run.boot for _, run in runs)
    return [
        measured("B5", "the wheel", "", [runs[0][1].size / 1000], "kB", 220),
        measured("B5", "import mediadevices", "", [run.imported for _, run in runs], "ms", 150),
        *(
            figure
            for way in _WAYS
            for figure in _until_the_first_frame(
                f"by {way}, after Pyodide's {booted:.0f} ms",
                [run for by, run in runs if by == way],
                f"the first frame in plain JavaScript takes {alone:.0f} ms",
            )
        ),
    ]


def _until_the_first_frame(case: str, runs: list[Any], note: str) -> list[Figure]:
    after = [run.wheel + run.imported + run.first for run in runs]
    return [
        measured("B5", "load the wheel", case, [run.wheel for run in runs], "ms", None),
        measured("B5", "load, import and a first frame", case, after, "ms", 300, note=note),
    ]
