"""`MediaStreamTrackEvent`, with an old track."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices import Event

if TYPE_CHECKING:
    from mediadevices.legacy.track import MediaStreamTrack

__all__ = ["MediaStreamTrackEvent"]


class MediaStreamTrackEvent(Event):
    """`addtrack` or `removetrack`, at a stream and at its list.

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
