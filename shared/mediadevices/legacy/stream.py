"""`MediaStream` and `LocalMediaStream`, as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeGuard
from weakref import WeakMethod

import mediadevices
from mediadevices import DOMException, Event, EventTarget, InvalidStateError
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.legacy.event import MediaStreamTrackEvent, in_a_task
from mediadevices.legacy.track import STOPPED, MediaStreamTrack, modern_track, old_track
from mediadevices.legacy.track_list import MediaStreamTrackList
from mediadevices.webidl import conversion

__all__ = ["LocalMediaStream", "MediaStream", "local_media_stream", "modern_stream"]

_CHANGES = ("addtrack", "removetrack")


class MediaStream(EventTarget):
    """An old stream, made of tracks of others (28 June 2012; 16 May 2013).

    With two arguments it is made as in 2012, of a list of audio tracks and one of video tracks;
    with one as in 2013, of a stream or of tracks. The tracks are the same, no clones: they end when
    the stream that they come from is stopped. Streams and tracks of today's will do as well.

    Args:
        source: The audio tracks, or a stream, or tracks.
        video_tracks: The video tracks.

    Raises:
        TypeError: There is something else.
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
    """Called when the last live track has ended or was removed, unless by its own `stop`."""
    onaddtrack = EventHandlerAttribute[MediaStreamTrackEvent]("addtrack")
    """Called when the browser, not the program, has added a track."""
    onremovetrack = EventHandlerAttribute[MediaStreamTrackEvent]("removetrack")
    """Called when the browser, not the program, has removed a track."""

    def __init__(self, source: object = None, video_tracks: object = None) -> None:
        if video_tracks is None:
            tracks = _tracks_of(source)
        else:
            tracks = [*_of_kind("audio", source), *_of_kind("video", video_tracks)]
        self._adopt(mediadevices.MediaStream([track.modern for track in tracks]))

    def _adopt(self, stream: mediadevices.MediaStream) -> None:
        super().__init__()
        self._modern = stream
        # An ended stream has nothing to announce any more.
        self._announced = finished(stream)
        # Whether it has ended because the program has removed the last live track.
        self._emptied = False
        self._watched: list[MediaStreamTrack] = []
        own = WeakMethod(self._change)

        def change(action: Callable[[], None]) -> None:
            if (method := own()) is not None:
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
        """The stream of today's standard behind this one; Python's own."""
        return self._modern

    @property
    def id(self) -> str:
        """A name of the stream alone, 36 characters long."""
        return self._modern.id

    @property
    def label(self) -> str:
        """The same, as it was called in 2012."""
        return self._modern.id

    @property
    def ended(self) -> bool:
        """Whether no track is live any more; a stream that never had one has not ended."""
        return self._emptied or finished(self._modern)

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
        """Return the track that has an id, or None (2013).

        Args:
            track_id: The `id` of the track.

        Raises:
            TypeError: It is no string.
        """
        track = self._modern.get_track_by_id(track_id)
        return None if track is None else old_track(track)

    def add_track(self, track: MediaStreamTrack) -> None:
        """Add a track; one that is there already changes nothing. No event is fired (2013).

        A stream from which the last live track was removed goes on with another one.

        Args:
            track: The track.

        Raises:
            TypeError: It is no track.
            InvalidStateError: The stream has ended with its tracks.
        """
        added = modern_track(track, "add_track: track")
        self._change(lambda: self._modern.add_track(added))

    def remove_track(self, track: MediaStreamTrack) -> None:
        """Remove a track; one that is not there changes nothing (2013).

        No ``removetrack`` event is fired; without a live track the stream ends, with its event.

        Args:
            track: The track, which goes on as it is.

        Raises:
            TypeError: It is no track.
            InvalidStateError: The stream has ended with its tracks.
        """
        removed = modern_track(track, "remove_track: track")
        self._change(lambda: self._modern.remove_track(removed))

    def _change(self, action: Callable[[], None]) -> None:
        """Let the program add or remove a track."""
        if not self._emptied and finished(self._modern):
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
            # Whoever waits for the end has to know of all the tracks.
            if self._has_listeners(frozenset({type_, "ended"})):
                self._modern.add_event_listener(type_, self._changed_by_browser)
            else:
                self._modern.remove_event_listener(type_, self._changed_by_browser)
        self._watch()

    def _changed_by_browser(self, event: mediadevices.MediaStreamTrackEvent) -> None:
        self._tracks_changed()
        self._fire(MediaStreamTrackEvent(event.type, old_track(event.track)))

    def _tracks_changed(self) -> None:
        # The tracks' objects, with what the program keeps on them, live as long as the stream.
        self._held = [old_track(track) for track in self._modern.get_tracks()]
        self._watch()

    def _watch(self) -> None:
        """Listen to the tracks as long as somebody listens here: listeners keep tracks alive."""
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

    def _track_ended(self, event: Event) -> None:  # noqa: ARG002  (whichever track it was)
        if self.ended:
            self._end()

    def _end(self) -> None:
        if not self._announced:
            self._announced = True
            self._watch()
            in_a_task(self._fire, Event("ended"))


class LocalMediaStream(MediaStream):
    """The stream that `get_user_media` gives (28 June 2012): it can be stopped as a whole."""

    __slots__ = ("_granted",)

    def __init__(self, *_arguments: object) -> None:
        message = "LocalMediaStream has no constructor; it comes from get_user_media()"
        raise TypeError(message)

    def _adopt(self, stream: mediadevices.MediaStream) -> None:
        super()._adopt(stream)
        self._granted = tuple(self._held)

    def stop(self) -> None:
        """Give back what the user has granted: end all tracks, here and in streams made of them.

        No ``ended`` event is fired at this stream or at the tracks, but at the other streams.
        """
        self._announced = True
        self._watch()
        for track in (*self._granted, *self._held):
            track.end()


def local_media_stream(stream: mediadevices.MediaStream) -> LocalMediaStream:
    """Return a new `LocalMediaStream` that stands on a stream of `get_user_media`."""
    made = LocalMediaStream.__new__(LocalMediaStream)
    made._adopt(stream)  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001  (it has no constructor)
    return made


def modern_stream(stream: object, path: str) -> mediadevices.MediaStream:
    """Return today's stream of an old one, or of itself.

    Args:
        stream: The stream.
        path: Where it stands, for the error.

    Raises:
        TypeError: It is neither.
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
            message = f"MediaStream: {kind}_tracks[{index}]: {track!r} is no {kind} track"
            raise DOMException(message, "SyntaxError")
    return tracks


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable) and not isinstance(value, str)


def finished(stream: mediadevices.MediaStream) -> bool:
    """Tell whether all tracks of a stream have ended; one that has none can still get some."""
    return bool(stream.get_tracks()) and not stream.active
