"""Shared by the tests of cameras: get a track, read frames, record events."""

from __future__ import annotations

import os
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices import Event, MediaStreamTrack, VideoFrame, navigator

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "events_of",
    "is_black",
    "next_frame",
    "next_frames",
    "open_nodes",
    "rate_of",
    "video_track",
]


async def video_track(constraints: object = True) -> MediaStreamTrack:
    """Return the only track of a new stream."""
    stream = await navigator.media_devices.get_user_media({"video": constraints})
    [track] = stream.get_video_tracks()
    return track


async def next_frames(track: MediaStreamTrack, count: int) -> list[VideoFrame]:
    """Return the next frames."""
    found: list[VideoFrame] = []
    async with aclosing(track.frames()) as frames:
        async for frame in frames:
            found.append(frame)
            if len(found) == count:
                return found
    raise AssertionError("the track ended")


async def next_frame(track: MediaStreamTrack) -> VideoFrame:
    """Return the next frame."""
    return (await next_frames(track, 1))[0]


def is_black(frame: VideoFrame) -> bool:
    """Return True if a frame is black, like those of a disabled or muted track."""
    return int(frame.to_ndarray("RGB24").max()) == 0


def rate_of(frames: Sequence[VideoFrame]) -> float:
    """Return the frame rate, from the time stamps."""
    return (len(frames) - 1) * 1e6 / (frames[-1].timestamp - frames[0].timestamp)


def events_of(track: MediaStreamTrack) -> list[str]:
    """Return a list that collects the names of a track's events from now on."""
    seen: list[str] = []

    def note(event: Event) -> None:
        seen.append(event.type)

    for name in ("ended", "mute", "unmute", "configurationchange"):
        track.add_event_listener(name, note)
    return seen


def open_nodes() -> list[str]:
    """Return the camera nodes that this process has open, including unplugged ones."""
    nodes: list[str] = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(link)  # noqa: PTH115  (Path.readlink would make a path of it)
        except FileNotFoundError:
            continue  # This descriptor listed the folder and is closed now.
        if target.startswith("/dev/video"):
            nodes.append(target)
    return nodes
