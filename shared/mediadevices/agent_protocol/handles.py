"""Handles: the agent's side of interface objects, mainly tracks and streams."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.kinds import Kind

if TYPE_CHECKING:
    import asyncio

    from mediadevices.media.audio_data import AudioData
    from mediadevices.media.video_frame import VideoFrame

__all__ = [
    "FrameReader",
    "Handle",
    "MediaData",
    "ReadyState",
    "StreamHandle",
    "StreamListener",
    "TrackHandle",
    "TrackListener",
]

ReadyState: TypeAlias = Literal["live", "ended"]
"""``"live"`` while a track can still give media."""

MediaData: TypeAlias = "VideoFrame | AudioData"

_L = TypeVar("_L")
_O = TypeVar("_O")


class Handle(Generic[_L]):
    """The agent's side of one interface object.

    It references the interface object weakly, so that a dropped object can be collected.
    """

    __slots__ = ("__weakref__", "_interface", "_make_listener", "_pinned")

    def __init__(self) -> None:
        self._interface: weakref.ref[object] | None = None
        # Any: `attach` checks that the function fits the interface object.
        self._make_listener: Callable[[Any], _L] | None = None
        self._pinned: object = None

    @property
    def interface(self) -> object | None:
        """The interface object; None if it was not created yet, or was collected."""
        return self._interface() if self._interface is not None else None

    @property
    def listener(self) -> _L | None:
        """The listener of the interface object; None without an interface object."""
        interface = self.interface
        if interface is None or self._make_listener is None:
            return None
        return self._make_listener(interface)

    def attach(self, interface: _O, make_listener: Callable[[_O], _L]) -> None:
        """Make an object the interface object of this handle.

        Args:
            interface: The object.
            make_listener: Returns the listener of the object.
        """
        self._interface = weakref.ref(interface, self._interface_lost)
        self._make_listener = make_listener

    def _interface_lost(self, reference: weakref.ref[object], /) -> None:
        """Called, in any thread, when the interface object was collected; for subclasses."""

    def pin(self, interface: object | None) -> None:
        """Keep the interface object alive, or, with None, stop doing so."""
        self._pinned = interface


class FrameReader(ABC):
    """A bounded queue of frames or blocks of samples, from one track to one consumer."""

    __slots__ = ()

    @abstractmethod
    async def read(self) -> MediaData | None:
        """Wait for the next frame or block; None after the track has ended or `close`."""

    @property
    @abstractmethod
    def dropped(self) -> int:
        """The number of frames or blocks dropped because the consumer was too slow."""

    @abstractmethod
    def close(self) -> None:
        """Stop reading and drop the queued frames or blocks; a second call does nothing."""


class TrackListener(Protocol):
    """Receives the events of a track."""

    def muted_changed(self, muted: bool) -> None:
        """Fire ``mute`` or ``unmute``."""

    def ended(self) -> None:
        """Fire ``ended``."""

    def configuration_changed(self) -> None:
        """Fire ``configurationchange``."""


class TrackHandle(Handle[TrackListener], ABC):
    """A track."""

    __slots__ = ()

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """``"audio"`` or ``"video"``."""

    @property
    @abstractmethod
    def id(self) -> str:
        """The unique id of the track."""

    @property
    @abstractmethod
    def label(self) -> str:
        """The label of the source."""

    @property
    @abstractmethod
    def enabled(self) -> bool:
        """Whether the track gives real media, instead of black frames or silence; settable."""

    @enabled.setter
    @abstractmethod
    def enabled(self, value: bool) -> None: ...
    @property
    @abstractmethod
    def muted(self) -> bool:
        """Whether the source gives no media at present."""

    @property
    @abstractmethod
    def ready_state(self) -> ReadyState:
        """``"live"`` or ``"ended"``."""

    @property
    @abstractmethod
    def content_hint(self) -> str:
        """The content hint that the program has set; settable."""

    @content_hint.setter
    @abstractmethod
    def content_hint(self, value: str) -> None: ...
    @abstractmethod
    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities of the source."""

    @abstractmethod
    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints that were last applied successfully."""

    @abstractmethod
    def get_settings(self) -> Mapping[str, object]:
        """Return the settings of the track."""

    @abstractmethod
    def get_stats(self) -> Mapping[str, float] | None:
        """Return the values of `MediaStreamTrack.stats`, or None for a track without statistics."""

    @abstractmethod
    def reset_latency(self) -> None:
        """Restart the average, minimum and maximum latency of an audio track."""

    @abstractmethod
    def apply_constraints(self, constraints: MediaTrackConstraints) -> asyncio.Future[None]:
        """Replace the constraints; a failure changes nothing."""

    @abstractmethod
    def clone(self) -> TrackHandle:
        """Return a new track with the same source and state."""

    @abstractmethod
    def stop(self) -> None:
        """End the track immediately, without an event."""

    @abstractmethod
    def released(self) -> asyncio.Future[None]:
        """Return a future that is done when an ended track no longer holds its device open."""

    @abstractmethod
    def open_reader(self, max_buffer_size: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Start to read frames or blocks of samples.

        Args:
            max_buffer_size: The capacity of the queue; a full queue drops its oldest item.
            format: The pixel format of the frames; None for the native one.
        """


class StreamListener(Protocol):
    """Receives the changes that the agent, not the program, makes to a stream's tracks."""

    def track_added(self, track: TrackHandle) -> None:
        """Fire ``addtrack``."""

    def track_removed(self, track: TrackHandle) -> None:
        """Fire ``removetrack``."""


class StreamHandle(Handle[StreamListener], ABC):
    """A stream."""

    __slots__ = ()

    @property
    @abstractmethod
    def id(self) -> str:
        """The unique id of the stream."""

    @property
    @abstractmethod
    def active(self) -> bool:
        """Whether at least one track is live."""

    @abstractmethod
    def tracks(self) -> Sequence[TrackHandle]:
        """Return the tracks."""

    @abstractmethod
    def add_track(self, track: TrackHandle) -> None:
        """Add a track, unless the stream has it already."""

    @abstractmethod
    def remove_track(self, track: TrackHandle) -> None:
        """Remove a track, if the stream has it."""

    @abstractmethod
    def clone(self) -> StreamHandle:
        """Return a stream with a clone of every track."""
