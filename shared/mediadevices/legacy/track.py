"""`MediaStreamTrack`, as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal
from weakref import WeakValueDictionary

import mediadevices
from mediadevices import Event, EventTarget
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.legacy.event import in_a_task
from mediadevices.legacy.sources import (
    AllCapabilities,
    MediaSourceStates,
    SourceInfo,
    SourceType,
    capabilities_of,
    source_infos,
    states_of,
)
from mediadevices.legacy.track_state import TrackState
from mediadevices.webidl import conversion
from mediadevices.webidl.callbacks import invoke

__all__ = ["STOPPED", "MediaStreamTrack", "modern_track", "old_track"]

#: Fired at a track that its own `stop` has ended, for the streams that it is in.
STOPPED = "legacy:stopped"

# The events of 2012 had other names than their handlers.
_TYPES = {"mute": ("mute", "muted"), "unmute": ("unmute", "unmuted"), "ended": ("ended",)}


class MediaStreamTrack(EventTarget):
    """A track of an old stream (28 June 2012; 16 May 2013)."""

    __slots__ = ("_modern",)
    _modern: mediadevices.MediaStreamTrack

    LIVE: ClassVar[int] = 0
    """The source gives media."""
    MUTED: ClassVar[int] = 1
    """The source gives no media for now."""
    ENDED: ClassVar[int] = 2
    """The source will never give media again."""

    onmute = EventHandlerAttribute[Event]("mute")
    """Called when the source gives no media for now."""
    onunmute = EventHandlerAttribute[Event]("unmute")
    """Called when the source gives media again."""
    onended = EventHandlerAttribute[Event]("ended")
    """Called when the track has ended for another reason than `stop`."""

    def __init__(self, *_arguments: object) -> None:
        message = "MediaStreamTrack has no constructor; tracks come from get_user_media()"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<legacy.MediaStreamTrack {self.kind} {self.ready_state} {self.label!r}>"

    @property
    def modern(self) -> mediadevices.MediaStreamTrack:
        """The track of today's standard behind this one, to read frames from; Python's own."""
        return self._modern

    @property
    def kind(self) -> Literal["audio", "video"]:
        """``"audio"`` or ``"video"``."""
        return self._modern.kind

    @property
    def id(self) -> str:
        """A name of the track alone."""
        return self._modern.id

    @property
    def label(self) -> str:
        """The name of the device; it stays when the track has ended."""
        return self._modern.label

    @property
    def enabled(self) -> bool:
        """Whether the program wants real media; else the track gives black frames or silence."""
        return self._modern.enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._modern.enabled = value

    @property
    def muted(self) -> bool:
        """Whether the source gives no media for now."""
        return self._modern.muted

    @property
    def ready_state(self) -> TrackState:
        """Live, muted or ended: equal to `LIVE`, `MUTED` or `ENDED`, and to the word."""
        if self._modern.ready_state == "ended":
            return TrackState(self.ENDED)
        return TrackState(self.MUTED if self._modern.muted else self.LIVE)

    def stop(self) -> None:
        """End the source now, and so the track, without an ``ended`` event at it (16 May 2013).

        All other old tracks of the source end too, each with its event.
        """
        others = [track for track in _tracks.values() if track is not self and self._shares(track)]
        self.end()
        for track in others:
            track._end_with_source()  # noqa: SLF001  (a track too)

    def end(self) -> None:
        """End this track alone, without an event: what a `LocalMediaStream` does when it stops."""
        if self._modern.ready_state == "live":
            self._modern.stop()
            self._fire(Event(STOPPED))

    def states(self) -> MediaSourceStates:
        """Return how the source is set."""
        return states_of(self._source_type(), self._modern.get_settings())

    def capabilities(self) -> AllCapabilities:
        """Return what the source can do."""
        return capabilities_of(self._source_type(), self.kind, self._modern.get_capabilities())

    @staticmethod
    def get_sources(callback: Callable[[list[SourceInfo]], object]) -> None:
        """Find the cameras and microphones.

        Before the program has captured from a kind of device, at most one nameless source of it.

        Args:
            callback: Called with a list of `SourceInfo`; it may be a coroutine function.

        Raises:
            TypeError: The callback cannot be called.
        """
        if not callable(callback):
            raise conversion.wrong_type("get_sources: callback", "a function", callback)

        def deliver(found: asyncio.Future[list[mediadevices.MediaDeviceInfo]]) -> None:
            invoke(callback, "in a callback of get_sources", source_infos(found.result()))

        mediadevices.navigator.media_devices.enumerate_devices().add_done_callback(deliver)

    #: The general rule for the standard's spelling is about objects; this one is of the class.
    getSources = get_sources  # noqa: N815  (as just said)

    def _source_type(self) -> SourceType:
        if self._modern.ready_state == "ended":
            return "none"
        return "camera" if self.kind == "video" else "microphone"

    def _shares(self, other: MediaStreamTrack) -> bool:
        """Return whether another track is of the same source, as far as both are live."""
        if self._modern.ready_state == "ended" or other.modern.ready_state == "ended":
            return False
        # What a program generates has no id, and no other track.
        source_id = self._modern.get_settings().device_id
        same = source_id and source_id == other.modern.get_settings().device_id
        return bool(same) and self.kind == other.kind

    def _end_with_source(self) -> None:
        self._modern.stop()
        in_a_task(self._fire, Event("ended"))

    def _listeners_changed(self) -> None:
        # Today's track is listened to no longer than this one is: its listeners keep it alive.
        for type_, old_types in _TYPES.items():
            if self._has_listeners(frozenset(old_types)):
                self._modern.add_event_listener(type_, self._happened)
            else:
                self._modern.remove_event_listener(type_, self._happened)

    def _happened(self, event: Event) -> None:
        for type_ in _TYPES[event.type]:
            self._fire(Event(type_))


# By the id, which is the track's alone: the old object holds today's, and may not be its value.
_tracks: WeakValueDictionary[str, MediaStreamTrack] = WeakValueDictionary()


def old_track(track: mediadevices.MediaStreamTrack) -> MediaStreamTrack:
    """Return the one old track that stands on one of today's."""
    if (existing := _tracks.get(track.id)) is not None:
        return existing
    made = MediaStreamTrack.__new__(MediaStreamTrack)
    EventTarget.__init__(made)
    made._modern = track  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001  (it has no constructor)
    _tracks[track.id] = made
    return made


def modern_track(track: object, path: str) -> mediadevices.MediaStreamTrack:
    """Return today's track of an old one, or of itself.

    Args:
        track: The track.
        path: Where it stands, for the error.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(track, MediaStreamTrack):
        return track.modern
    if isinstance(track, mediadevices.MediaStreamTrack):
        return track
    raise conversion.wrong_type(path, "a MediaStreamTrack", track)
