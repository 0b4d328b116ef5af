"""Shows the media of a track in the page: filtered pictures, and a level."""

import math
from collections import deque

from filters import FILTERS, Filter, shrink
from page import draw, element

from mediadevices import MediaStreamTrack, MediaStreamTrackProcessor

FILTERED_WIDTH = 320  # pixels that Python filters; the browser's preview has full size
QUIETEST = -60.0  # dBFS, the left end of the meter
LEVELS_PER_SECOND = 15


async def show_filtered(track: MediaStreamTrack) -> None:
    """Filter and show the newest frame, again and again, until the track ends."""
    # `track.frames(format="RGBA")` is shorter, but does not count the frames that were missed.
    processor = MediaStreamTrackProcessor(track, format="RGBA")
    times: deque[int] = deque(maxlen=30)
    async for frame in processor.readable:
        with frame:
            small = shrink(frame.data, frame.coded_width, frame.coded_height, FILTERED_WIDTH)
            times.append(frame.timestamp)
        pixels, width, height = small
        draw(element("filtered"), chosen_filter()(pixels, width), width, height)
        element("size").textContent = f"{width} by {height}"
        element("dropped").textContent = str(processor.dropped)
        if len(times) > 1:
            rate = (len(times) - 1) * 1e6 / (times[-1] - times[0])  # the times are in microseconds
            element("rate").textContent = f"{rate:.0f}"


def chosen_filter() -> Filter:
    """Return the filter in the menu."""
    return FILTERS[element("filter").value]


async def show_level(track: MediaStreamTrack) -> None:
    """Show the level of the sound, until the track ends."""
    count, energy = 0, 0.0
    async for block in track.frames():
        with block:
            samples = block.converted("f32-planar").channels()[0]
            rate = block.sample_rate
        count += len(samples)
        energy += math.sumprod(samples, samples)
        if count * LEVELS_PER_SECOND >= rate:
            level = 10 * math.log10(max(energy / count, 1e-10))
            element("level").value = max(level, QUIETEST)
            element("decibels").textContent = f"{level:.0f} dB" if level > QUIETEST else "silence"
            count, energy = 0, 0.0
