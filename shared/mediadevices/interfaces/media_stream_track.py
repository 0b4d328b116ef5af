"""`MediaStreamTrack` (§4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

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

    from mediadevices.agent_protocol.handles import FrameReader, ReadyState, TrackHandle

__all__ = ["MediaStreamTrack"]

_KEEPS_ALIVE = frozenset({"mute", "unmute", "ended"})
_CONTENT_HINTS = {
    "audio": frozenset({"", "speech", "speech-recognition", "music"}),
    "video": frozenset({"", "motion", "detail", "text"}),
}


class MediaStreamTrack(HandleBacked["TrackHandle"]):
    """One camera picture or one microphone's sound (§4.3).

    Tracks come from `get_user_media`, from a generator, or from `clone`. A live track with a
    listener for ``mute``, ``unmute`` or ``ended`` is kept alive; one that is dropped without
    `stop` is stopped by the garbage collector, with a `TrackLeakWarning`.

    As an asynchronous context manager it stops itself at the end of the block; behind the block the
    device is closed, unless another track uses it.
    """

    # idl: own frames: iterates over what the track gives, without a processor.
    # idl: own from_js, js: the way to and from JavaScript in a page.
    # idl: own async with: stops the track, and waits until its device is closed.

    __slots__ = ("_stats",)

    onmute = EventHandlerAttribute[Event]("mute")
    """Called when the source gives no media for now."""
    onunmute = EventHandlerAttribute[Event]("unmute")
    """Called when the source gives media again."""
    onended = EventHandlerAttribute[Event]("ended")
    """Called when the track has ended for another reason than `stop`."""
    onconfigurationchange = EventHandlerAttribute[Event]("configurationchange")
    """Called when the source has changed its settings by itself."""

    def __init__(self, *_arguments: object) -> None:
        message = "MediaStreamTrack has no constructor; tracks come from get_user_media()"
        raise TypeError(message)

    def _adopt(self, handle: TrackHandle) -> None:
        super()._adopt(handle)
        self._stats: MediaStreamTrackVideoStats | MediaStreamTrackAudioStats | None = None

    def __repr__(self) -> str:
        return f"<MediaStreamTrack {self.kind} {self.ready_state} {self.label!r}>"

    async def __aenter__(self) -> MediaStreamTrack:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.stop()
        await self._handle.released()

    @classmethod
    def from_js(cls, js: object) -> MediaStreamTrack:
        """Return the track of a JavaScript `MediaStreamTrack`; Python's own.

        Args:
            js: The object, from other code of the page. The same object gives the same track.

        Raises:
            TypeError: It is something else.
            NotSupportedError: This is no web page, or fake devices are installed.
        """
        return wrap_handle(cls, current_agent().track_from_js(js))

    @property
    def js(self) -> Any:  # Any: the type checkers know no object of JavaScript's
        """The browser's own `MediaStreamTrack`, for JavaScript; Python's own.

        Raises:
            NotSupportedError: The track is not the browser's.
        """
        return self._handle.js

    @property
    def kind(self) -> Literal["audio", "video"]:
        """``"audio"`` or ``"video"``."""
        return self._handle.kind

    @property
    def id(self) -> str:
        """A name of the track alone; a clone has another."""
        return self._handle.id

    @property
    def label(self) -> str:
        """The name of the device; it stays when the track has ended."""
        return self._handle.label

    @property
    def enabled(self) -> bool:
        """Whether the program wants real media; else the track gives black frames or silence."""
        return self._handle.enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._handle.enabled = conversion.boolean(value, "MediaStreamTrack.enabled")

    @property
    def muted(self) -> bool:
        """Whether the source gives no media for now; only the agent can change it."""
        return self._handle.muted

    @property
    def ready_state(self) -> ReadyState:
        """``"live"`` or, for ever after, ``"ended"``."""
        return self._handle.ready_state

    @property
    def content_hint(self) -> str:
        """What the program says that the track shows (Content Hints §2).

        ``""``, for video ``"motion"``, ``"detail"`` or ``"text"``, for audio ``"speech"``,
        ``"speech-recognition"`` or ``"music"``. Setting another string does nothing.
        """
        return self._handle.content_hint

    @content_hint.setter
    def content_hint(self, value: str) -> None:
        hint = conversion.string(value, "MediaStreamTrack.content_hint")
        if hint in _CONTENT_HINTS[self.kind]:
            self._handle.content_hint = hint

    @property
    def stats(self) -> MediaStreamTrackVideoStats | MediaStreamTrackAudioStats | None:
        """How many frames or samples the track has delivered; None if it does not count them.

        The same object each time (Media Capture and Streams Extensions §10).
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
        """End the track now, without an ``ended`` event; the last one of a device closes it."""
        self._handle.stop()
        self._listeners_changed()

    def get_capabilities(self) -> MediaTrackCapabilities:
        """Return what the source can be set to: ranges ``{"min", "max"}``, or lists of values."""
        return MediaTrackCapabilities(freeze(self._handle.get_capabilities()))

    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints that were applied successfully last."""
        return self._handle.get_constraints()

    def get_settings(self) -> MediaTrackSettings:
        """Return what the track is set to; of an ended one, only what says which device it was."""
        return MediaTrackSettings(freeze(self._handle.get_settings()))

    def apply_constraints(
        self, constraints: MediaTrackConstraintsInput | None = None
    ) -> asyncio.Future[None]:
        """Replace the constraints of the track (§4.3.4).

        Args:
            constraints: The new constraints; none, or an empty mapping, removes the old ones.

        Returns:
            A future that is done when the new settings are in force. On an ended track it is done
            at once, and nothing happens.

        Raises:
            TypeError: (through the future) A constraint is of the wrong type.
            OverconstrainedError: (through the future) They cannot be satisfied; the old
                constraints and settings stay.
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
            track: at once if the track has ended. It collects from this call on. A read that is
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

    def _notified(self, event: str, detail: object) -> None:
        super()._notified(event, detail)
        if event == "ended":
            self._listeners_changed()

    def _listeners_changed(self) -> None:
        keep = self.ready_state == "live" and self._has_listeners(_KEEPS_ALIVE)
        self._handle.pin(self if keep else None)


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
