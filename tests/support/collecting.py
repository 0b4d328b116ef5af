"""Everything that a track delivers while a test's clock advances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices import MediaStreamTrackProcessor

if TYPE_CHECKING:
    from mediadevices import AudioData, MediaStreamTrack, VideoFrame
    from mediadevices.testing import ManualClock


async def collected(
    track: MediaStreamTrack, clock: ManualClock, seconds: float
) -> list[VideoFrame | AudioData]:
    """Advance the clock, and return what a track delivers meanwhile.

    Args:
        track: The track.
        clock: The clock of the fake devices.
        seconds: How far to advance it.
    """
    reader = MediaStreamTrackProcessor(track, max_buffer_size=10_000).readable.get_reader()
    await clock.advance(seconds)
    found: list[VideoFrame | AudioData] = []
    while True:
        pending = reader.read()
        await clock.advance(0)
        if not pending.done():
            await reader.cancel()
            return found
        item = (await pending).value
        assert item is not None, "the track has ended"
        found.append(item)
