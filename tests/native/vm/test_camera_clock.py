"""The time stamps of a real camera's frames: the kernel's, on the one clock, rising."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING

import pytest

from support import vivid
from support.filming import events_of, next_frame, next_frames, video_track
from support.sound import until

if TYPE_CHECKING:
    from mediadevices import VideoFrame
    from support.faults import FaultNotes

pytestmark = pytest.mark.usefixtures("cameras", "media_devices")

SMALL = {"width": 320, "height": 180, "frameRate": 15}


def rise(frames: list[VideoFrame]) -> bool:
    return all(a.timestamp < b.timestamp for a, b in itertools.pairwise(frames))


def age(frame: VideoFrame) -> float:
    """Return how many seconds ago a frame was taken, by the system's monotonic clock."""
    return time.monotonic() - frame.timestamp / 1e6


async def test_time_stamps_are_the_kernels_and_not_when_a_frame_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    track = await video_track(SMALL)
    await next_frame(track)
    # Whoever looks at the clock after the frame has come looks at this one.
    real = time.monotonic_ns
    monkeypatch.setattr(
        "mediadevices_native.cameras.stream.time.monotonic_ns", lambda: real() + 5_000_000_000
    )
    frames = await next_frames(track, 5)
    monkeypatch.undo()
    track.stop()
    assert rise(frames)
    assert all(-1 < age(frame) < 4 for frame in frames)


async def test_timestamps_rise_through_every_event_of_a_track() -> None:
    track = await video_track(SMALL)
    events = events_of(track)
    frames: list[VideoFrame] = []

    async def collect() -> None:
        async for frame in track.frames(max_buffer_size=100):
            frames.append(frame)  # noqa: PERF401  (they are looked at meanwhile)

    async def real_frames(count: int) -> None:
        enough = len(frames) + count
        await until(lambda: len(frames) >= enough, 30)

    collecting = asyncio.create_task(collect())
    await real_frames(5)
    await track.apply_constraints({"width": 640, "height": 480, "frameRate": 15})
    await real_frames(5)
    vivid.set_control(percentage_of_dropped_buffers=100)
    await until(lambda: events[-1:] == ["mute"], 30)
    await real_frames(5)  # Black ones, by our own clock.
    vivid.set_control(percentage_of_dropped_buffers=0)
    await until(lambda: events[-1:] == ["unmute"], 30)
    await real_frames(5)
    vivid.set_control(inject_fatal_streaming_error=1)
    await real_frames(5)
    track.stop()
    await collecting
    assert rise(frames)


@pytest.mark.fault("camera", "its driver's clock is another, or jumps")
@pytest.mark.parametrize("bits", [1, 2], ids=["64 bits", "32 bits"])
async def test_a_clock_that_is_another_is_replaced_by_our_own(fault: FaultNotes, bits: int) -> None:
    vivid.set_control(wrap_timestamp=bits)  # It starts some 16 seconds before the wrap.
    track = await video_track(SMALL)
    frames = await next_frames(track, 5)
    vivid.set_control(wrap_timestamp=0)
    frames += await next_frames(track, 5)
    track.stop()
    assert rise(frames)
    assert all(-1 < age(frame) < 20 for frame in frames)
    fault.sees("nothing: time stamps are those of the reading then, and rise")
