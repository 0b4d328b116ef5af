"""The statistics of a track (Media Capture and Streams Extensions §10, §11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mediadevices.errors import InvalidStateError
from mediadevices.webidl import promise
from mediadevices.webidl.dictionary import Dictionary
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    from mediadevices.agent_protocol.handles import TrackHandle

__all__ = ["MediaStreamTrackAudioStats", "MediaStreamTrackVideoStats"]


class _TrackStats(Interface):
    """Numbers that stay the same within one turn of the event loop, as the standard requires."""

    # idl: differs constructor: only tracks create such objects; the argument is private.

    __slots__ = ("_handle", "_snapshot")

    def __init__(self, handle: TrackHandle) -> None:
        self._handle = handle
        self._snapshot: Mapping[str, float] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self._numbers())}>"

    def _numbers(self) -> Mapping[str, float]:
        if self._snapshot is None:
            self._snapshot = self._handle.get_stats() or {}
            try:
                promise.running_loop().call_soon(self._forget)
            except InvalidStateError:
                # Without a running loop nothing would clear the snapshot.
                numbers, self._snapshot = self._snapshot, None
                return numbers
        return self._snapshot

    def _forget(self) -> None:
        self._snapshot = None

    def to_json(self) -> Dictionary:
        """Return the numbers as a dictionary with the standard's keys."""
        return Dictionary(self._numbers())


class MediaStreamTrackVideoStats(_TrackStats):
    """Counts the frames of a video track since its creation, except while it is disabled."""

    __slots__ = ()

    @property
    def delivered_frames(self) -> int:
        """How many frames the track delivered, read or not."""
        return int(self._numbers()["deliveredFrames"])

    @property
    def discarded_frames(self) -> int:
        """How many frames were dropped to reach the track's frame rate."""
        return int(self._numbers()["discardedFrames"])

    @property
    def total_frames(self) -> int:
        """How many frames the source produced, including the lost ones."""
        return int(self._numbers()["totalFrames"])


class MediaStreamTrackAudioStats(_TrackStats):
    """Counts the samples of an audio track since its creation, except while it is disabled.

    An *audio frame* is one sample of every channel, at the track's sample rate. Durations and
    latencies are in milliseconds.
    """

    # idl: own delivered_frames, delivered_frames_duration, total_frames, total_frames_duration:
    #   from an earlier draft; Chromium has them.

    __slots__ = ()

    @property
    def delivered_frames(self) -> int:
        """How many audio frames the track delivered."""
        return int(self._numbers()["deliveredFrames"])

    @property
    def delivered_frames_duration(self) -> float:
        """The duration of the delivered audio frames, in milliseconds."""
        return self._numbers()["deliveredFramesDuration"]

    @property
    def total_frames(self) -> int:
        """How many audio frames the source produced, including the lost ones."""
        return int(self._numbers()["totalFrames"])

    @property
    def total_frames_duration(self) -> float:
        """The duration of all audio frames, including the lost ones, in milliseconds."""
        return self._numbers()["totalFramesDuration"]

    @property
    def latency(self) -> float:
        """The age of the newest samples at their delivery, in milliseconds."""
        return self._numbers()["latency"]

    @property
    def average_latency(self) -> float:
        """The average latency since the last reset, in milliseconds."""
        return self._numbers()["averageLatency"]

    @property
    def minimum_latency(self) -> float:
        """The lowest latency since the last reset, in milliseconds."""
        return self._numbers()["minimumLatency"]

    @property
    def maximum_latency(self) -> float:
        """The highest latency since the last reset, in milliseconds."""
        return self._numbers()["maximumLatency"]

    def reset_latency(self) -> None:
        """Restart the average, lowest and highest latency from the current latency."""
        self._handle.reset_latency()
        self._snapshot = None
