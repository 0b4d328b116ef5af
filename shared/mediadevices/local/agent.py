"""`LocalAgent`: the standard's user agent over drivers, where there is no browser."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import TypeVar

from mediadevices.agent_protocol.agent import Agent
from mediadevices.agent_protocol.capture import DeviceChange, StreamConstraints
from mediadevices.agent_protocol.handles import StreamHandle, TrackHandle
from mediadevices.agent_protocol.permissions import (
    PermissionHandle,
    PermissionName,
    PermissionPolicy,
    Prompter,
)
from mediadevices.algorithms.capabilities import device_capabilities
from mediadevices.algorithms.device_ids import device_id, group_id
from mediadevices.algorithms.exposure import DeviceInfo, exposed_devices, inserted_devices
from mediadevices.algorithms.properties import supported_constraints
from mediadevices.driver import Device, Driver
from mediadevices.errors import InvalidStateError, NotAllowedError, NotReadableError
from mediadevices.kinds import INPUT_OF_PERMISSION, PERMISSION_NAMES, DeviceKind, Kind
from mediadevices.local.device_list import DeviceList
from mediadevices.local.forking import abandon_in_forks
from mediadevices.local.get_user_media import get_user_media, needed_permissions
from mediadevices.local.loop_shutdown_hook import LoopShutdownHook
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.local.permissions.private_errors import remove_own_frames
from mediadevices.local.sources.device_source import DeviceSource
from mediadevices.local.sources.generator import LocalGenerator
from mediadevices.local.tracks.stream import LocalStream
from mediadevices.pipeline.clock import Clock, MonotonicClock
from mediadevices.pipeline.loop_ownership import check_loop, other_loop_error
from mediadevices.webidl import promise

__all__ = ["LocalAgent"]

T = TypeVar("T")

_log = logging.getLogger("mediadevices")


class LocalAgent(Agent):
    """A user agent over drivers.

    One event loop owns its devices: the one that uses them first, until that loop is closed or,
    while it does not run, has no device open. Calls from another loop fail with
    `InvalidStateError`. One process owns them too: in a fork of it every track has ended, and no
    device can be opened. After `close`, every call fails with `InvalidStateError`, as in a
    discarded document.

    Args:
        drivers: Where devices come from.
        permissions: Who decides what the program may do.
        secret: The application's own secret, from which device ids are made.
        clock: The clock of time stamps and timers.
        name: The agent's name in logs.
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
        self._drivers = tuple(drivers)
        self._permissions = permissions
        self._secret = secret
        self._group_salt = secrets.token_bytes(32)
        self.clock: Clock = clock or MonotonicClock()
        self._exposed: set[PermissionName] = set()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._list: DeviceList | None = None
        self._listening = False  # for "devicechange"
        self._sources: dict[tuple[DeviceKind, str], DeviceSource] = {}
        self._binding = threading.RLock()  # Of two loops that start at once, one is the owner.
        self._requests: set[object] = set()  # for devices, under way in the loop
        self._closing: list[asyncio.Future[None]] = []  # what a loop left open that was closed
        self._loop_shutdown_hook: LoopShutdownHook | None = None
        self._forked = False
        permissions.on_withdrawn = self._withdrawn
        abandon_in_forks(self)

    # --- Agent ------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The agent's name in logs."""
        return self._name

    def get_supported_constraints(self) -> Mapping[str, bool]:
        """Return the properties that the agent knows, each True."""
        return supported_constraints()

    def get_user_media(self, constraints: StreamConstraints) -> asyncio.Future[StreamHandle]:
        """Select devices, ask the user, open them; see `mediadevices.local.get_user_media`."""
        return self._started(self._get_user_media(constraints), "get_user_media")

    async def _get_user_media(self, constraints: StreamConstraints) -> StreamHandle:
        request = object()
        with self._binding:
            self._bind()
            self._requests.add(request)
        try:
            return await get_user_media(self, constraints)
        except Exception as error:
            self._make_private(error, needed_permissions(constraints))
            raise
        finally:
            self._requests.discard(request)

    def enumerate_devices(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """List the devices as the program may see them."""
        return self._started(self._enumerate_devices(), "enumerate_devices")

    async def _enumerate_devices(self) -> Sequence[DeviceInfo]:
        return self._exposed_now(await self.refresh_devices())

    def watch_devices(self, wanted: bool) -> None:
        """Watch the devices while there are listeners for ``"devicechange"``.

        Without a running event loop, watching begins with the first use of the devices.
        """
        self._listening = wanted
        if not wanted:
            return
        try:
            devices = self._bind()
        except (InvalidStateError, NotReadableError) as error:
            _log.debug("the devices are not watched yet: %s", error)
        else:
            devices.begin()

    def query_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, without asking."""
        handle: PermissionHandle = self._permissions.handle(name)
        return promise.resolved(handle)

    def request_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask the user, unless it is decided."""
        return self._started(self._request_permission(name), f"request {name}")

    async def _request_permission(self, name: PermissionName) -> PermissionHandle:
        try:
            await self._ask_unless_decided(name)
        except Exception as error:
            # A "no" is an answer, and no error.
            if not isinstance(error, NotAllowedError) or self._permissions.state(name) == "prompt":
                self._make_private(error, (name,))
                raise
        return self._permissions.handle(name)

    async def _ask_unless_decided(self, name: PermissionName) -> None:
        kind = INPUT_OF_PERMISSION[name].device
        devices = [one for one in await self.refresh_devices() if one.kind == kind]
        if self._permissions.state(name) == "prompt":
            await self.request_permissions((name,), {name: devices})

    def _make_private(self, error: Exception, names: Sequence[PermissionName]) -> None:
        """Remove what an error's traceback reveals of devices that are not exposed."""
        if not all(self.exposes(name) for name in names):
            remove_own_frames(error)

    def revoke_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask anew the next time, and end what was allowed; a denial stays."""
        try:
            self._check_loop()
        except InvalidStateError as error:
            return promise.rejected(error)
        self._permissions.revoke(name)
        return self.query_permission(name)

    def set_permission_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Decide beforehand whether the user is asked."""
        self._check_loop()
        self._permissions.set_policy(name, policy)

    @property
    def prompter(self) -> Prompter | None:
        """Who asks the user; None where nobody can be asked."""
        return self._permissions.prompter

    @prompter.setter
    def prompter(self, value: Prompter | None) -> None:
        self._permissions.prompter = value

    def create_stream(self, tracks: Sequence[TrackHandle]) -> StreamHandle:
        """Return a new stream of these tracks."""
        return LocalStream(tracks)

    def create_generator(self, kind: Kind) -> LocalGenerator:
        """Return a new source that the program writes to."""
        return LocalGenerator(kind, self.clock, promise.running_loop())

    @property
    def sources(self) -> tuple[DeviceSource, ...]:
        """The devices that have been used."""
        return tuple(self._sources.values())

    # --- for the algorithms -------------------------------------------------------------------

    async def refresh_devices(self) -> tuple[Device, ...]:
        """Return the devices that there are now."""
        devices = self._bind()
        if self._closing:
            await asyncio.wait(self._closing)
        return await devices.refresh()

    def refuse_unlisted(self) -> None:
        """Say why devices may be missing, where a driver could not look for them.

        Raises:
            NotReadableError: A driver's reason.
        """
        for error in self._bind().failures:
            raise NotReadableError(str(error)) from error

    def identity(self, device: Device) -> dict[str, str]:
        """Return the `deviceId` and `groupId` of a device."""
        return {
            "deviceId": device_id(self._secret, device),
            "groupId": group_id(self._group_salt, device),
        }

    def source(self, device: Device) -> DeviceSource:
        """Return the one source of a device."""
        devices = self._bind()
        key = (device.kind, device.key)
        source = self._sources.get(key)
        if source is not None and not source.live:
            source.update_device(device)
        if source is None:
            source = DeviceSource(
                device,
                devices.driver_of(device),
                self.identity(device),
                self.clock,
                promise.running_loop(),
                self._source_ended,
                self._permissions.note_device,
            )
            self._sources[key] = source
        return source

    def refuse_denied(self, names: Sequence[PermissionName]) -> None:
        """Do nothing, unless one of the permissions is denied.

        Raises:
            NotAllowedError: One is.
        """
        self._permissions.refuse_denied(names)

    async def request_permissions(
        self,
        names: tuple[PermissionName, ...],
        devices: Mapping[PermissionName, Sequence[Device]],
    ) -> Mapping[PermissionName, str]:
        """Ask the user for what is not decided; see `PermissionAuthority.request`."""
        labels: dict[PermissionName, dict[str, str]] = {
            name: {self.identity(one)["deviceId"]: one.label for one in candidates}
            for name, candidates in devices.items()
        }
        return await self._permissions.request(names, labels)

    def chosen_device(self, name: PermissionName) -> str:
        """Return the id of the device that the user chose with a permission, or ``""``."""
        return self._permissions.chosen_device(name)

    def refuse_withdrawn(self, names: Sequence[PermissionName]) -> None:
        """Do nothing, unless one of the permissions was taken back since it was granted.

        Raises:
            InvalidStateError: The agent was closed meanwhile.
            NotAllowedError: One was.
        """
        self._refuse_closed()
        self._permissions.refuse_withdrawn(names)

    def exposes(self, name: PermissionName) -> bool:
        """Return whether the program may see the devices of a kind (§9.2.4)."""
        return name in self._exposed

    def expose(self, names: Sequence[PermissionName]) -> None:
        """Let the program see devices ("set the device information exposure", §9.2.4)."""
        self._exposed.update(names)
        if names:
            # A kind that is granted too is exposed together with the one that was asked for.
            self._exposed.update(
                name for name in PERMISSION_NAMES if self._permissions.state(name) == "granted"
            )

    # --- inside ---------------------------------------------------------------------------------

    def _started(self, operation: Coroutine[None, None, T], name: str) -> asyncio.Future[T]:
        """Start an operation; what keeps it from starting is its error."""
        try:
            self._bind()
        except (InvalidStateError, NotReadableError) as error:
            operation.close()
            return promise.rejected(error)
        return promise.started(operation, name)

    def _bind(self) -> DeviceList:
        """Return the device list of the running event loop.

        Raises:
            InvalidStateError: The agent is closed, no event loop is running, or another one owns
                the devices.
            NotReadableError: Another process owns the devices.
        """
        self._refuse_closed()
        loop = promise.running_loop()
        with self._binding:
            if self._forked:
                message = (
                    "the devices belong to the process that this one was forked from; start other "
                    'processes by the method "spawn" or "forkserver", or before the first capture'
                )
                raise NotReadableError(message)
            if self._list is not None and self._loop is loop:
                return self._list
            owner = None if self._loop is None or self._loop.is_closed() else self._loop
            if owner is not None and (owner.is_running() or self._in_use()):
                raise other_loop_error()
            left_open = [source for source in self.sources if source.is_open]
            self._release()
            self._closing = [
                promise.started(source.close_device(), f"close {source.label!r}")
                for source in left_open
            ]
            self._loop = loop
            self._list = DeviceList(
                self._drivers, loop, self.clock, self._devices_changed, self._watch_is_needed
            )
            self._loop_shutdown_hook = LoopShutdownHook(self._close_with_loop)
            return self._list

    async def _close_with_loop(self) -> None:
        """Close all devices because the event loop is being shut down."""
        if not self._forked:
            await asyncio.gather(*(source.close() for source in self.sources))
            self._release()
            self._loop = None  # It is about to be closed: another loop may own the devices.

    def _refuse_closed(self) -> None:
        if self._closed:
            message = "the agent was closed, and its devices are gone; ask `navigator` for another"
            raise InvalidStateError(message)

    def _check_loop(self) -> None:
        """Refuse a call outside the event loop that owns the devices, if one does.

        Raises:
            InvalidStateError: Another event loop owns them.
        """
        if self._loop is not None and not self._forked:
            check_loop(self._loop)

    def _watch_is_needed(self) -> bool:
        return self._listening or self._in_use()

    def _in_use(self) -> bool:
        return bool(self._requests) or not all(source.idle for source in self.sources)

    def abandon_after_fork(self) -> None:
        """End all tracks and touch no device: this is a fork of the process that they belong to."""
        if self._loop is not None:
            self._forked = True
            self._binding = threading.RLock()  # A thread may have held it that is not here.
            for source in self.sources:
                source.abandon()

    def close(self) -> None:
        """Stop all tracks, which closes their devices, and stop watching the devices.

        No event is fired, as when a document goes away (§9.1). What is asked of the agent from
        now on fails with `InvalidStateError`, and so does a capture that is on its way.
        """
        self._closed = True
        self._release()

    def _release(self) -> None:
        if self._forked:
            return
        if self._loop_shutdown_hook is not None:
            self._loop_shutdown_hook.cancel()
            self._loop_shutdown_hook = None
        for source in self.sources:
            source.end_tracks_silently()
        self._sources.clear()
        self._requests.clear()
        if self._list is not None:
            self._list.close()
            self._list = None

    def _exposed_now(self, devices: Sequence[Device]) -> list[DeviceInfo]:
        return exposed_devices(devices, self._exposed, self._describe)

    def _describe(self, device: Device) -> DeviceInfo:
        identity = self.identity(device)
        is_input = device.kind != "audiooutput"
        capabilities = device_capabilities(device, identity) if is_input else {}
        return DeviceInfo(
            device.kind, identity["deviceId"], device.label, identity["groupId"], capabilities
        )

    def _devices_changed(self, old: Sequence[Device], new: Sequence[Device]) -> None:
        """Run the device-change steps (§9.3)."""
        before, after = self._exposed_now(old), self._exposed_now(new)
        there = {(device.kind, device.key) for device in new}
        for key, source in tuple(self._sources.items()):
            if key not in there:
                source.device_gone()
        if before != after:
            new_ones = inserted_devices(before, after)
            where = tuple(index for index, info in enumerate(after) if info in new_ones)
            if (listener := self.listener) is not None:
                listener.devices_changed(DeviceChange(tuple(after), where))

    def _source_ended(self, source: DeviceSource) -> None:
        key = (source.device.kind, source.device.key)
        if self._sources.get(key) is source:
            del self._sources[key]
        if self._list is not None:
            self._list.report()  # Whoever asks now should not find the device any more.

    def _withdrawn(self, name: PermissionName) -> None:
        """End every live track of a kind whose permission was taken back."""
        for source in self.sources:
            if source.device.kind == INPUT_OF_PERMISSION[name].device:
                source.end_tracks()
