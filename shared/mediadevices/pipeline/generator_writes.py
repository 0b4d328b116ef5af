"""The check of a write to a generator (MediaStreamTrack Insertable Media Processing §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices.errors import InvalidStateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediadevices.agent_protocol.handles import MediaData, TrackHandle

__all__ = ["check_writable"]


def check_writable(data: MediaData, tracks: Iterable[TrackHandle]) -> None:
    """Check that a frame or block can be written to a generator.

    Args:
        data: The frame or block.
        tracks: The tracks of the generator.

    Raises:
        InvalidStateError: Every track has ended, or the frame or block is closed.
    """
    if not any(track.ready_state == "live" for track in tuple(tracks)):
        message = "every track of the generator has ended; make another generator"
        raise InvalidStateError(message)
    if data.closed:
        message = "the frame or block is closed; write it before closing it, or a clone of it"
        raise InvalidStateError(message)
