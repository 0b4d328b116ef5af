"""`LocalAgent`: the standard's user agent over drivers, where there is no browser."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import TypeVar

from mediadevices.agent_protocol.agent import Agent
from mediadevices.agent_protocol.capture import DeviceChange, StreamConstraints
from mediadevices.agent_protocol.handles import StreamHandle, TrackHandle
from mediadevices.agent_protocol.permissions import (
    PermissionHandle,
    PermissionPolicy,
    Prompter,
)
from mediadevices.algorithms.exposure import DeviceInfo, inserted_devices
from mediadevices.algorithms.properties import supported_constraints
from mediadevices.driver import Device, Driver
from mediadevices.errors import InvalidStateError, NotAllowedError, NotReadableError
from mediadevices.kinds import INPUT_OF_PERMISSION, Kind, PermissionName
from mediadevices.local.device_exposure import DeviceExposure
from mediadevices.local.get_user_media import get_user_media, needed_permissions
from mediadevices.local.owned_devices import OwnedDevices
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.local.permissions.private_errors import remove_own_frames
from mediadevices.local.sources.device_source import DeviceSource
from mediadevices.local.sources.generator import LocalGenerator
from mediadevices.local.tracks.stream import LocalStream
from mediadevices.pipeline.clock import Clock, MonotonicClock
from mediadevices.webidl import promise

__all__ = ["LocalAgent"]

T = TypeVar("T")

_log = logging.getLogger("mediadevices")


class LocalAgent(Agent):
    """A user agent over drivers.

    One event loop of one process owns the devices; see `OwnedDevices`. After `close`, every call
    fails with `InvalidStateError`, as in a discarded document.

    Args:
        drivers: The drivers that find the devices.
        permissions: The authority that decides what the program may do.
        secret: The application's own secret, from which device ids are made.
        clock: The clock for timestamps and timers.
        name: The agent's name in logs.

    Attributes:
        devices: The devices, and the event loop that owns them.
        exposure: The devices as the program may see them.
        permissions: The authority.
        clock: The clock.
    """

    def __init__(
        self,
        drivers: Sequence[Driver],
        permissions: PermissionAuthority,
        *,
        secret: bytes,
        clock: Clock | None = None,
        name: str = "local",
    ) -> None:
        super().__init__()
        self._name = name
        self.clock: Clock = clock or MonotonicClock()
        self.permissions = permissions
        self.exposure = DeviceExposure(secret, lambda name: permissions.state(name) == "granted")
        self.devices = OwnedDevices(
            drivers,
            self.clock,
            self.exposure.identity,
            self._devices_changed,
            permissions.note_device,
        )
        permissions.on_withdrawn = self._permission_withdrawn

    @property
    def name(self) -> str:
        """The agent's name in logs."""
        return self._name

    @property
    def sources(self) -> tuple[DeviceSource, ...]:
        """The sources of the devices that have been used."""
        return self.devices.sources

    def close(self) -> None:
        """Stop all tracks, which closes their devices, and stop watching the devices.

        No event is fired, as when a document is discarded (§9.1). Calls that are in progress fail
        with `InvalidStateError`, and so does every later call.
        """
        self.devices.close()

    def _started(self, operation: Coroutine[None, None, T], name: str) -> asyncio.Future[T]:
        """Start an operation that uses the devices; reject if this event loop may not use them."""
        try:
            self.devices.bind()
        except (InvalidStateError, NotReadableError) as error:
            operation.close()
            return promise.rejected(error)
        return promise.started(operation, name)

    # --- capture ----------------------------------------------------------------------------

    def get_supported_constraints(self) -> Mapping[str, bool]:
        """Return the properties that the agent knows, each with the value True."""
        return supported_constraints()

    def get_user_media(self, constraints: StreamConstraints) -> asyncio.Future[StreamHandle]:
        """Select devices, ask the user, and open the devices (§9.2.1)."""
        return self._started(self._get_user_media(constraints), "get_user_media")

    async def _get_user_media(self, constraints: StreamConstraints) -> StreamHandle:
        with self.devices.request():
            try:
                return await get_user_media(self, constraints)
            except Exception as error:
                self._make_private(error, needed_permissions(constraints))
                raise

    def enumerate_devices(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """List the devices as the program may see them."""
        return self._started(self._enumerate_devices(), "enumerate_devices")

    async def _enumerate_devices(self) -> Sequence[DeviceInfo]:
        return self.exposure.visible(await self.devices.refresh())

    def watch_devices(self, wanted: bool) -> None:
        """Watch the devices while ``devicechange`` has listeners.

        Without a running event loop, watching begins with the first use of the devices.
        """
        self.devices.listening = wanted
        if not wanted:
            return
        try:
            devices = self.devices.bind()
        except (InvalidStateError, NotReadableError) as error:
            _log.debug("the devices are not watched yet: %s", error)
        else:
            devices.begin()

    def _devices_changed(self, old: Sequence[Device], new: Sequence[Device]) -> None:
        """Fire ``devicechange`` if the program can see the change (§9.3)."""
        before, after = self.exposure.visible(old), self.exposure.visible(new)
        if before != after and (listener := self.listener) is not None:
            new_ones = inserted_devices(before, after)
            where = tuple(index for index, info in enumerate(after) if info in new_ones)
            listener.devices_changed(DeviceChange(tuple(after), where))

    def create_stream(self, tracks: Sequence[TrackHandle]) -> StreamHandle:
        """Return a new stream of these tracks."""
        return LocalStream(tracks)

    def create_generator(self, kind: Kind) -> LocalGenerator:
        """Return a new generator of tracks of this kind."""
        return LocalGenerator(kind, self.clock, promise.running_loop())

    # --- permissions ------------------------------------------------------------------------

    def query_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, without asking the user."""
        handle: PermissionHandle = self.permissions.handle(name)
        return promise.resolved(handle)

    def request_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask the user for a permission, unless it is granted or denied already."""
        return self._started(self._request_permission(name), f"request {name}")

    async def _request_permission(self, name: PermissionName) -> PermissionHandle:
        try:
            await self._ask_unless_decided(name)
        except Exception as error:
            # If the user has denied the permission, that is the result and not an error.
            if not isinstance(error, NotAllowedError) or self.permissions.state(name) == "prompt":
                self._make_private(error, (name,))
                raise
        return self.permissions.handle(name)

    async def _ask_unless_decided(self, name: PermissionName) -> None:
        kind = INPUT_OF_PERMISSION[name].device
        devices = [one for one in await self.devices.refresh() if one.kind == kind]
        if self.permissions.state(name) == "prompt":
            await self.ask_for_permissions((name,), {name: devices})

    async def ask_for_permissions(
        self,
        names: tuple[PermissionName, ...],
        devices: Mapping[PermissionName, Sequence[Device]],
    ) -> Mapping[PermissionName, str]:
        """Ask the user for the undecided permissions; see `PermissionAuthority.request`.

        Args:
            names: The permissions that are needed.
            devices: The suitable devices for each, the best one first.

        Returns:
            The ids of the devices that the user chose now.
        """
        labels: dict[PermissionName, dict[str, str]] = {
            name: {self.exposure.identity(one)["deviceId"]: one.label for one in candidates}
            for name, candidates in devices.items()
        }
        return await self.permissions.request(names, labels)

    def _make_private(self, error: Exception, names: Sequence[PermissionName]) -> None:
        """Remove from an error's traceback what it reveals about devices that are not exposed."""
        if not all(self.exposure.exposes(name) for name in names):
            remove_own_frames(error)

    def revoke_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Withdraw a granted permission, and end the tracks that needed it; a denial stays."""
        try:
            self.devices.check_loop()
        except InvalidStateError as error:
            return promise.rejected(error)
        self.permissions.revoke(name)
        return self.query_permission(name)

    def _permission_withdrawn(self, name: PermissionName) -> None:
        self.devices.end_tracks(INPUT_OF_PERMISSION[name].device)

    def set_permission_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Grant or deny a permission in advance, or ask the user later."""
        self.devices.check_loop()
        self.permissions.set_policy(name, policy)

    @property
    def prompter(self) -> Prompter | None:
        """The function that asks the user; None if the user cannot be asked."""
        return self.permissions.prompter

    @prompter.setter
    def prompter(self, value: Prompter | None) -> None:
        self.permissions.prompter = value
