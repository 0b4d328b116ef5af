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
    """The tracks of one kind in a stream (28 June 2012): a live view of them.

    ``list[0]``, ``len(list)``, ``in`` and ``for`` work as with any list of Python's.

    Args:
        stream: Today's stream.
        kind: ``"audio"`` or ``"video"``.
        change: Called with what adds or removes a track: the stream may have ended.
    """

    __slots__ = ("_change", "_kind", "_stream")

    onaddtrack = EventHandlerAttribute[MediaStreamTrackEvent]("addtrack")
    """Called when the browser, not the program, has added a track."""
    onremovetrack = EventHandlerAttribute[MediaStreamTrackEvent]("removetrack")
    """Called when the browser, not the program, has removed a track."""

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
        """How many tracks there are."""
        return len(self)

    def item(self, index: int) -> MediaStreamTrack | None:
        """Return the track at an index, counted from 0; None if there is none."""
        tracks = self._tracks()
        return tracks[index] if 0 <= index < len(tracks) else None

    def add(self, track: MediaStreamTrack) -> None:
        """Add a track to the stream; one that is there already changes nothing. No event is fired.

        Args:
            track: The track.

        Raises:
            TypeError: It is no track, or one of the other kind.
            InvalidStateError: The stream has ended with its tracks.
        """
        added = modern_track(track, "add: track")
        if added.kind != self._kind:
            raise conversion.wrong_type("add: track", f"an {self._kind} track", track)
        self._change(lambda: self._stream.add_track(added))

    def remove(self, track: MediaStreamTrack) -> None:
        """Remove a track from the stream; one that is not there changes nothing.

        No ``removetrack`` event is fired; without a live track the stream ends, with its event.

        Args:
            track: The track, which goes on as it is.

        Raises:
            TypeError: It is no track.
            InvalidStateError: The stream has ended with its tracks.
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
                self._stream.add_event_listener(type_, self._happened)
            else:
                self._stream.remove_event_listener(type_, self._happened)

    def _happened(self, event: mediadevices.MediaStreamTrackEvent) -> None:
        if event.track.kind == self._kind:
            self._fire(MediaStreamTrackEvent(event.type, old_track(event.track)))
