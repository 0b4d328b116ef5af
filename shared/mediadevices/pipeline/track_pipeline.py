"""Delivers a source's media to a track's readers, or black frames and silence instead."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from mediadevices.pipeline.reader import LocalReader

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from mediadevices.agent_protocol.handles import MediaData
    from mediadevices.pipeline.clock import Clock, Timer

__all__ = ["TrackPipeline"]

#: Microseconds that black frames or silence may be late before their schedule restarts.
MAX_LATENESS = 1_000_000


class TrackPipeline(ABC):
    """Delivers a source's media to any number of readers of one track.

    While the track is disabled or muted, its readers get fillers: black frames or silence. Each
    replaces an item of the source; if the source delivers none, a timer makes them at the track's
    rate.

    Args:
        clock: The agent's clock.
        monotonic: Whether to drop an item whose timestamp is not later than the one before, as for
            devices. A program may write any timestamps to a generator.
    """

    __slots__ = (
        "_clock",
        "_due",
        "_last",
        "_monotonic",
        "_readers",
        "_real",
        "_source_delivers",
        "_timer",
    )

    def __init__(self, clock: Clock, *, monotonic: bool = True) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._timer: Timer | None = None
        self._due = 0  # when the next filler is due, in microseconds, while the timer runs
        self._last: int | None = None  # the timestamp of the last item
        self._real = True
        self._source_delivers = True
        # Weak references: a consumer that drops its reader ends it.
        self._readers: tuple[weakref.ref[LocalReader], ...] = ()

    @property
    def readers(self) -> tuple[LocalReader, ...]:
        """The open readers whose consumers still hold them."""
        return tuple(
            [
                reader
                for reference in self._readers
                if (reader := reference()) is not None and not reader.closed
            ]
        )

    @property
    def delivers_real(self) -> bool:
        """Whether the readers get the source's media, not black or silence."""
        return self._real

    @property
    def capacity(self) -> int:
        """The capacity of the largest reader, at least 1."""
        return max((reader.capacity for reader in self.readers), default=1)

    def open_reader(
        self,
        capacity: int,
        format: str | None,  # noqa: A002  (the standard's name)
        on_close: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> LocalReader:
        """Add a reader.

        Args:
            capacity: How many frames or blocks may wait.
            format: The format to read in; None for the native one.
            on_close: Called when the consumer closes the reader; must call `readers_changed`.
            loop: The event loop that owns the track; None where there is only one.
        """
        reader = LocalReader(capacity, self._converter(format), on_close, loop)
        self._readers += (weakref.ref(reader),)
        self.readers_changed()
        return reader

    def readers_changed(self) -> None:
        """Update the readers after one was added, closed or dropped."""
        self._readers = tuple(weakref.ref(reader) for reader in self.readers)
        self._update_timer()

    def set_flow(self, *, real: bool, source_delivers: bool) -> None:
        """Set whether the readers get real media, and whether the source delivers any now."""
        self._real = real
        self._source_delivers = source_delivers
        self._update_timer()

    def end(self) -> None:
        """End each reader after its queued items."""
        self._source_delivers = True  # No timer: an ended track gets no fillers.
        self._update_timer()
        for reader in self.readers:
            reader.end()

    @abstractmethod
    def deliver(self, data: MediaData, lost: int) -> None:
        """Queue an item of the source for every reader; `wake` then resumes the consumers.

        The source still owns the item.

        Args:
            data: A frame or a block of samples.
            lost: How many items were lost before it.
        """

    def wake(self) -> None:
        """Resume the consumers that wait for the delivered items."""
        for reference in self._readers:
            if (reader := reference()) is not None:
                reader.wake()

    @abstractmethod
    def configure(self, settings: Mapping[str, object], native_rate: float) -> None:
        """Set the track's settings, and the source's native frame rate (0 if unknown)."""

    @abstractmethod
    def stats(self) -> dict[str, float]:
        """Return the numbers of `MediaStreamTrack.stats`."""

    @abstractmethod
    def reset_latency(self) -> None:
        """Reset the minimum, maximum and average latency, if the track has them."""

    # --- for subclasses -------------------------------------------------------------------

    @abstractmethod
    def _converter(self, format: str | None) -> Callable[[MediaData], MediaData]:  # noqa: A002  (the standard's name)
        """Return the function that converts a queued item for its consumer."""

    @abstractmethod
    def _make_filler(self, timestamp: int) -> MediaData:
        """Return a black frame or a block of silence."""

    @abstractmethod
    def _filler_interval(self) -> float:
        """Return the seconds between two fillers."""

    def _accept(self, timestamp: int, lost: int) -> tuple[LocalReader, ...]:
        """Store a timestamp and return the readers; () if it should increase but does not."""
        if self._monotonic and self._last is not None and timestamp <= self._last:
            return ()
        self._last = timestamp
        self._count_lost(lost)
        return self.readers

    def _count_lost(self, lost: int) -> None:
        """Let every reader count the lost items."""
        if lost:
            for reader in self.readers:
                reader.count_lost(lost)

    def _update_timer(self) -> None:
        """Run the timer exactly while there is a reader and the source delivers nothing."""
        needed = not self._source_delivers and bool(self.readers)
        if needed and self._timer is None:
            self._due = self._clock.now()
            self._schedule()
        elif not needed and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        self._due += round(self._filler_interval() * 1e6)
        wait = max(0, self._due - self._clock.now()) / 1e6
        self._timer = self._clock.call_later(wait, self._deliver_filler)

    def _deliver_filler(self) -> None:
        self._timer = None
        if self._clock.now() - self._due > MAX_LATENESS:
            self._due = self._clock.now()
        if readers := self._accept(self._due, lost=0):
            with self._make_filler(self._due) as filler:
                put_clones(filler, readers)
        if not self._source_delivers and self.readers:
            self._schedule()
        self.wake()


def put_clones(data: MediaData, readers: tuple[LocalReader, ...]) -> None:
    """Put a clone of an item into each reader; the clones share its memory."""
    for reader in readers:
        reader.put(data.clone())
