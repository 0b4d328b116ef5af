"""A source of media and its tracks (§4.3.1): one device or generator, any number of tracks."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
from mediadevices.kinds import Kind
from mediadevices.pipeline.clock import Clock

if TYPE_CHECKING:
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["Source"]

_log = logging.getLogger("mediadevices")


class Source(ABC):
    """A source of media for tracks; everything happens on the event loop's thread.

    How tracks end: `LocalTrack.end` fires ``ended``, `end_silently` does not. `end_tracks` and
    `end_tracks_silently` do so for all tracks of the source. When the last track has ended, the
    source starts to `release` what it holds; `released` waits until that is done.

    Args:
        kind: The kind of its media.
        label: The label of its tracks.
        clock: The agent's clock.
        loop: The event loop that owns the source.
    """

    #: Whether a live track keeps a device open.
    holds_device = False
    #: Whether a gap between the timestamps of two blocks means that samples were lost.
    contiguous = False

    def __init__(
        self, kind: Kind, label: str, clock: Clock, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.kind: Kind = kind
        self.label = label
        self.clock = clock
        self.loop = loop
        self.muted = False
        self.tracks: list[LocalTrack] = []  # the live ones
        # Held by each operation that changes tracks or the device, so that they run in turn.
        self.lock = asyncio.Lock()

    @abstractmethod
    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities, the same for all tracks."""

    @abstractmethod
    def shared_settings(self) -> Mapping[str, Value]:
        """Return the settings that all tracks share: the device's ids, and its controls."""

    async def apply_constraints(
        self, track: LocalTrack, constraints: MediaTrackConstraints
    ) -> None:
        """Replace a live track's constraints, after earlier calls; see `apply_now`."""
        async with self.lock:
            # Let other tasks run between many calls.
            await asyncio.sleep(0)
            if track.ready_state == "live":
                await self.apply_now(track, constraints)

    @abstractmethod
    async def apply_now(self, track: LocalTrack, constraints: MediaTrackConstraints) -> None:
        """Replace a track's constraints and settings in one step, or fail and change nothing.

        Raises:
            OverconstrainedError: The constraints cannot be satisfied.
        """

    @property
    def native_rate(self) -> float:
        """The frames per second that the source delivers; 0 if unknown."""
        return 0.0

    @property
    def delivers(self) -> bool:
        """Whether the source delivers media now, even if black or silence replaces them."""
        return not self.muted

    def add(self, track: LocalTrack) -> None:
        """Add a live track."""
        self.tracks.append(track)

    def remove(self, track: LocalTrack) -> None:
        """Remove a track that has ended."""
        if track in self.tracks:
            self.tracks.remove(track)
            if not self.tracks:
                self.release()

    @abstractmethod
    def release(self) -> None:
        """Start to release what the source holds, because its last track has ended."""

    @abstractmethod
    async def released(self) -> None:
        """Wait until what `release` started is done."""

    @abstractmethod
    def readers_changed(self) -> None:
        """Adapt to a new number of readers of a track."""

    @abstractmethod
    def enabled_changed(self) -> None:
        """Adapt to a track that was enabled or disabled."""

    def distribute(self, items: list[MediaData], lost: int = 0) -> None:
        """Deliver media to every track.

        Args:
            items: Frames or blocks of samples; they are closed afterwards.
            lost: How many were lost before the first of them.
        """
        for item in items:
            for track in tuple(self.tracks):
                track.pipeline.deliver(item, lost)
            item.close()
            lost = 0
        # Wake the consumers last, so that none resumes with an item that a newer one displaces.
        for track in tuple(self.tracks):
            track.pipeline.wake()

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute the source now, and its tracks in a task (§4.3.1.1)."""
        if muted == self.muted:
            return
        self.muted = muted
        _log.debug("%r is %s", self.label, "muted" if muted else "unmuted")
        for track in tuple(self.tracks):
            track.update_flow()  # Stop real media at once; the event follows.
            self.loop.call_soon(track.set_muted, muted)

    def end_tracks(self) -> None:
        """End every track, each in a task and with its event (§4.3.1)."""
        if self.loop.is_closed():
            self.end_tracks_silently()  # A closed loop runs no task and fires no event.
        for track in tuple(self.tracks):
            track.end_soon()

    def end_tracks_silently(self) -> None:
        """End every track now and without an event, as when a document is discarded (§9.1)."""
        for track in tuple(self.tracks):
            track.end_silently()
