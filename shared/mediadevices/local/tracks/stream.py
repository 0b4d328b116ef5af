"""`LocalStream`: a set of tracks (§4.2)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from mediadevices.agent_protocol.handles import StreamHandle, TrackHandle

__all__ = ["LocalStream"]


class LocalStream(StreamHandle):
    """A stream of tracks of this process.

    Args:
        tracks: The tracks; duplicates are ignored.
    """

    __slots__ = ("_id", "_tracks")

    def __init__(self, tracks: Sequence[TrackHandle]) -> None:
        super().__init__()
        self._id = str(uuid.uuid4())
        # A dict, as a set that keeps the order.
        self._tracks: dict[TrackHandle, None] = dict.fromkeys(tracks)

    @property
    def id(self) -> str:
        """The unique id of the stream."""
        return self._id

    @property
    def active(self) -> bool:
        """Whether a track is live."""
        return any(track.ready_state == "live" for track in self._tracks)

    def tracks(self) -> Sequence[TrackHandle]:
        """Return the tracks."""
        return tuple(self._tracks)

    def add_track(self, track: TrackHandle) -> None:
        """Add a track, unless it is there."""
        self._tracks.setdefault(track)

    def remove_track(self, track: TrackHandle) -> None:
        """Remove a track, if it is there."""
        self._tracks.pop(track, None)

    def clone(self) -> LocalStream:
        """Return a stream with a clone of every track."""
        return LocalStream([track.clone() for track in self._tracks])
