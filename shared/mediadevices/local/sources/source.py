"""A source of media and its tracks (§4.3.1): one device or generator, any number of tracks."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
from mediadevices.algorithms.properties import Kind
from mediadevices.pipeline.clock import Clock

if TYPE_CHECKING:
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["Source"]

_log = logging.getLogger("mediadevices")


class Source(ABC):
    """What gives media to tracks, on the event loop's thread.

    Args:
        kind: What kind of media it gives.
        label: The label of its tracks.
        clock: The agent's clock.
        loop: The event loop on which everything happens.
    """

    #: Whether a track that nobody stops keeps a device busy.
    holds_device = False
    #: Whether the time stamps of its samples show what was lost.
    gapless = False

    def __init__(
        self, kind: Kind, label: str, clock: Clock, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.kind: Kind = kind
        self.label = label
        self.clock = clock
        self.loop = loop
        self.muted = False
        self.tracks: list[LocalTrack] = []  # the live ones
        # What changes tracks or the device happens one after the other.
        self._lock = asyncio.Lock()

    @abstractmethod
    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities, the same for all tracks."""

    @abstractmethod
    def shared_settings(self) -> Mapping[str, Value]:
        """Return the settings that all tracks share: which device it is, its controls."""

    async def apply_constraints(
        self, track: LocalTrack, constraints: MediaTrackConstraints
    ) -> None:
        """Make a live track's constraints new, after those before it: see `apply_now`."""
        async with self._lock:
            # However many wait here, whatever else the loop has to do is done in between.
            await asyncio.sleep(0)
            if track.ready_state == "live":
                await self.apply_now(track, constraints)

    @abstractmethod
    async def apply_now(self, track: LocalTrack, constraints: MediaTrackConstraints) -> None:
        """Make a track's constraints and settings new in one step, or fail and change nothing.

        Raises:
            OverconstrainedError: They cannot be satisfied.
        """

    @property
    def native_rate(self) -> float:
        """How many frames per second come, where known; else 0."""
        return 0.0

    @property
    def delivers(self) -> bool:
        """Whether media come at the moment, even if only to be replaced by black or silence."""
        return not self.muted

    def add(self, track: LocalTrack) -> None:
        """Take a live track in."""
        self.tracks.append(track)

    def remove(self, track: LocalTrack) -> None:
        """Take note that a track has ended."""
        if track in self.tracks:
            self.tracks.remove(track)
            if not self.tracks:
                self.release()

    @abstractmethod
    def release(self) -> None:
        """Let go of what the source holds, since its last track has ended."""

    @abstractmethod
    async def released(self) -> None:
        """Wait until what `release` began is done."""

    @abstractmethod
    def readers_changed(self) -> None:
        """Take note that a track has another number of readers."""

    @abstractmethod
    def enabled_changed(self) -> None:
        """Take note that a track was enabled or disabled."""

    def distribute(self, items: list[MediaData], lost: int = 0) -> None:
        """Give media to every track.

        Args:
            items: Frames or blocks of samples, which are closed afterwards.
            lost: How many before them were lost on the way.
        """
        for item in items:
            for track in tuple(self.tracks):
                track.pipeline.deliver(item, lost)
            item.close()
            lost = 0
        # The newest win: no consumer goes on with one of these while a newer one is to come.
        for track in tuple(self.tracks):
            track.pipeline.wake()

    def set_muted(self, muted: bool) -> None:
        """Set the muted state of the source, and in a task that of its tracks (§4.3.1.1)."""
        if muted == self.muted:
            return
        self.muted = muted
        _log.debug("%r is %s", self.label, "muted" if muted else "unmuted")
        for track in tuple(self.tracks):
            track.update_flow()  # No live media from now on.
            self.loop.call_soon(track.set_muted, muted)

    def end_tracks(self) -> None:
        """End every track, each in a task and with its event (§4.3.1)."""
        if self.loop.is_closed():
            self.stop_tracks()  # There will be no task, and nobody hears events.
        for track in tuple(self.tracks):
            track.end_soon()

    def stop_tracks(self) -> None:
        """End every track now and without an event, as when the program is over (§9.1)."""
        for track in tuple(self.tracks):
            track.halt()
