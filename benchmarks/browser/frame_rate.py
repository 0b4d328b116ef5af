"""B2: frames per second of a camera at its own rate."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING

from benchmarks.browser.page import camera, plain, size_name
from benchmarks.support.figures import Figure, ratio
from benchmarks.support.runs import Effort, interleaved

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack

SIZE = (1920, 1080)
_SECONDS = 2.5


async def measure(effort: Effort) -> list[Figure]:
    """Count frames with the library, and with plain JavaScript, which copies none."""
    found: list[Figure] = []
    runs = min(effort.runs, 5)
    seconds = max(1.0, _SECONDS * effort.scale)
    async with camera(*SIZE) as opened:
        of_camera = float(opened.track.get_settings()["frameRate"])

        async def raw() -> float:
            track = opened.track.js
            return float(await plain().rate(opened.video, track, seconds * 1000))

        for wanted in (None, "RGBA"):

            async def ours(wanted: str | None = wanted) -> float:
                return await _rate(opened.track, wanted, seconds)

            mine, theirs = await interleaved(runs, ours, raw)
            case = f"{size_name(*SIZE)} at {of_camera:g} fps, {wanted or 'own format'}"
            of_its = "frames a second ÷ the camera's"
            of_js = "frames a second ÷ plain JavaScript that only counts them"
            rates = [of_camera] * runs
            found += [
                ratio("B2", of_its, case, mine, rates, "fps", 0.97, better="higher"),
                ratio("B2", of_js, case, mine, theirs, "fps", None, better="higher"),
            ]
    return found


async def _rate(track: MediaStreamTrack, wanted: str | None, seconds: float) -> float:
    count, start = -1, 0.0
    async with aclosing(track.frames(format=wanted)) as frames:
        async for frame in frames:
            frame.close()
            count += 1
            now = time.perf_counter()
            start = start or now
            if now - start >= seconds:
                return count / (now - start)
    raise AssertionError("the camera has ended")
