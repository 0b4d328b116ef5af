"""Capture: list devices, open them, and put tracks into streams."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from mediadevices.agent_protocol.handles import Handle, StreamHandle, TrackHandle
from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.kinds import Kind

if TYPE_CHECKING:
    import asyncio

    from mediadevices.algorithms.exposure import DeviceInfo

__all__ = ["CaptureHandle", "CaptureListener", "DeviceChange", "StreamConstraints"]

#: The converted constraints of a `get_user_media` call, for each requested kind of track.
StreamConstraints: TypeAlias = Mapping[Kind, MediaTrackConstraints]


class DeviceChange(NamedTuple):
    """A change of the list of devices.

    Attributes:
        devices: The devices after the change, as the program may see them.
        inserted: The indexes, in `devices`, of those that were plugged in just now.
    """

    devices: Sequence[DeviceInfo]
    inserted: Sequence[int]


class CaptureListener(Protocol):
    """Receives the events of the devices."""

    def devices_changed(self, change: DeviceChange) -> None:
        """Fire ``devicechange``."""


class CaptureHandle(Handle[CaptureListener], ABC):
    """The devices, as a `MediaDevices` object uses them."""

    __slots__ = ()

    @abstractmethod
    def get_supported_constraints(self) -> Mapping[str, bool]:
        """Return the properties that the agent knows, each with the value True."""

    @abstractmethod
    def get_user_media(self, constraints: StreamConstraints) -> asyncio.Future[StreamHandle]:
        """Select devices, ask the user, and open the devices (§9.2.1)."""

    @abstractmethod
    def enumerate_devices(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """List the devices as the program may see them."""

    @abstractmethod
    def watch_devices(self, wanted: bool) -> None:
        """Start or stop telling the listener about changes of the list.

        Args:
            wanted: Whether ``devicechange`` has listeners now.
        """

    @abstractmethod
    def create_stream(self, tracks: Sequence[TrackHandle]) -> StreamHandle:
        """Return a new stream of these tracks."""
