"""B5: what it takes to have the library in a page, and a first frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.browser.page import plain
from benchmarks.support.figures import Figure, measured

if TYPE_CHECKING:
    from benchmarks.support.measuring import Effort

_PROGRAM = """
from mediadevices import navigator

async with await navigator.media_devices.get_user_media({"video": True}) as stream:
    [track] = stream.get_tracks()
    async for frame in track.frames():
        frame.close()
        break
"""


async def measure(effort: Effort) -> list[Figure]:
    """Load Pyodide and the library anew, as often as there are runs."""
    runs: list[Any] = [await plain().load(_PROGRAM) for _ in range(max(3, effort.runs // 2))]
    after = [run.wheel + run.imported + run.first for run in runs]
    alone = sorted(run.plain for run in runs)[len(runs) // 2]
    booted = sorted(run.boot for run in runs)[len(runs) // 2]
    note = f"JavaScript's own first frame takes {alone:.0f} ms"
    return [
        measured("B5", "the wheel", "", [runs[0].size / 1000], "kB", 150),
        measured("B5", "load the wheel", "", [run.wheel for run in runs], "ms", None),
        measured("B5", "import mediadevices", "", [run.imported for run in runs], "ms", 150),
        measured(
            *("B5", "load, import and a first frame", f"after Pyodide's {booted:.0f} ms"),
            *(after, "ms", 300),
            note=note,
        ),
    ]
