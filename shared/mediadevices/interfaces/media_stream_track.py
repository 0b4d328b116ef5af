"""`MediaStreamTrack` (§4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from mediadevices.agent_protocol.handles import TrackListener
from mediadevices.agent_protocol.js_bridge import JsBridge, JsHandle, js_part
from mediadevices.algorithms.constraints import MediaTrackConstraints, convert_track_constraints
from mediadevices.current_agent import current_agent
from mediadevices.interfaces.closable_iterator import ClosableIterator, buffer_size
from mediadevices.interfaces.dictionaries import (
    MediaTrackCapabilities,
    MediaTrackConstraintsInput,
    MediaTrackSettings,
)
from mediadevices.interfaces.event import Event
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.interfaces.handle_backed import HandleBacked, handle_of, wrap_handle
from mediadevices.interfaces.track_stats import (
    MediaStreamTrackAudioStats,
    MediaStreamTrackVideoStats,
)
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.dictionary import freeze

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mediadevices.agent_protocol.handles import FrameReader, ReadyState, TrackHandle

__all__ = ["MediaStreamTrack"]

_KEEPS_ALIVE = frozenset({"mute", "unmute", "ended"})
_CONTENT_HINTS = {
    "audio": frozenset({"", "speech", "speech-recognition", "music"}),
    "video": frozenset({"", "motion", "detail", "text"}),
}


class MediaStreamTrack(HandleBacked["TrackHandle"]):
    """The pictures of one camera, or the sound of one microphone (§4.3).

    Tracks come from `get_user_media`, from a generator, or from `clone`. A live track with a
    listener for ``mute``, ``unmute`` or ``ended`` stays alive without a reference. Without such a
    listener, the garbage collector stops a dropped track, with a `TrackLeakWarning`.

    As an asynchronous context manager the track stops itself at the end of the block, and waits
    until its device is closed, unless another track uses it.
    """

    # idl: own frames: iterates over the frames of the track, without a processor.
    # idl: own from_js, js: convert from and to JavaScript in a page.
    # idl: own async with: stops the track, and waits until its device is closed.

    __slots__ = ("_stats",)

    onmute = EventHandlerAttribute[Event]("mute")
    """Called when the source stops delivering media for a while."""
    onunmute = EventHandlerAttribute[Event]("unmute")
    """Called when the source delivers media again."""
    onended = EventHandlerAttribute[Event]("ended")
    """Called when the track has ended, but not by `stop`."""
    onconfigurationchange = EventHandlerAttribute[Event]("configurationchange")
    """Called when the source changed its settings without a call of `apply_constraints`."""

    def __init__(self, *_arguments: object) -> None:
        message = "MediaStreamTrack has no constructor; tracks come from get_user_media()"
        raise TypeError(message)

    def _adopt(self, handle: TrackHandle) -> None:
        super()._adopt(handle)
        self._stats: MediaStreamTrackVideoStats | MediaStreamTrackAudioStats | None = None

    def __repr__(self) -> str:
        return f"<MediaStreamTrack {self.kind} {self.ready_state} {self.label!r}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.stop()
        await self._handle.released()

    @classmethod
    def from_js(cls, js: object) -> MediaStreamTrack:
        """Return the track for a JavaScript `MediaStreamTrack`; not in the standard.

        Args:
            js: The JavaScript object. The same object always gives the same track.

        Returns:
            The track.

        Raises:
            TypeError: The object is not a JavaScript `MediaStreamTrack`.
            NotSupportedError: This is not a web page, or fake devices are installed.
        """
        return wrap_handle(cls, js_part(current_agent(), JsBridge).track_from_js(js))

    @property
    def js(self) -> Any:  # Any: type checkers do not know JavaScript objects
        """The browser's `MediaStreamTrack`, to pass to JavaScript; not in the standard.

        Raises:
            NotSupportedError: The track does not come from a browser.
        """
        return js_part(self._handle, JsHandle).js

    @property
    def kind(self) -> Literal["audio", "video"]:
        """``"audio"`` or ``"video"``."""
        return self._handle.kind

    @property
    def id(self) -> str:
        """The unique identifier of the track; a clone has another one."""
        return self._handle.id

    @property
    def label(self) -> str:
        """The name of the device, also after the track has ended."""
        return self._handle.label

    @property
    def enabled(self) -> bool:
        """Whether the track delivers the source's media; if False, black frames or silence."""
        return self._handle.enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._handle.enabled = conversion.boolean(value, "MediaStreamTrack.enabled")

    @property
    def muted(self) -> bool:
        """Whether the source delivers no media at present; only the agent can change it."""
        return self._handle.muted

    @property
    def ready_state(self) -> ReadyState:
        """``"live"`` or ``"ended"``; an ended track never becomes live again."""
        return self._handle.ready_state

    @property
    def content_hint(self) -> str:
        """The program's hint about the kind of content (Content Hints §2).

        ``""`` for no hint. Video: ``"motion"``, ``"detail"`` or ``"text"``. Audio: ``"speech"``,
        ``"speech-recognition"`` or ``"music"``. Other strings are ignored.
        """
        return self._handle.content_hint

    @content_hint.setter
    def content_hint(self, value: str) -> None:
        hint = conversion.string(value, "MediaStreamTrack.content_hint")
        if hint in _CONTENT_HINTS[self.kind]:
            self._handle.content_hint = hint

    @property
    def stats(self) -> MediaStreamTrackVideoStats | MediaStreamTrackAudioStats | None:
        """The numbers of frames or samples that the track delivered, dropped and lost.

        The same object each time; None if the browser does not count (Media Capture and Streams
        Extensions §10).
        """
        if self._stats is None and self._handle.get_stats() is not None:
            video = self.kind == "video"
            stats = MediaStreamTrackVideoStats if video else MediaStreamTrackAudioStats
            self._stats = stats(self._handle)
        return self._stats

    def clone(self) -> MediaStreamTrack:
        """Return a new track of the same source, with the same state, constraints and settings."""
        return wrap_handle(MediaStreamTrack, self._handle.clone())

    def stop(self) -> None:
        """End the track now, without an ``ended`` event; the last track of a device closes it."""
        self._handle.stop()
        self._listeners_changed()

    def get_capabilities(self) -> MediaTrackCapabilities:
        """Return the settings that the source supports: ``{"min", "max"}`` or a list for each."""
        return MediaTrackCapabilities(freeze(self._handle.get_capabilities()))

    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints of the last successful `apply_constraints` or `get_user_media`."""
        return self._handle.get_constraints()

    def get_settings(self) -> MediaTrackSettings:
        """Return the current settings; for an ended track, only those that identify the device."""
        return MediaTrackSettings(freeze(self._handle.get_settings()))

    def apply_constraints(
        self, constraints: MediaTrackConstraintsInput | None = None
    ) -> asyncio.Future[None]:
        """Replace the constraints of the track (§4.3.4).

        Args:
            constraints: The new constraints. None or an empty mapping removes the old ones.

        Returns:
            A future that is done when the new settings are in effect. On an ended track it is done
            at once, without an effect.

        Raises:
            TypeError: (through the future) A constraint has the wrong type.
            OverconstrainedError: (through the future) The constraints cannot be satisfied; the
                old constraints and settings stay.
            NotReadableError: (through the future) The device failed or was unplugged meanwhile.
        """
        supported = current_agent().get_supported_constraints()
        try:
            converted = convert_track_constraints(
                {} if constraints is None else constraints, "constraints", supported
            )
        except TypeError as error:
            return promise.rejected(error)
        return self._handle.apply_constraints(converted)

    def frames(
        self,
        *,
        format: str | None = None,  # noqa: A002  (the standard's name)
        max_buffer_size: int | None = None,
    ) -> ClosableIterator[Any]:  # Any: frames or blocks, depending on the kind of the track
        """Iterate over the frames of a video track, or the blocks of samples of an audio track.

        Args:
            format: For a video track, the pixel format of the frames, such as ``"RGB24"``; None
                for the native one. For an audio track it must be None: `AudioData.to_ndarray`
                converts a block.
            max_buffer_size: How many frames or blocks the reader buffers, 1 to 65535; a full
                buffer drops the oldest. The default is 1 frame, or 100 blocks (1 s) of samples.

        Returns:
            An asynchronous iterator of `VideoFrame` or `AudioData` objects, which ends with the
            track: at once if the track has ended. It buffers from this call on. A read that is
            cancelled, for example by `asyncio.wait_for`, neither ends the iterator nor loses a
            frame. `aclose` ends it; so does dropping it.

        Raises:
            TypeError: The size is not in that range, or the format is unknown.
            InvalidStateError: No event loop is running, or another loop owns the track.
        """
        size, name = _reader_options(self, max_buffer_size, format)
        if self.ready_state == "ended":
            return ClosableIterator[Any].empty()
        reader = self._handle.open_reader(size, name)
        return ClosableIterator(reader.read, reader.close, owner=self)

    # --- for the library ------------------------------------------------------------------

    def _agent_listener(self) -> TrackListener:
        return _TrackEvents(self._fire, self._listeners_changed)

    def _listeners_changed(self) -> None:
        keep = self.ready_state == "live" and self._has_listeners(_KEEPS_ALIVE)
        self._handle.pin(self if keep else None)


class _TrackEvents(TrackListener):
    def __init__(self, fire: Callable[[Event], None], unpin: Callable[[], None]) -> None:
        self._fire = fire
        self._unpin = unpin

    def muted_changed(self, muted: bool) -> None:
        self._fire(Event("mute" if muted else "unmute"))

    def ended(self) -> None:
        self._fire(Event("ended"))
        self._unpin()

    def configuration_changed(self) -> None:
        self._fire(Event("configurationchange"))


def open_reader(
    track: MediaStreamTrack,
    max_buffer_size: object,
    format: object,  # noqa: A002  (the standard's name)
) -> FrameReader:
    """Start to read frames or samples of a track.

    Args:
        track: The track.
        max_buffer_size: How many the reader buffers, 1 to 65535; None for 1 frame or 100 blocks.
        format: For a video track, the pixel format to read; None for the native one.

    Raises:
        TypeError: The size is not in that range, or the format is unknown.
        InvalidStateError: The track has ended.
    """
    return handle_of(track).open_reader(*_reader_options(track, max_buffer_size, format))


def _reader_options(
    track: MediaStreamTrack,
    max_buffer_size: object,
    format: object,  # noqa: A002  (the standard's name)
) -> tuple[int, str | None]:
    """Return the size of a reader's buffer and its pixel format."""
    if max_buffer_size is None:
        max_buffer_size = 1 if track.kind == "video" else 100
    name = None if format is None else conversion.string(format, "format")
    return buffer_size(max_buffer_size), name
