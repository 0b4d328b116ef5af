"""The old `MediaStream` and `LocalMediaStream`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeGuard
from weakref import WeakMethod

import mediadevices
from mediadevices import DOMException, Event, EventTarget, InvalidStateError
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.legacy.event import MediaStreamTrackEvent, fire_soon
from mediadevices.legacy.track import STOPPED, MediaStreamTrack, modern_track, old_track
from mediadevices.legacy.track_list import MediaStreamTrackList
from mediadevices.webidl import conversion

__all__ = ["LocalMediaStream", "MediaStream", "local_media_stream", "modern_stream"]

_CHANGES = ("addtrack", "removetrack")


class MediaStream(EventTarget):
    """An old stream that shares the tracks of other streams (28 June 2012; 16 May 2013).

    The draft of 2012 takes two arguments, a list of audio tracks and a list of video tracks; the
    draft of 2013 takes one, a stream or a list of tracks. The tracks are not cloned: they end when
    their original stream is stopped. Current streams and tracks are accepted too.

    Args:
        source: The audio tracks, or with one argument a stream or a list of tracks.
        video_tracks: The video tracks.

    Raises:
        TypeError: An argument is neither a stream nor a list of tracks.
        DOMException: A track is in the list of the other kind; its name is ``"SyntaxError"``.
    """

    __slots__ = (
        "_announced",
        "_audio_tracks",
        "_emptied",
        "_held",
        "_modern",
        "_video_tracks",
        "_watched",
    )
    _modern: mediadevices.MediaStream

    onended = EventHandlerAttribute[Event]("ended")
    """Called when the last live track has ended or was removed, but not by `stop` of the stream."""
    onaddtrack = EventHandlerAttribute[MediaStreamTrackEvent]("addtrack")
    """Called when the browser, not the program, added a track."""
    onremovetrack = EventHandlerAttribute[MediaStreamTrackEvent]("removetrack")
    """Called when the browser, not the program, removed a track."""

    def __init__(self, source: object = None, video_tracks: object = None) -> None:
        if video_tracks is None:
            tracks = _tracks_of(source)
        else:
            tracks = [*_of_kind("audio", source), *_of_kind("video", video_tracks)]
        self._adopt(mediadevices.MediaStream([track.modern for track in tracks]))

    def _adopt(self, stream: mediadevices.MediaStream) -> None:
        super().__init__()
        self._modern = stream
        # Whether `ended` was fired, or cannot be because the stream has ended already.
        self._announced = _all_ended(stream)
        # Whether the stream has ended because the program removed the last live track.
        self._emptied = False
        self._watched: list[MediaStreamTrack] = []
        weak_change = WeakMethod(self._change)  # A list must not keep its stream alive.

        def change(action: Callable[[], None]) -> None:
            if (method := weak_change()) is not None:
                method(action)
            else:
                action()

        self._audio_tracks = MediaStreamTrackList(stream, "audio", change)
        self._video_tracks = MediaStreamTrackList(stream, "video", change)
        self._held: list[MediaStreamTrack] = []
        self._tracks_changed()

    def __repr__(self) -> str:
        state = "ended" if self.ended else "live"
        return f"<legacy.{type(self).__name__} {state} {[track.kind for track in self._held]}>"

    @property
    def modern(self) -> mediadevices.MediaStream:
        """The current stream that this one wraps; not in the drafts."""
        return self._modern

    @property
    def id(self) -> str:
        """The unique identifier of the stream, 36 characters long."""
        return self._modern.id

    @property
    def label(self) -> str:
        """The same as `id`, by its name of 2012."""
        return self._modern.id

    @property
    def ended(self) -> bool:
        """Whether every track has ended; False for a stream that never had a track."""
        return self._emptied or _all_ended(self._modern)

    @property
    def audio_tracks(self) -> MediaStreamTrackList:
        """The audio tracks; always the same list (2012)."""
        return self._audio_tracks

    @property
    def video_tracks(self) -> MediaStreamTrackList:
        """The video tracks; always the same list (2012)."""
        return self._video_tracks

    def get_audio_tracks(self) -> list[MediaStreamTrack]:
        """Return the audio tracks, in a new list (2013)."""
        return list(self._audio_tracks)

    def get_video_tracks(self) -> list[MediaStreamTrack]:
        """Return the video tracks, in a new list (2013)."""
        return list(self._video_tracks)

    def get_track_by_id(self, track_id: str) -> MediaStreamTrack | None:
        """Return the track with an id (2013).

        Args:
            track_id: The `id` of the track.

        Returns:
            The track; None if the stream has no track with this id.

        Raises:
            TypeError: The id is not a string.
        """
        track = self._modern.get_track_by_id(track_id)
        return None if track is None else old_track(track)

    def add_track(self, track: MediaStreamTrack) -> None:
        """Add a track, without an event; a track that the stream contains is ignored (2013).

        A stream that ended because its last live track was removed becomes live again.

        Args:
            track: The track.

        Raises:
            TypeError: The argument is not a track.
            InvalidStateError: The stream has ended, because every track of it ended.
        """
        added = modern_track(track, "add_track: track")
        self._change(lambda: self._modern.add_track(added))

    def remove_track(self, track: MediaStreamTrack) -> None:
        """Remove a track; a track that the stream does not contain is ignored (2013).

        No ``removetrack`` event is fired. Without a live track the stream ends, with its event.

        Args:
            track: The track. It is not stopped.

        Raises:
            TypeError: The argument is not a track.
            InvalidStateError: The stream has ended, because every track of it ended.
        """
        removed = modern_track(track, "remove_track: track")
        self._change(lambda: self._modern.remove_track(removed))

    def _change(self, action: Callable[[], None]) -> None:
        """Add or remove a track for the program, and update the state of the stream."""
        if not self._emptied and _all_ended(self._modern):
            message = (
                "every track of the stream has ended; get another stream from get_user_media()"
            )
            raise InvalidStateError(message)
        was_active = self._modern.active
        action()
        if was_active and not self._modern.active:
            self._emptied = True
            self._end()
        elif self._emptied and self._modern.active:
            self._emptied = self._announced = False
        self._tracks_changed()

    # --- events ---------------------------------------------------------------------------

    def _listeners_changed(self) -> None:
        for type_ in _CHANGES:
            # A listener for `ended` depends on all tracks, so it needs these events too.
            if self._has_listeners(frozenset({type_, "ended"})):
                self._modern.add_event_listener(type_, self._on_browser_change)
            else:
                self._modern.remove_event_listener(type_, self._on_browser_change)
        self._watch()

    def _on_browser_change(self, event: mediadevices.MediaStreamTrackEvent) -> None:
        self._tracks_changed()
        self._fire(MediaStreamTrackEvent(event.type, old_track(event.track)))

    def _tracks_changed(self) -> None:
        # Keep the track objects, with their listeners, alive as long as the stream.
        self._held = [old_track(track) for track in self._modern.get_tracks()]
        self._watch()

    def _watch(self) -> None:
        """Listen to the tracks only while this stream has listeners: listening keeps them alive."""
        wanted = self._has_listeners(frozenset({"ended"})) and not self._announced
        tracks = self._held if wanted else []
        for track in self._watched:
            if track not in tracks:
                track.remove_event_listener("ended", self._track_ended)
                track.remove_event_listener(STOPPED, self._track_ended)
        for track in tracks:
            track.add_event_listener("ended", self._track_ended)
            track.add_event_listener(STOPPED, self._track_ended)
        self._watched = tracks

    def _track_ended(self, event: Event) -> None:  # noqa: ARG002  (the same for each track)
        if self.ended:
            self._end()

    def _end(self) -> None:
        if not self._announced:
            self._announced = True
            self._watch()
            fire_soon(self._fire, Event("ended"))


class LocalMediaStream(MediaStream):
    """The stream of `get_user_media`, which can be stopped as a whole (28 June 2012)."""

    __slots__ = ("_granted",)

    def __init__(self, *_arguments: object) -> None:
        message = "LocalMediaStream has no constructor; it comes from get_user_media()"
        raise TypeError(message)

    def _adopt(self, stream: mediadevices.MediaStream) -> None:
        super()._adopt(stream)
        self._granted = tuple(self._held)

    def stop(self) -> None:
        """End all tracks, here and in the streams that share them.

        This stream and the tracks get no ``ended`` event; the other streams do.
        """
        self._announced = True
        self._watch()
        for track in (*self._granted, *self._held):
            track.end()


def local_media_stream(stream: mediadevices.MediaStream) -> LocalMediaStream:
    """Return a new `LocalMediaStream` for a current stream."""
    made = LocalMediaStream.__new__(LocalMediaStream)
    made._adopt(stream)  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001  (it has no constructor)
    return made


def modern_stream(stream: object, path: str) -> mediadevices.MediaStream:
    """Return the current stream of an old stream; a current stream is returned itself.

    Args:
        stream: The stream.
        path: The name of the argument, for the error.

    Raises:
        TypeError: The argument is not a stream.
    """
    if isinstance(stream, MediaStream):
        return stream.modern
    if isinstance(stream, mediadevices.MediaStream):
        return stream
    raise conversion.wrong_type(path, "a MediaStream", stream)


def _tracks_of(source: object) -> list[MediaStreamTrack]:
    if source is None:
        return []
    if isinstance(source, (MediaStream, mediadevices.MediaStream)):
        source = modern_stream(source, "MediaStream").get_tracks()
    if not _is_iterable(source):
        raise conversion.wrong_type("MediaStream", "a MediaStream or a list of tracks", source)
    tracks = [modern_track(item, f"MediaStream[{index}]") for index, item in enumerate(source)]
    return [old_track(track) for track in tracks]


def _of_kind(kind: str, source: object) -> list[MediaStreamTrack]:
    tracks = _tracks_of(source)
    for index, track in enumerate(tracks):
        if track.kind != kind:
            message = f"MediaStream: {kind}_tracks[{index}]: {track!r} is not of kind {kind!r}"
            raise DOMException(message, "SyntaxError")
    return tracks


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable) and not isinstance(value, str)


def _all_ended(stream: mediadevices.MediaStream) -> bool:
    """Return whether all tracks of a stream have ended; False for a stream without tracks."""
    return bool(stream.get_tracks()) and not stream.active
