"""Handles: the agent's side of tracks, streams and readers."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.errors import NotSupportedError
from mediadevices.kinds import Kind
from mediadevices.webidl import promise

if TYPE_CHECKING:
    import asyncio

    from mediadevices.media.audio_data import AudioData
    from mediadevices.media.video_frame import VideoFrame

__all__ = [
    "FrameReader",
    "Handle",
    "Listener",
    "MediaData",
    "ReadyState",
    "StreamHandle",
    "TrackHandle",
]

ReadyState: TypeAlias = Literal["live", "ended"]
"""Whether a track can still give media."""

MediaData: TypeAlias = "VideoFrame | AudioData"

_NO_BROWSER = "JavaScript objects exist only in a web page, and not for fake devices"


class Listener(Protocol):
    """An interface object, as its handle sees it."""

    def _notified(self, event: str, detail: object) -> None: ...


class Handle:
    """The agent's side of one interface object, which it knows weakly and tells what happens."""

    __slots__ = ("__weakref__", "_interface", "_pinned")

    def __init__(self) -> None:
        self._interface: weakref.ref[Listener] | None = None
        self._pinned: Listener | None = None

    @property
    def interface(self) -> Listener | None:
        """The interface object of this handle, if there is one now."""
        return self._interface() if self._interface is not None else None

    def attach(self, interface: Listener) -> None:
        """Make an object the interface object of this handle."""
        self._interface = weakref.ref(interface, self._interface_lost)

    @property
    def js(self) -> Any:  # Any: the type checkers know no object of JavaScript's
        """The browser's own object, where the agent is a browser.

        Raises:
            NotSupportedError: It is not.
        """
        raise NotSupportedError(_NO_BROWSER)

    def _interface_lost(self, reference: weakref.ref[Listener], /) -> None:
        """Take note, in any thread, that nobody holds the interface object any more."""

    def pin(self, interface: Listener | None) -> None:
        """Keep the interface object alive, or (None) no longer."""
        self._pinned = interface

    def notify(self, event: str, detail: object = None) -> None:
        """Tell the interface object that something happened; it fires the event.

        Args:
            event: The type of the event.
            detail: What the event carries, where it carries anything.
        """
        if (interface := self.interface) is not None:
            interface._notified(event, detail)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (the contract of Listener)


class FrameReader(ABC):
    """A bounded queue of frames or samples from one track to one consumer."""

    __slots__ = ()

    @abstractmethod
    async def read(self) -> MediaData | None:
        """Wait for the next one; None when the track has ended or the reader was closed."""

    @property
    @abstractmethod
    def dropped(self) -> int:
        """How many were dropped because the consumer did not keep up."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the track and of all that is queued; again does nothing."""


class TrackHandle(Handle, ABC):
    """A track.

    It notifies ``"mute"``, ``"unmute"``, ``"ended"`` and ``"configurationchange"``.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """``"audio"`` or ``"video"``."""

    @property
    @abstractmethod
    def id(self) -> str:
        """A name of the track alone."""

    @property
    @abstractmethod
    def label(self) -> str:
        """The label of the source."""

    @property
    @abstractmethod
    def enabled(self) -> bool:
        """Whether the program wants real media; it can be set."""

    @enabled.setter
    @abstractmethod
    def enabled(self, value: bool) -> None: ...
    @property
    @abstractmethod
    def muted(self) -> bool:
        """Whether the source gives no media for now."""

    @property
    @abstractmethod
    def ready_state(self) -> ReadyState:
        """``"live"`` or ``"ended"``."""

    @property
    @abstractmethod
    def content_hint(self) -> str:
        """What the program hints at; it can be set."""

    @content_hint.setter
    @abstractmethod
    def content_hint(self, value: str) -> None: ...
    @abstractmethod
    def get_capabilities(self) -> Mapping[str, object]:
        """Return what the source can be set to."""

    @abstractmethod
    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints that were applied successfully last."""

    @abstractmethod
    def get_settings(self) -> Mapping[str, object]:
        """Return what the track is set to."""

    @abstractmethod
    def get_stats(self) -> Mapping[str, float] | None:
        """Return the numbers of `MediaStreamTrack.stats`; None for a track that has none."""

    @abstractmethod
    def reset_latency(self) -> None:
        """Forget the least and the greatest latency of an audio track."""

    @abstractmethod
    def apply_constraints(self, constraints: MediaTrackConstraints) -> asyncio.Future[None]:
        """Replace the constraints, or fail and change nothing."""

    @abstractmethod
    def clone(self) -> TrackHandle:
        """Return a new track of the same source in the same state."""

    @abstractmethod
    def stop(self) -> None:
        """End the track at once, without an event."""

    @abstractmethod
    def released(self) -> asyncio.Future[None]:
        """Return a future that is done when what an ended track held is free again."""

    @abstractmethod
    def open_reader(self, max_buffer_size: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Start to read frames or samples.

        Args:
            max_buffer_size: How many may wait; the oldest is dropped for a new one.
            format: The format to read them in; None for the native one.
        """


class StreamHandle(Handle, ABC):
    """A stream.

    It notifies ``"addtrack"`` and ``"removetrack"`` with the `TrackHandle`; not for what the
    program itself adds and removes.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def id(self) -> str:
        """A name of the stream alone."""

    @property
    @abstractmethod
    def active(self) -> bool:
        """Whether a track is live."""

    @abstractmethod
    def tracks(self) -> Sequence[TrackHandle]:
        """Return the tracks."""

    @abstractmethod
    def add_track(self, track: TrackHandle) -> None:
        """Add a track, unless it is there."""

    @abstractmethod
    def remove_track(self, track: TrackHandle) -> None:
        """Remove a track, if it is there."""

    @abstractmethod
    def clone(self) -> StreamHandle:
        """Return a stream with a clone of every track."""

    def show_in(self, element: object) -> asyncio.Future[None]:  # noqa: ARG002  (for a browser)
        """Show the stream in a media element of the page, where the agent is a browser.

        Raises:
            NotSupportedError: (through the future) It is not.
        """
        return promise.rejected(NotSupportedError(_NO_BROWSER))
