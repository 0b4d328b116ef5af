"""Generators: tracks whose media the program writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.handles import MediaData, TrackHandle
from mediadevices.kinds import Kind

if TYPE_CHECKING:
    import asyncio

__all__ = ["GeneratorFactory", "GeneratorHandle"]


class GeneratorHandle(ABC):
    """A source whose frames or samples come from the program."""

    __slots__ = ()

    @property
    @abstractmethod
    def track(self) -> TrackHandle:
        """The first track."""

    @property
    @abstractmethod
    def muted(self) -> bool:
        """Whether the tracks give black frames or silence, whatever is written; settable."""

    @muted.setter
    @abstractmethod
    def muted(self, value: bool) -> None: ...
    @abstractmethod
    def write(self, data: MediaData) -> asyncio.Future[None]:
        """Deliver a frame or a block of samples to the tracks, then close it.

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
        """End the tracks, because the program has dropped every object that it could write to.

        Any thread may call this.
        """


class GeneratorFactory(ABC):
    """Creates generators."""

    __slots__ = ()

    @abstractmethod
    def create_generator(self, kind: Kind) -> GeneratorHandle:
        """Return a new generator.

        Args:
            kind: The kind of its tracks.
        """
