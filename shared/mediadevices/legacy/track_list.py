"""`MediaStreamTrackList`: the audio or the video tracks of an old stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import overload

import mediadevices
from mediadevices import EventTarget
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.legacy.event import MediaStreamTrackEvent
from mediadevices.legacy.track import MediaStreamTrack, modern_track, old_track
from mediadevices.webidl import conversion

__all__ = ["MediaStreamTrackList"]

_TYPES = ("addtrack", "removetrack")


class MediaStreamTrackList(EventTarget):
    """A live list of the tracks of one kind in a stream (28 June 2012).

    ``list[0]``, ``len(list)``, ``in`` and ``for`` work as with a Python list.

    Args:
        stream: The current stream.
        kind: ``"audio"`` or ``"video"``.
        change: Called with a function that adds or removes a track. It raises `InvalidStateError`
            if the stream has ended.
    """

    __slots__ = ("_change", "_kind", "_stream")

    onaddtrack = EventHandlerAttribute[MediaStreamTrackEvent]("addtrack")
    """Called when the browser, not the program, added a track."""
    onremovetrack = EventHandlerAttribute[MediaStreamTrackEvent]("removetrack")
    """Called when the browser, not the program, removed a track."""

    def __init__(
        self,
        stream: mediadevices.MediaStream,
        kind: str,
        change: Callable[[Callable[[], None]], None],
    ) -> None:
        super().__init__()
        self._stream = stream
        self._kind = kind
        self._change = change

    def __repr__(self) -> str:
        return f"<MediaStreamTrackList {self._tracks()}>"

    def __len__(self) -> int:
        return len(self._tracks())

    def __iter__(self) -> Iterator[MediaStreamTrack]:
        return iter(self._tracks())

    def __contains__(self, track: object) -> bool:
        return track in self._tracks()

    @overload
    def __getitem__(self, index: int) -> MediaStreamTrack: ...
    @overload
    def __getitem__(self, index: slice) -> list[MediaStreamTrack]: ...
    def __getitem__(self, index: int | slice) -> MediaStreamTrack | list[MediaStreamTrack]:
        return self._tracks()[index]

    @property
    def length(self) -> int:
        """The number of tracks."""
        return len(self)

    def item(self, index: int) -> MediaStreamTrack | None:
        """Return the track at an index from 0; None if the index is out of range."""
        tracks = self._tracks()
        return tracks[index] if 0 <= index < len(tracks) else None

    def add(self, track: MediaStreamTrack) -> None:
        """Add a track to the stream, without an event; a track in the list is ignored.

        Args:
            track: The track.

        Raises:
            TypeError: The argument is not a track, or is a track of the other kind.
            InvalidStateError: The stream has ended, because every track of it ended.
        """
        added = modern_track(track, "add: track")
        if added.kind != self._kind:
            raise conversion.wrong_type("add: track", f"an {self._kind} track", track)
        self._change(lambda: self._stream.add_track(added))

    def remove(self, track: MediaStreamTrack) -> None:
        """Remove a track from the stream; a track that is not in the list is ignored.

        No ``removetrack`` event is fired. Without a live track the stream ends, with its event.

        Args:
            track: The track. It is not stopped.

        Raises:
            TypeError: The argument is not a track.
            InvalidStateError: The stream has ended, because every track of it ended.
        """
        removed = modern_track(track, "remove: track")
        if removed.kind == self._kind:
            self._change(lambda: self._stream.remove_track(removed))

    def _tracks(self) -> list[MediaStreamTrack]:
        tracks = self._stream.get_tracks()
        return [old_track(track) for track in tracks if track.kind == self._kind]

    def _listeners_changed(self) -> None:
        for type_ in _TYPES:
            if self._has_listeners(frozenset({type_})):
                self._stream.add_event_listener(type_, self._forward_event)
            else:
                self._stream.remove_event_listener(type_, self._forward_event)

    def _forward_event(self, event: mediadevices.MediaStreamTrackEvent) -> None:
        if event.track.kind == self._kind:
            self._fire(MediaStreamTrackEvent(event.type, old_track(event.track)))
