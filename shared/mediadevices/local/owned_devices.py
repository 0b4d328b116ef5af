"""The devices of an agent, and the event loop and the process that own them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

from mediadevices.driver import Device, Driver
from mediadevices.errors import InvalidStateError, NotReadableError
from mediadevices.kinds import DeviceKind
from mediadevices.local.device_list import DeviceList
from mediadevices.local.forking import abandon_in_forks
from mediadevices.local.loop_shutdown_hook import LoopShutdownHook
from mediadevices.local.sources.device_connection import DeviceObserver
from mediadevices.local.sources.device_source import DeviceSource
from mediadevices.pipeline.clock import Clock
from mediadevices.pipeline.loop_ownership import check_loop, other_loop_error
from mediadevices.webidl import promise

__all__ = ["OwnedDevices"]


class OwnedDevices:
    """The devices of an agent, which one event loop of one process owns.

    The first loop that uses the devices owns them until it is closed. While it is not running and
    no device is in use, another loop can take them over. At other times, calls from another loop
    fail with `InvalidStateError`. In a forked process every track has ended, and no device can be
    opened. After `close`, every call fails with `InvalidStateError`.

    Args:
        drivers: The drivers that find the devices.
        clock: The agent's clock.
        identity: Returns the `deviceId` and `groupId` of a device.
        changed: Called with the old and the new list of devices when they differ.
        observer: Called after each opening and closing of a device.
    """

    def __init__(
        self,
        drivers: Sequence[Driver],
        clock: Clock,
        identity: Callable[[Device], Mapping[str, str]],
        changed: Callable[[Sequence[Device], Sequence[Device]], None],
        observer: DeviceObserver,
    ) -> None:
        self._drivers = tuple(drivers)
        self._clock = clock
        self._identity = identity
        self._changed = changed
        self._observer = observer
        #: Whether the program listens for ``devicechange``.
        self.listening = False
        self._lock = threading.RLock()  # Two loops may start to use the devices at the same time.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._list: DeviceList | None = None
        self._sources: dict[tuple[DeviceKind, str], DeviceSource] = {}
        self._requests: set[object] = set()  # running `get_user_media` calls
        self._closing: list[asyncio.Future[None]] = []  # devices that a closed loop left open
        self._loop_shutdown_hook: LoopShutdownHook | None = None
        self._forked = self._closed = False
        abandon_in_forks(self)

    @property
    def sources(self) -> tuple[DeviceSource, ...]:
        """The sources of the devices that have been used."""
        return tuple(self._sources.values())

    def bind(self) -> DeviceList:
        """Return the device list, after making the running event loop its owner.

        Raises:
            InvalidStateError: The agent is closed, no event loop is running, or another one owns
                the devices.
            NotReadableError: Another process owns the devices.
        """
        self.refuse_closed()
        loop = promise.running_loop()
        with self._lock:
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
                self._drivers, loop, self._clock, self._list_changed, self._watch_is_needed
            )
            self._loop_shutdown_hook = LoopShutdownHook(self._close_with_loop)
            return self._list

    async def _close_with_loop(self) -> None:
        """Close all devices because the event loop is being shut down."""
        if not self._forked:
            await asyncio.gather(*(source.close() for source in self.sources))
            self._release()
            self._loop = None  # This loop is about to be closed; another may own the devices.

    def refuse_closed(self) -> None:
        """Refuse a call after `close`.

        Raises:
            InvalidStateError: The agent was closed.
        """
        if self._closed:
            message = "the agent was closed, and its devices are gone; ask `navigator` for another"
            raise InvalidStateError(message)

    def check_loop(self) -> None:
        """Refuse a call outside the event loop that owns the devices, if there is one.

        Raises:
            InvalidStateError: Another event loop owns them.
        """
        if self._loop is not None and not self._forked:
            check_loop(self._loop)

    @contextmanager
    def request(self) -> Generator[None]:
        """Keep the ownership during a ``with`` block, although no device is open yet.

        Raises:
            Exception: See `bind`.
        """
        request = object()
        with self._lock:
            self.bind()
            self._requests.add(request)
        try:
            yield
        finally:
            self._requests.discard(request)

    async def refresh(self) -> tuple[Device, ...]:
        """Return the devices that exist now."""
        devices = self.bind()
        if self._closing:
            await asyncio.wait(self._closing)
        return await devices.refresh()

    def refuse_unlisted(self) -> None:
        """Raise the reason why devices may be missing, if a driver could not list its devices.

        Raises:
            NotReadableError: A driver's reason.
        """
        for error in self.bind().failures:
            raise NotReadableError(str(error)) from error

    def source(self, device: Device) -> DeviceSource:
        """Return the one source of a device."""
        devices = self.bind()
        key = (device.kind, device.key)
        source = self._sources.get(key)
        if source is not None and not source.live:
            source.update_device(device)
        if source is None:
            source = DeviceSource(
                device,
                devices.driver_of(device),
                self._identity(device),
                self._clock,
                promise.running_loop(),
                self._source_ended,
                self._observer,
            )
            self._sources[key] = source
        return source

    def end_tracks(self, kind: DeviceKind) -> None:
        """End every live track of a kind of device, with its event."""
        for source in self.sources:
            if source.device.kind == kind:
                source.end_tracks()

    def abandon_after_fork(self) -> None:
        """End all tracks, but touch no device: the parent process owns the devices."""
        if self._loop is not None:
            self._forked = True
            self._lock = threading.RLock()  # A thread of the parent process may hold the old one.
            for source in self.sources:
                source.abandon()

    def close(self) -> None:
        """Stop all tracks, which closes their devices, and stop watching the devices."""
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

    def _watch_is_needed(self) -> bool:
        return self.listening or self._in_use()

    def _in_use(self) -> bool:
        return bool(self._requests) or not all(source.idle for source in self.sources)

    def _list_changed(self, old: Sequence[Device], new: Sequence[Device]) -> None:
        present = {(device.kind, device.key) for device in new}
        for key, source in tuple(self._sources.items()):
            if key not in present:
                source.device_gone()
        self._changed(old, new)

    def _source_ended(self, source: DeviceSource) -> None:
        key = (source.device.kind, source.device.key)
        if self._sources.get(key) is source:
            del self._sources[key]
        if self._list is not None:
            self._list.report()  # The device is gone, so the list must be refreshed.
