"""The event loop of a program is blocked while the thread of a real device goes on."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mediadevices import MediaDevices
    from support.faults import FaultNotes
    from support.programs import RealDevice

pytestmark = pytest.mark.lanes("pulse", "vm")

BLOCKED_SECONDS = 5.0
#: How much may wait for the loop and the reader: of sound a second, of pictures one each.
MOST_WAITING = {"audio": 110, "video": 3}


@pytest.fixture
def media_devices(device: RealDevice, media_devices: MediaDevices) -> MediaDevices:
    """The same, in the environment of the device."""
    return media_devices


@pytest.mark.fault("process", "the event loop is blocked for seconds")
async def test_behind_a_blocked_loop_waits_little_and_the_newest_comes_first(
    device: RealDevice, media_devices: MediaDevices, fault: FaultNotes
) -> None:
    async with await media_devices.get_user_media({device.kind: True}) as stream:
        (track,) = stream.get_tracks()
        frames = track.frames()
        before = (await anext(frames)).timestamp
        begun = time.monotonic()
        time.sleep(BLOCKED_SECONDS)  # noqa: ASYNC251  (that is the fault)
        ended = time.monotonic()
        stamps: list[int] = [before]
        async for media in frames:
            stamps.append(media.timestamp)
            if media.timestamp > ended * 1e6:
                break
        seconds = time.monotonic() - ended
        lost = track.stats.total_frames - track.stats.delivered_frames
        await frames.aclose()
    waited = [stamp for stamp in stamps if begun * 1e6 < stamp < ended * 1e6]
    assert len(waited) <= MOST_WAITING[device.kind]
    assert max(b - a for a, b in pairwise(stamps)) > (BLOCKED_SECONDS - 2) * 1e6
    assert lost > 0
    fault.sees(
        "the newest frame, or the last second of sound; the rest is counted in `stats` as "
        "`total_frames` - `delivered_frames`, and a gap in the timestamps",
        seconds,
    )
