"""The stored device list, and how changes are found (§9.2.1, §9.3)."""

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

#: Seconds that a driver may take to list its devices, or to start watching them.
DRIVER_TIMEOUT = 15.0
#: Seconds to wait after a report, so that several reports of one change cause one refresh.
REFRESH_DELAY = 0.05
#: Seconds between checks whether the drivers must still watch.
WATCH_CHECK_INTERVAL = 5.0


class DeviceList:
    """The devices that the drivers found, in the order of the standard.

    Args:
        drivers: The drivers.
        loop: The event loop that owns the devices.
        clock: The agent's clock.
        changed: Called with the old and the new list when they differ.
        watch_wanted: Returns whether the drivers have to watch for changes now.
    """

    def __init__(
        self,
        drivers: Sequence[Driver],
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        changed: Callable[[Sequence[Device], Sequence[Device]], None],
        watch_wanted: Callable[[], bool],
    ) -> None:
        self._drivers = drivers
        self._loop = loop
        self._clock = clock
        self._changed = changed
        self._watch_wanted = watch_wanted
        self._driver_of: dict[tuple[DeviceKind, str], Driver] = {}
        self._found: list[tuple[Device, ...]] = [() for _ in drivers]
        #: Why drivers failed to list their devices at the last refresh, for the program's errors.
        self.failures: tuple[NotReadableError, ...] = ()
        self._devices: tuple[Device, ...] | None = None
        self._watching = self._closed = False
        self._stop_functions: list[Callable[[], None]] = []
        self._refresh_lock: asyncio.Lock = asyncio.Lock()
        self._refresh_timer: Timer | None = None
        self._watch_timer: Timer | None = None  # set while the drivers watch

    @property
    def devices(self) -> tuple[Device, ...]:
        """The stored list; empty before the first `refresh`."""
        return self._devices or ()

    def driver_of(self, device: Device) -> Driver:
        """Return the driver that found a device.

        Raises:
            NotReadableError: The device was unplugged.
        """
        if (driver := self._driver_of.get((device.kind, device.key))) is None:
            message = f"{device.label!r} was unplugged"
            raise NotReadableError(message)
        return driver

    def begin(self) -> None:
        """Fill the stored list and watch for changes, unless the drivers watch already."""
        if not self._watching:
            self._start_refresh()

    async def refresh(self) -> tuple[Device, ...]:
        """List the devices again, store the list, and report if it has changed.

        While a driver fails, the devices that it found before stay in the list, so that their
        tracks do not end.
        """
        # Shielded: a driver must not be interrupted when the caller is cancelled.
        return await promise.shielded(promise.started(self._refresh(), "list devices", self._loop))

    async def _refresh(self) -> tuple[Device, ...]:
        async with self._refresh_lock:
            if self._watch_wanted():
                await self._watch()
            failures: list[NotReadableError] = []
            for index, driver in enumerate(self._drivers):
                try:
                    async with asyncio.timeout(DRIVER_TIMEOUT):
                        self._found[index] = tuple(await driver.list_devices())
                except TimeoutError:
                    message = f"the {driver.name} driver did not list its devices in time"
                    failures.append(NotReadableError(message))
                    _log.warning(message)
                except Exception as error:  # noqa: BLE001  (the other drivers must still be asked)
                    if isinstance(error, NotReadableError):
                        failures.append(error)
                    _log.warning("the %s driver could not list its devices: %s", driver.name, error)
            found = [
                (device, driver)
                for driver, devices in zip(self._drivers, self._found, strict=True)
                for device in devices
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
        self._watch_timer = self._clock.call_later(WATCH_CHECK_INTERVAL, self._stop_unless_wanted)
        starting = {
            promise.started(driver.watch(self.report), f"watch {driver.name}", self._loop): driver
            for driver in self._drivers
        }
        for future, driver in starting.items():
            future.add_done_callback(partial(self._watch_started, driver))
        if starting:
            _, late = await asyncio.wait(starting, timeout=DRIVER_TIMEOUT)
            for future in late:
                _log.warning("the %s driver did not begin to watch in time", starting[future].name)

    def _watch_started(self, driver: Driver, started: asyncio.Future[Callable[[], None]]) -> None:
        """Keep the function that stops a driver's watching; call it if watching has ended."""
        if started.cancelled():
            return
        if (error := started.exception()) is not None:
            _log.warning("the %s driver cannot watch its devices: %s", driver.name, error)
        elif self._watching:
            self._stop_functions.append(started.result())
        else:
            started.result()()

    def _stop_unless_wanted(self) -> None:
        self._watch_timer = None
        if self._watch_wanted():
            self._watch_timer = self._clock.call_later(
                WATCH_CHECK_INTERVAL, self._stop_unless_wanted
            )
        else:
            self._stop_watching()

    def _stop_watching(self) -> None:
        self._watching = False
        if self._watch_timer is not None:
            self._watch_timer.cancel()
            self._watch_timer = None
        while self._stop_functions:
            self._stop_functions.pop()()

    def close(self) -> None:
        """Stop watching; a second call does nothing."""
        self._closed = True
        self._stop_watching()
        if self._refresh_timer is not None:
            self._refresh_timer.cancel()
            self._refresh_timer = None

    def report(self) -> None:
        """Report that the list may have changed; any thread may call this."""
        call_on_loop(self._loop, self._schedule_refresh)

    def _schedule_refresh(self) -> None:
        if self._refresh_timer is None and not self._closed:
            self._refresh_timer = self._clock.call_later(REFRESH_DELAY, self._start_refresh)

    def _start_refresh(self) -> None:
        self._refresh_timer = None
        promise.started(self._refresh(), "devices have changed", self._loop)
