"""What a track makes of its source's media: the right form, black or silence, counted."""

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

#: Microseconds that filling may be late before its rhythm starts anew.
PATIENCE = 1_000_000


class TrackPipeline(ABC):
    """The way out of one track, to any number of readers.

    While the track is disabled or muted its readers get black frames or silence: in place of the
    source's media when those come, else at the track's rate by the clock.

    Args:
        clock: The agent's clock.
        rising: Whether time stamps must rise, as those of a device do: what does not come after
            the last one is left out. A program may stamp what it writes as it likes.
    """

    __slots__ = (
        "_clock",
        "_due",
        "_last",
        "_readers",
        "_real",
        "_rising",
        "_running_dry",
        "_timer",
    )

    def __init__(self, clock: Clock, *, rising: bool = True) -> None:
        self._clock = clock
        self._rising = rising
        self._timer: Timer | None = None
        self._due = 0  # when the next filling is to come, while the timer runs
        self._last: int | None = None  # the time stamp of what was delivered last
        self._real = True
        self._running_dry = False
        # Weakly: a reader belongs to its consumer, and goes with it.
        self._readers: tuple[weakref.ref[LocalReader], ...] = ()

    @property
    def readers(self) -> tuple[LocalReader, ...]:
        """The readers whose consumers are still there."""
        return tuple(
            [
                reader
                for reference in self._readers
                if (reader := reference()) is not None and not reader.closed
            ]
        )

    @property
    def flows(self) -> bool:
        """Whether the media are real, and not black or silence."""
        return self._real

    @property
    def capacity(self) -> int:
        """How much the most patient reader lets wait for itself, at least 1."""
        return max((reader.capacity for reader in self.readers), default=1)

    def open_reader(
        self,
        capacity: int,
        format: str | None,  # noqa: A002  (the standard's name)
        closed: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> LocalReader:
        """Add a reader.

        Args:
            capacity: How many frames or blocks may wait.
            format: The format to read in; None for the native one.
            closed: Called when the consumer has closed it; it should call `readers_changed`.
            loop: The event loop that owns the track; None where there is only one.
        """
        reader = LocalReader(capacity, self._finisher(format), closed, loop)
        self._readers += (weakref.ref(reader),)
        self.readers_changed()
        return reader

    def readers_changed(self) -> None:
        """Take note that a reader came or went."""
        self._readers = tuple(weakref.ref(reader) for reader in self.readers)
        self._attend()

    def set_flow(self, *, real: bool, source_delivers: bool) -> None:
        """Say whether the media are to be real, and whether the source delivers any."""
        self._real = real
        self._running_dry = not source_delivers
        self._attend()

    def end(self) -> None:
        """Tell all readers that nothing more comes."""
        self._running_dry = False
        self._attend()
        for reader in self.readers:
            reader.end()

    @abstractmethod
    def deliver(self, data: MediaData, lost: int) -> None:
        """Pass on what the source gave, which stays the source's.

        The consumers take it once `wake` is called: by then it waits for each of them.

        Args:
            data: A frame or a block of samples.
            lost: How many before it were lost on the way.
        """

    def wake(self) -> None:
        """Let the consumers go on with what was delivered."""
        for reference in self._readers:
            if (reader := reference()) is not None:
                reader.wake()

    @abstractmethod
    def configure(self, settings: Mapping[str, object], native_rate: float) -> None:
        """Take over the track's settings, and what the source's rate is."""

    @abstractmethod
    def stats(self) -> dict[str, float]:
        """Return the numbers of `MediaStreamTrack.stats`."""

    @abstractmethod
    def reset_latency(self) -> None:
        """Forget the least and the greatest latency, where there are any."""

    # --- for subclasses -------------------------------------------------------------------

    @abstractmethod
    def _finisher(self, format: str | None) -> Callable[[MediaData], MediaData]:  # noqa: A002  (the standard's name)
        """Return what makes a consumer's frame or block of one that waited."""

    @abstractmethod
    def _filling(self, timestamp: int) -> MediaData:
        """Return one black frame or block of silence."""

    @abstractmethod
    def _filling_interval(self) -> float:
        """Return the seconds from one to the next."""

    def _begin(self, timestamp: int, lost: int) -> tuple[LocalReader, ...]:
        """Return the readers of what has this time stamp; none if it had to rise and does not."""
        if self._rising and self._last is not None and timestamp <= self._last:
            return ()
        self._last = timestamp
        self._count_lost(lost)
        return self.readers

    def _count_lost(self, lost: int) -> None:
        """Let the readers count what was lost on the way to them."""
        if lost:
            for reader in self.readers:
                reader.count_lost(lost)

    def _attend(self) -> None:
        """Run the timer exactly while somebody reads and the source gives nothing."""
        needed = self._running_dry and bool(self.readers)
        if needed and self._timer is None:
            self._due = self._clock.now()
            self._schedule()
        elif not needed and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        self._due += round(self._filling_interval() * 1e6)
        wait = max(0, self._due - self._clock.now()) / 1e6
        self._timer = self._clock.call_later(wait, self._fill)

    def _fill(self) -> None:
        self._timer = None
        if self._clock.now() - self._due > PATIENCE:
            self._due = self._clock.now()
        if readers := self._begin(self._due, lost=0):
            with self._filling(self._due) as data:
                pass_on(data, readers)
        if self._running_dry and self.readers:
            self._schedule()
        self.wake()


def pass_on(data: MediaData, readers: tuple[LocalReader, ...]) -> None:
    """Give each reader a clone of a frame or block, which shares its memory."""
    for reader in readers:
        reader.put(data.clone())
