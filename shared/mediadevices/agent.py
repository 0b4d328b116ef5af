"""The agent protocol: what stands behind the interfaces.

The standard speaks of a *user agent*. In a web page that is the browser; on a desktop it is
`mediadevices.local`, over drivers. The public classes hold a *handle* of the agent's and delegate
to it; they keep no state of their own that the agent could disagree with.

Nothing here assumes that the agent lives in the same thread or process as the program: every
operation that may wait returns a future, and handles tell what happens through `notify`.
"""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.algorithms.properties import Kind
from mediadevices.errors import NotSupportedError
from mediadevices.webidl import promise

if TYPE_CHECKING:
    import asyncio

    from mediadevices.algorithms.exposure import DeviceInfo
    from mediadevices.media.audio_data import AudioData
    from mediadevices.media.video_frame import VideoFrame

__all__ = [
    "Agent",
    "DeviceChange",
    "FrameReader",
    "GeneratorHandle",
    "Handle",
    "Listener",
    "MediaData",
    "PermissionAnswer",
    "PermissionHandle",
    "PermissionName",
    "PermissionPolicy",
    "PermissionRequest",
    "PermissionState",
    "Prompter",
    "ReadyState",
    "StreamConstraints",
    "StreamHandle",
    "TrackHandle",
]

ReadyState: TypeAlias = Literal["live", "ended"]
"""Whether a track can still give media."""

PermissionName: TypeAlias = Literal["camera", "microphone"]
"""What a program may be permitted to use."""

PermissionState: TypeAlias = Literal["granted", "denied", "prompt"]
"""How a permission stands; with ``"prompt"`` the user would be asked."""

PermissionPolicy: TypeAlias = Literal["ask", "grant", "deny"]
"""What a program decides of a permission beforehand."""

MediaData: TypeAlias = "VideoFrame | AudioData"

_NO_BROWSER = "only in a web page, and not of fake devices, are there objects of JavaScript's"

#: The constraints of a `get_user_media` call, converted: only the kinds that are requested.
StreamConstraints: TypeAlias = Mapping[Kind, MediaTrackConstraints]


# idl: own PermissionRequest: what a program's own prompter is asked.


class PermissionRequest(NamedTuple):
    """What the user is asked: one question, even for camera and microphone together.

    Attributes:
        names: ``"camera"``, ``"microphone"`` or both.
        devices: For each name, the labels of the devices that may be used, the likeliest first.
            No two of a name are equal: the second of two equal devices has a number behind it.
        application: The program that asks: its path, or the name that it was given.
        can_remember: Whether the answer can be kept for the next time that the program runs.
    """

    names: tuple[PermissionName, ...]
    devices: Mapping[PermissionName, tuple[str, ...]]
    application: str
    can_remember: bool = False


class DeviceChange(NamedTuple):
    """What ``devicechange`` carries.

    Attributes:
        devices: The devices after the change, as the program may see them.
        inserted: Where those stand among them that were plugged in just now.
    """

    devices: Sequence[DeviceInfo]
    inserted: Sequence[int]


#: The answer of a prompter: to all that was asked; or for each name True, False or the label of
#: the device that the user chose, with ``"remember": True`` if it is to be kept.
PermissionAnswer: TypeAlias = bool | Mapping[str, bool | str]
#: Asks the user: a function or coroutine function of the request.
Prompter: TypeAlias = Callable[[PermissionRequest], PermissionAnswer | Awaitable[PermissionAnswer]]


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


class PermissionHandle(Handle, ABC):
    """The state of one permission, as one `PermissionStatus` sees it."""

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""

    @property
    @abstractmethod
    def state(self) -> PermissionState:
        """``"granted"``, ``"denied"`` or ``"prompt"``, now."""


class GeneratorHandle(ABC):
    """A track whose frames or samples come from the program."""

    __slots__ = ()

    @property
    @abstractmethod
    def track(self) -> TrackHandle:
        """The first track."""

    @property
    @abstractmethod
    def muted(self) -> bool:
        """Whether the track gives black frames or silence; it can be set."""

    @muted.setter
    @abstractmethod
    def muted(self, value: bool) -> None: ...
    @abstractmethod
    def write(self, data: MediaData) -> asyncio.Future[None]:
        """Give a frame or samples to the track, which closes them.

        Raises:
            InvalidStateError: (through the future) Every track of the generator has ended.
        """

    @abstractmethod
    def close(self) -> None:
        """End the tracks.

        Raises:
            InvalidStateError: Another event loop owns the generator.
        """

    @abstractmethod
    def writer_lost(self) -> None:
        """End the tracks: the program has dropped all that it could write to, in any thread."""


class Agent(Handle, ABC):
    """A user agent; its interface object is the `MediaDevices`.

    It notifies ``"devicechange"`` with a `DeviceChange`.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """A short name for logs: ``"native"``, ``"browser"``, ``"fake"``."""

    @abstractmethod
    def get_supported_constraints(self) -> Mapping[str, bool]:
        """Return the properties that the agent knows, each True."""

    @abstractmethod
    def get_user_media(self, constraints: StreamConstraints) -> asyncio.Future[StreamHandle]:
        """Select devices, ask the user, open them (§9.2.1 of the standard)."""

    @abstractmethod
    def enumerate_devices(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """List the devices as the program may see them."""

    @abstractmethod
    def watch_devices(self, wanted: bool) -> None:
        """Take note that ``"devicechange"`` has listeners, or has none any more."""

    @abstractmethod
    def query_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, without asking."""

    @abstractmethod
    def request_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask the user, unless it is decided."""

    @abstractmethod
    def revoke_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Give a permission back, and end what it allowed."""

    @abstractmethod
    def set_permission_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Decide beforehand whether the user is asked."""

    @property
    @abstractmethod
    def prompter(self) -> Prompter | None:
        """Who asks the user; it can be set."""

    @prompter.setter
    @abstractmethod
    def prompter(self, value: Prompter | None) -> None: ...
    @abstractmethod
    def create_stream(self, tracks: Sequence[TrackHandle]) -> StreamHandle:
        """Return a new stream of these tracks."""

    def stream_from_js(self, js: object) -> StreamHandle:  # noqa: ARG002  (for a browser)
        """Return the handle of a stream that JavaScript made, where the agent is a browser.

        Raises:
            NotSupportedError: It is not.
            TypeError: It is no stream.
        """
        raise NotSupportedError(_NO_BROWSER)

    def track_from_js(self, js: object) -> TrackHandle:  # noqa: ARG002  (for a browser)
        """Return the handle of a track that JavaScript made, where the agent is a browser.

        Raises:
            NotSupportedError: It is not.
            TypeError: It is no track.
        """
        raise NotSupportedError(_NO_BROWSER)

    @abstractmethod
    def create_generator(self, kind: Kind) -> GeneratorHandle:
        """Return a new source that the program writes to."""
