"""The user agent itself, whose interface object is the `MediaDevices`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mediadevices.agent_protocol.generators import GeneratorHandle
from mediadevices.agent_protocol.handles import Handle, StreamHandle, TrackHandle
from mediadevices.agent_protocol.permissions import (
    PermissionHandle,
    PermissionName,
    PermissionPolicy,
    Prompter,
)
from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.errors import NotSupportedError
from mediadevices.kinds import Kind

if TYPE_CHECKING:
    import asyncio

    from mediadevices.algorithms.exposure import DeviceInfo

__all__ = ["Agent", "DeviceChange", "StreamConstraints"]

_NO_BROWSER = "JavaScript objects exist only in a web page, and not for fake devices"

#: The constraints of a `get_user_media` call, converted: only the kinds that are requested.
StreamConstraints: TypeAlias = Mapping[Kind, MediaTrackConstraints]


class DeviceChange(NamedTuple):
    """What ``devicechange`` carries.

    Attributes:
        devices: The devices after the change, as the program may see them.
        inserted: Where those stand among them that were plugged in just now.
    """

    devices: Sequence[DeviceInfo]
    inserted: Sequence[int]


class Agent(Handle, ABC):
    """A user agent; its interface object is the `MediaDevices`.

    It notifies ``"devicechange"`` with a `DeviceChange`.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """A short name for logs: ``"native"``, ``"browser"``, ``"fake"``."""

    @abstractmethod
    def get_supported_constraints(self) -> Mapping[str, bool]:
        """Return the properties that the agent knows, each True."""

    @abstractmethod
    def get_user_media(self, constraints: StreamConstraints) -> asyncio.Future[StreamHandle]:
        """Select devices, ask the user, open them (§9.2.1 of the standard)."""

    @abstractmethod
    def enumerate_devices(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """List the devices as the program may see them."""

    @abstractmethod
    def watch_devices(self, wanted: bool) -> None:
        """Take note that ``"devicechange"`` has listeners, or has none any more."""

    @abstractmethod
    def query_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, without asking."""

    @abstractmethod
    def request_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask the user, unless it is decided."""

    @abstractmethod
    def revoke_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Give a permission back, and end what it allowed."""

    @abstractmethod
    def set_permission_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Decide beforehand whether the user is asked."""

    @property
    @abstractmethod
    def prompter(self) -> Prompter | None:
        """Who asks the user; it can be set."""

    @prompter.setter
    @abstractmethod
    def prompter(self, value: Prompter | None) -> None: ...
    @abstractmethod
    def create_stream(self, tracks: Sequence[TrackHandle]) -> StreamHandle:
        """Return a new stream of these tracks."""

    def stream_from_js(self, js: object) -> StreamHandle:  # noqa: ARG002  (for a browser)
        """Return the handle of a stream that JavaScript made, where the agent is a browser.

        Raises:
            NotSupportedError: It is not.
            TypeError: It is no stream.
        """
        raise NotSupportedError(_NO_BROWSER)

    def track_from_js(self, js: object) -> TrackHandle:  # noqa: ARG002  (for a browser)
        """Return the handle of a track that JavaScript made, where the agent is a browser.

        Raises:
            NotSupportedError: It is not.
            TypeError: It is no track.
        """
        raise NotSupportedError(_NO_BROWSER)

    @abstractmethod
    def create_generator(self, kind: Kind) -> GeneratorHandle:
        """Return a new source that the program writes to."""
