"""`MediaStream` (§4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from mediadevices.agent_protocol.handles import StreamListener
from mediadevices.agent_protocol.js_bridge import JsBridge, JsHandle, JsStreamHandle, js_part
from mediadevices.current_agent import current_agent
from mediadevices.errors import NotSupportedError
from mediadevices.interfaces.event import MediaStreamTrackEvent
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.interfaces.handle_backed import HandleBacked, handle_of, wrap_handle
from mediadevices.interfaces.media_stream_track import MediaStreamTrack
from mediadevices.webidl import conversion, promise

if TYPE_CHECKING:
    import asyncio

    from mediadevices.agent_protocol.handles import StreamHandle, TrackHandle

__all__ = ["MediaStream", "attach"]

# idl: own attach: sets `srcObject` of an element of the page, and waits for its metadata.


def _tracks_of(source: object) -> list[MediaStreamTrack]:
    if source is None:
        return []
    if isinstance(source, MediaStream):
        return source.get_tracks()
    if not _is_iterable(source):
        raise conversion.wrong_type("MediaStream", "a MediaStream or a list of tracks", source)
    return [_checked(item, f"MediaStream[{index}]") for index, item in enumerate(source)]


class MediaStream(HandleBacked["StreamHandle"]):
    """A set of tracks that belong together (§4.2).

    Args:
        tracks: A stream whose tracks to share, or a list of tracks. The tracks are not cloned.

    Raises:
        TypeError: The argument is neither.

    As an asynchronous context manager the stream stops all its tracks at the end of the block, and
    waits until their devices are closed, except those that other tracks use.
    """

    # idl: own from_js, js: convert from and to JavaScript in a page.
    # idl: own async with: stops the tracks, and waits until their devices are closed.

    __slots__ = ("_held",)

    onaddtrack = EventHandlerAttribute[MediaStreamTrackEvent]("addtrack")
    """Called with a `MediaStreamTrackEvent` when the agent, not the program, added a track."""
    onremovetrack = EventHandlerAttribute[MediaStreamTrackEvent]("removetrack")
    """Called with a `MediaStreamTrackEvent` when the agent, not the program, removed a track."""

    def __init__(self, tracks: MediaStream | Iterable[MediaStreamTrack] | None = None) -> None:
        shared = _tracks_of(tracks)
        self._adopt(current_agent().create_stream([handle_of(track) for track in shared]))

    def _adopt(self, handle: StreamHandle) -> None:
        super()._adopt(handle)
        # Keep the track objects, with their listeners, alive as long as the stream.
        self._held: list[MediaStreamTrack] = []
        self.get_tracks()

    def __repr__(self) -> str:
        kinds = [track.kind for track in self.get_tracks()]
        return f"<MediaStream {'active' if self.active else 'inactive'} {kinds}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        tracks = self.get_tracks()
        for track in tracks:
            track.stop()
        for track in tracks:
            await handle_of(track).released()

    @classmethod
    def from_js(cls, js: object) -> MediaStream:
        """Return the stream for a JavaScript `MediaStream`; not in the standard.

        Args:
            js: The JavaScript object, from ``canvas.captureStream()``, a peer connection or other
                code of the page. The same object always gives the same stream.

        Returns:
            The stream.

        Raises:
            TypeError: The object is not a JavaScript `MediaStream`.
            NotSupportedError: This is not a web page, or fake devices are installed.
        """
        return wrap_handle(cls, js_part(current_agent(), JsBridge).stream_from_js(js))

    @property
    def js(self) -> Any:  # Any: type checkers do not know JavaScript objects
        """The browser's `MediaStream`, to pass to JavaScript; not in the standard.

        Raises:
            NotSupportedError: The stream does not come from a browser.
        """
        return js_part(self._handle, JsHandle).js

    @property
    def id(self) -> str:
        """The unique identifier of the stream, 36 characters long."""
        return self._handle.id

    @property
    def active(self) -> bool:
        """Whether at least one track is live."""
        return self._handle.active

    def get_audio_tracks(self) -> list[MediaStreamTrack]:
        """Return the audio tracks, in a new list."""
        return [track for track in self.get_tracks() if track.kind == "audio"]

    def get_video_tracks(self) -> list[MediaStreamTrack]:
        """Return the video tracks, in a new list."""
        return [track for track in self.get_tracks() if track.kind == "video"]

    def get_tracks(self) -> list[MediaStreamTrack]:
        """Return all tracks, in a new list."""
        self._held = [wrap_handle(MediaStreamTrack, handle) for handle in self._handle.tracks()]
        return list(self._held)

    def get_track_by_id(self, track_id: str) -> MediaStreamTrack | None:
        """Return the track with an id.

        Args:
            track_id: The `id` of the track.

        Returns:
            The track; None if the stream has no track with this id.

        Raises:
            TypeError: The id is not a string.
        """
        wanted = conversion.string(track_id, "get_track_by_id: track_id")
        return next((track for track in self.get_tracks() if track.id == wanted), None)

    def add_track(self, track: MediaStreamTrack) -> None:
        """Add a track, without an event; a track that the stream contains already is ignored.

        Args:
            track: The track, live or ended. It is not cloned.

        Raises:
            TypeError: The argument is not a `MediaStreamTrack`.
        """
        self._handle.add_track(handle_of(_checked(track, "add_track: track")))
        self.get_tracks()

    def remove_track(self, track: MediaStreamTrack) -> None:
        """Remove a track, without an event; a track that the stream does not contain is ignored.

        Args:
            track: The track. It is not stopped.

        Raises:
            TypeError: The argument is not a `MediaStreamTrack`.
        """
        self._handle.remove_track(handle_of(_checked(track, "remove_track: track")))
        self.get_tracks()

    def clone(self) -> MediaStream:
        """Return a new stream with a clone of every track."""
        return wrap_handle(MediaStream, self._handle.clone())

    def _agent_listener(self) -> StreamListener:
        return _StreamEvents(self._tracks_changed)

    def _tracks_changed(self, event: str, handle: TrackHandle) -> None:
        track = wrap_handle(MediaStreamTrack, handle)
        self.get_tracks()
        self._fire(MediaStreamTrackEvent(event, {"track": track}))


class _StreamEvents(StreamListener):
    def __init__(self, fire: Callable[[str, TrackHandle], None]) -> None:
        self._fire = fire

    def track_added(self, track: TrackHandle) -> None:
        self._fire("addtrack", track)

    def track_removed(self, track: TrackHandle) -> None:
        self._fire("removetrack", track)


def attach(stream: MediaStream, element: object) -> asyncio.Future[None]:
    """Play a stream in a ``<video>`` or ``<audio>`` element of the page; not in the standard.

    Args:
        stream: The stream.
        element: The element, from ``js.document``. With the attribute ``autoplay`` it starts on
            its own.

    Returns:
        A future that is done when the element has the metadata, such as the size of the picture.

    Raises:
        TypeError: `stream` is not a `MediaStream`, or (through the future) `element` is not a
            media element.
        NotSupportedError: (through the future) The stream does not come from a browser.
        InvalidStateError: (through the future) Every track ended before the element could show
            one, or the program gave the element another source.
    """
    handle = handle_of(_checked_stream(stream))
    try:
        return js_part(handle, JsStreamHandle).show_in(element)
    except NotSupportedError as error:
        return promise.rejected(error)


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable)


def _checked_stream(stream: object) -> MediaStream:
    if not isinstance(stream, MediaStream):
        raise conversion.wrong_type("attach: stream", "a MediaStream", stream)
    return stream


def _checked(track: object, path: str) -> MediaStreamTrack:
    if not isinstance(track, MediaStreamTrack):
        raise conversion.wrong_type(path, "a MediaStreamTrack", track)
    return track
