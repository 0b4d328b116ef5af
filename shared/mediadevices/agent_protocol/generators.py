"""Generators: tracks whose media the program writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.handles import MediaData, TrackHandle

if TYPE_CHECKING:
    import asyncio

__all__ = ["GeneratorHandle"]


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
