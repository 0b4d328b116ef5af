"""Opening and closing one device, one after the other, whatever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Literal, TypeAlias, TypeVar

from mediadevices.driver import Capture, Configuration, Device, Driver, Sink
from mediadevices.webidl import promise

__all__ = ["DeviceHandle", "DeviceNote"]

DeviceNote: TypeAlias = Callable[[Literal["open", "close"], Device], None]

_T = TypeVar("_T")

_log = logging.getLogger("mediadevices")


class DeviceHandle:
    """A device that is closed or open.

    An opening or closing that has begun is always finished: cancelling who waits for it neither
    leaves the device open nor lets the next opening begin too early.

    Args:
        device: The device.
        driver: Its driver.
        loop: The event loop.
        note: Told of each opening and closing that has happened.
    """

    def __init__(
        self,
        device: Device,
        driver: Driver,
        loop: asyncio.AbstractEventLoop,
        note: DeviceNote = lambda _event, _device: None,
    ) -> None:
        self.device = device
        self._driver = driver
        self._loop = loop
        self._note = note
        self._closing: asyncio.Future[None] | None = None
        self.capture: Capture | None = None

    async def open(self, configuration: Configuration, sink: Sink) -> Capture:
        """Open the device, which is closed.

        Args:
            configuration: What to open it in.
            sink: Where its media go.

        Raises:
            NotReadableError: See `Driver.open`.
        """
        if self._closing is not None:
            await asyncio.wait([self._closing])
        _log.debug("opening %r: %s", self.device.label, configuration)
        opening = self._start("open", self._open(configuration, sink))
        try:
            capture = await promise.shielded(opening)
        except asyncio.CancelledError:
            self._closing = self._start("close", self._close_when_open(opening))
            raise
        self.capture = capture
        return capture

    def close(self) -> asyncio.Future[None]:
        """Close the device, if it is open; the future is done when that has happened."""
        capture, self.capture = self.capture, None
        if capture is not None:
            _log.debug("closing %r", self.device.label)
            self._closing = self._start("close", self._close(capture))
        return promise.resolved(None) if self._closing is None else promise.shielded(self._closing)

    async def _open(self, configuration: Configuration, sink: Sink) -> Capture:
        capture = await self._driver.open(self.device, configuration, sink)
        self._note("open", self.device)
        return capture

    async def _close(self, capture: Capture) -> None:
        await capture.close()
        self._note("close", self.device)

    async def _close_when_open(self, opening: asyncio.Future[Capture]) -> None:
        try:
            capture = await opening
        except Exception as error:  # noqa: BLE001  (nobody is left who asked)
            _log.debug("an abandoned open failed: %s", error)
        else:
            await self._close(capture)

    def _start(self, what: str, coroutine: Coroutine[object, None, _T]) -> asyncio.Future[_T]:
        return promise.started(coroutine, f"{what} {self.device.label!r}", self._loop)
