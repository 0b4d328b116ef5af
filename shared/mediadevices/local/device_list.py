"""The stored device list, and how it becomes another (§9.2.1, §9.3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from mediadevices.algorithms.exposure import enumeration_order
from mediadevices.driver import Device, Driver
from mediadevices.errors import NotReadableError
from mediadevices.kinds import DeviceKind
from mediadevices.pipeline.clock import Clock, Timer
from mediadevices.pipeline.loop_ownership import call_on_loop
from mediadevices.webidl import promise

__all__ = ["DeviceList"]

_log = logging.getLogger("mediadevices")

#: Seconds after which a driver that lists or begins to watch its devices is taken to hang.
PATIENCE = 15.0
#: Seconds in which several reports of the system count as one change.
COALESCE = 0.05
#: Seconds between two looks whether the watching is still needed.
LINGER = 5.0


class DeviceList:
    """What the drivers found, in the order of the standard, kept up to date.

    Args:
        drivers: The drivers.
        loop: The event loop on which everything happens.
        clock: The agent's clock.
        changed: Called with the old and the new list when they differ.
        wanted: Returns whether changes are of interest now: the drivers watch only while they are.
    """

    def __init__(
        self,
        drivers: Sequence[Driver],
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        changed: Callable[[Sequence[Device], Sequence[Device]], None],
        wanted: Callable[[], bool],
    ) -> None:
        self._drivers = drivers
        self._loop = loop
        self._clock = clock
        self._changed = changed
        self._wanted = wanted
        self._driver_of: dict[tuple[DeviceKind, str], Driver] = {}
        self._found: list[tuple[Device, ...]] = [() for _ in drivers]
        #: Why some drivers could not look at the last time, as far as a program is to be told.
        self.failures: tuple[NotReadableError, ...] = ()
        self._devices: tuple[Device, ...] | None = None
        self._watching = self._closed = False
        self._stops: list[Callable[[], None]] = []
        self._refreshing: asyncio.Lock = asyncio.Lock()
        self._timer: Timer | None = None
        self._lingering: Timer | None = None  # while the drivers watch

    @property
    def devices(self) -> tuple[Device, ...]:
        """The stored list; empty before the first `refresh`."""
        return self._devices or ()

    def driver_of(self, device: Device) -> Driver:
        """Return the driver that found a device.

        Raises:
            NotReadableError: It is not there any more.
        """
        if (driver := self._driver_of.get((device.kind, device.key))) is None:
            message = f"{device.label!r} was unplugged"
            raise NotReadableError(message)
        return driver

    def begin(self) -> None:
        """Fill the stored list and watch for changes, unless the drivers watch already."""
        if not self._watching:
            self._start()

    async def refresh(self) -> tuple[Device, ...]:
        """Ask the drivers, store what they found, and tell if it is not what was stored.

        What a driver found before counts while it fails, so that neither its live tracks nor the
        devices of other drivers suffer.
        """
        # Shielded: a caller that stops waiting must not interrupt a driver.
        return await promise.shielded(promise.started(self._refresh(), "list devices", self._loop))

    async def _refresh(self) -> tuple[Device, ...]:
        async with self._refreshing:
            if self._wanted():
                await self._watch()
            failures: list[NotReadableError] = []
            for index, driver in enumerate(self._drivers):
                try:
                    async with asyncio.timeout(PATIENCE):
                        self._found[index] = tuple(await driver.list_devices())
                except TimeoutError:
                    message = f"the {driver.name} driver did not list its devices in time"
                    failures.append(NotReadableError(message))
                    _log.warning(message)
                except Exception as error:  # noqa: BLE001  (whatever it is, the others go on)
                    if isinstance(error, NotReadableError):
                        failures.append(error)
                    _log.warning("the %s driver could not list its devices: %s", driver.name, error)
            found = [
                (device, driver)
                for driver, some in zip(self._drivers, self._found, strict=True)
                for device in some
            ]
            old = self._devices
            new = enumeration_order(device for device, _ in found)
            self._driver_of = {(device.kind, device.key): driver for device, driver in found}
            self._devices = new
            self.failures = tuple(failures)
        if old is not None and new != old and not self._closed:
            self._changed(old, new)
        return new

    async def _watch(self) -> None:
        if self._watching or self._closed:
            return
        self._watching = True
        self._lingering = self._clock.call_later(LINGER, self._stop_if_unwanted)
        began = {
            promise.started(driver.watch(self.report), f"watch {driver.name}", self._loop): driver
            for driver in self._drivers
        }
        for future, driver in began.items():
            future.add_done_callback(partial(self._watch_began, driver))
        if began:
            _, late = await asyncio.wait(began, timeout=PATIENCE)
            for future in late:
                _log.warning("the %s driver did not begin to watch in time", began[future].name)

    def _watch_began(self, driver: Driver, began: asyncio.Future[Callable[[], None]]) -> None:
        """Keep the function that stops a driver's watching, however late it comes."""
        if began.cancelled():
            return
        if (error := began.exception()) is not None:
            _log.warning("the %s driver cannot watch its devices: %s", driver.name, error)
        elif self._watching:
            self._stops.append(began.result())
        else:
            began.result()()

    def _stop_if_unwanted(self) -> None:
        self._lingering = None
        if self._wanted():
            self._lingering = self._clock.call_later(LINGER, self._stop_if_unwanted)
        else:
            self._stop_watching()

    def _stop_watching(self) -> None:
        self._watching = False
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        while self._stops:
            self._stops.pop()()

    def close(self) -> None:
        """Stop watching; again does nothing."""
        self._closed = True
        self._stop_watching()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def report(self) -> None:
        """Say, in any thread, that the list may have become another."""
        call_on_loop(self._loop, self._schedule)

    def _schedule(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = self._clock.call_later(COALESCE, self._start)

    def _start(self) -> None:
        self._timer = None
        promise.started(self._refresh(), "devices have changed", self._loop)
