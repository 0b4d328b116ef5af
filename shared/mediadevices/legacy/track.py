"""The old `MediaStreamTrack`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal
from weakref import WeakValueDictionary

import mediadevices
from mediadevices import Event, EventTarget
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.kinds import INPUT_OF_TRACK
from mediadevices.legacy.event import fire_soon
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

#: An internal event for the streams of a track, fired when the program has stopped the track.
STOPPED = "legacy:stopped"

# In 2012 the names of some events differed from those of their handlers; both are fired.
_TYPES = {"mute": ("mute", "muted"), "unmute": ("unmute", "unmuted"), "ended": ("ended",)}


class MediaStreamTrack(EventTarget):
    """A track of an old stream (28 June 2012; 16 May 2013)."""

    __slots__ = ("_modern",)
    _modern: mediadevices.MediaStreamTrack

    LIVE: ClassVar[int] = 0
    """The source delivers media."""
    MUTED: ClassVar[int] = 1
    """The source delivers no media at present."""
    ENDED: ClassVar[int] = 2
    """The source will never deliver media again."""

    onmute = EventHandlerAttribute[Event]("mute")
    """Called when the source stops delivering media for a while."""
    onunmute = EventHandlerAttribute[Event]("unmute")
    """Called when the source delivers media again."""
    onended = EventHandlerAttribute[Event]("ended")
    """Called when the track has ended, but not by `stop`."""

    def __init__(self, *_arguments: object) -> None:
        message = "MediaStreamTrack has no constructor; tracks come from get_user_media()"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<legacy.MediaStreamTrack {self.kind} {self.ready_state} {self.label!r}>"

    @property
    def modern(self) -> mediadevices.MediaStreamTrack:
        """The current track that this one wraps, for example to read frames; not in the drafts."""
        return self._modern

    @property
    def kind(self) -> Literal["audio", "video"]:
        """``"audio"`` or ``"video"``."""
        return self._modern.kind

    @property
    def id(self) -> str:
        """The unique identifier of the track."""
        return self._modern.id

    @property
    def label(self) -> str:
        """The name of the device, also after the track has ended."""
        return self._modern.label

    @property
    def enabled(self) -> bool:
        """Whether the track delivers the source's media; if False, black frames or silence."""
        return self._modern.enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._modern.enabled = value

    @property
    def muted(self) -> bool:
        """Whether the source delivers no media at present."""
        return self._modern.muted

    @property
    def ready_state(self) -> TrackState:
        """The state: equal to `LIVE`, `MUTED` or `ENDED`, and to ``"live"`` and so on."""
        if self._modern.ready_state == "ended":
            return TrackState(self.ENDED)
        return TrackState(self.MUTED if self._modern.muted else self.LIVE)

    def stop(self) -> None:
        """End the source and this track now, without an ``ended`` event (16 May 2013).

        All other old tracks of the source end too, each with an ``ended`` event.
        """
        others = [track for track in _tracks.values() if track is not self and self._shares(track)]
        self.end()
        for track in others:
            track._end_with_source()  # noqa: SLF001  (another track)

    def end(self) -> None:
        """End only this track, without an ``ended`` event; `LocalMediaStream.stop` uses it."""
        if self._modern.ready_state == "live":
            self._modern.stop()
            self._fire(Event(STOPPED))

    def states(self) -> MediaSourceStates:
        """Return the current settings of the source."""
        return states_of(self._source_type(), self._modern.get_settings())

    def capabilities(self) -> AllCapabilities:
        """Return the capabilities of the source."""
        return capabilities_of(self._source_type(), self.kind, self._modern.get_capabilities())

    @staticmethod
    def get_sources(callback: Callable[[list[SourceInfo]], object]) -> None:
        """List the cameras and microphones.

        Until the program has captured from a kind of device, the list has at most one source of
        that kind, without a name.

        Args:
            callback: A function or coroutine function, called with a list of `SourceInfo`.

        Raises:
            TypeError: The callback is not callable.
        """
        if not callable(callback):
            raise conversion.wrong_type("get_sources: callback", "a function", callback)

        def deliver(found: asyncio.Future[list[mediadevices.MediaDeviceInfo]]) -> None:
            invoke(callback, "in a callback of get_sources", source_infos(found.result()))

        mediadevices.navigator.media_devices.enumerate_devices().add_done_callback(deliver)

    #: The drafts' spelling. `Interface` provides it for objects only, not for the class.
    getSources = get_sources  # noqa: N815  (the drafts' name)

    def _source_type(self) -> SourceType:
        if self._modern.ready_state == "ended":
            return "none"
        return INPUT_OF_TRACK[self.kind].permission

    def _shares(self, other: MediaStreamTrack) -> bool:
        """Return whether both tracks are live and have the same source."""
        if self._modern.ready_state == "ended" or other.modern.ready_state == "ended":
            return False
        # A generator has no device id, and its old track is the only one.
        source_id = self._modern.get_settings().device_id
        same = source_id and source_id == other.modern.get_settings().device_id
        return bool(same) and self.kind == other.kind

    def _end_with_source(self) -> None:
        self._modern.stop()
        fire_soon(self._fire, Event("ended"))

    def _listeners_changed(self) -> None:
        # Listen to the current track only while this one has listeners; listening keeps it alive.
        for type_, old_types in _TYPES.items():
            if self._has_listeners(frozenset(old_types)):
                self._modern.add_event_listener(type_, self._forward_event)
            else:
                self._modern.remove_event_listener(type_, self._forward_event)

    def _forward_event(self, event: Event) -> None:
        for type_ in _TYPES[event.type]:
            self._fire(Event(type_))


# By id, because a value that refers to its key would never be collected.
_tracks: WeakValueDictionary[str, MediaStreamTrack] = WeakValueDictionary()


def old_track(track: mediadevices.MediaStreamTrack) -> MediaStreamTrack:
    """Return the old track of a current track; create it if there is none."""
    if (existing := _tracks.get(track.id)) is not None:
        return existing
    made = MediaStreamTrack.__new__(MediaStreamTrack)
    EventTarget.__init__(made)
    made._modern = track  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001  (it has no constructor)
    _tracks[track.id] = made
    return made


def modern_track(track: object, path: str) -> mediadevices.MediaStreamTrack:
    """Return the current track of an old track; a current track is returned itself.

    Args:
        track: The track.
        path: The name of the argument, for the error.

    Raises:
        TypeError: The argument is not a track.
    """
    if isinstance(track, MediaStreamTrack):
        return track.modern
    if isinstance(track, mediadevices.MediaStreamTrack):
        return track
    raise conversion.wrong_type(path, "a MediaStreamTrack", track)
