"""`MediaStreamTrackEvent` with an old track, and a function that fires an event in a task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mediadevices import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.legacy.track import MediaStreamTrack

__all__ = ["MediaStreamTrackEvent", "fire_soon"]


class MediaStreamTrackEvent(Event):
    """The event `addtrack` or `removetrack` of a stream and of its track list.

    Args:
        type: The name of the event.
        track: The track.
    """

    __slots__ = ("_track",)

    def __init__(self, type: str, track: MediaStreamTrack) -> None:  # noqa: A002  (the standard's name)
        super().__init__(type)
        self._track = track

    @property
    def track(self) -> MediaStreamTrack:
        """The track that was added or removed."""
        return self._track


def fire_soon(fire: Callable[[Event], object], event: Event) -> None:
    """Fire an event in the next turn of the event loop; without a running loop, at once."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        fire(event)
    else:
        loop.call_soon(fire, event)
