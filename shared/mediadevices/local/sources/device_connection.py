"""The connection to a device: closed, or open in a configuration."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Literal, TypeAlias

from mediadevices.driver import Configuration, VideoMode
from mediadevices.errors import NotReadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mediadevices.algorithms.constraints import Value
    from mediadevices.driver import Capture, Device, Driver, Mode
    from mediadevices.local.handover.device_sink import DeviceSink

__all__ = ["DeviceConnection", "DeviceObserver"]

_log = logging.getLogger("mediadevices")

#: Called with "open" or "close", and the device.
DeviceObserver: TypeAlias = "Callable[[Literal['open', 'close'], Device], None]"


class DeviceConnection:
    """Opens and closes one device, and keeps the values of its controls while it is closed.

    Args:
        device: The device.
        driver: Its driver.
        on_change: Called when the device has been opened, and when it starts to close.
        observer: Called after each opening and closing.
    """

    def __init__(
        self,
        device: Device,
        driver: Driver,
        on_change: Callable[[], None],
        observer: DeviceObserver,
    ) -> None:
        self.device = device
        self.capture: Capture | None = None  # while the device is open
        self.controls: Mapping[str, Value] = dict(device.initial)
        self.lost = False  # whether the device was unplugged or failed
        self._driver = driver
        self._on_change = on_change
        self._observer = observer
        self._sink: DeviceSink | None = None

    @property
    def mode(self) -> Mode | None:
        """The mode that the device is open in; None while it is closed."""
        return self.capture.configuration.mode if self.capture is not None else None

    @property
    def native_rate(self) -> float:
        """The frames per second of the native mode; 0 while closed and for microphones."""
        mode = self.mode
        return mode.frame_rate if isinstance(mode, VideoMode) else 0.0

    def check_present(self) -> None:
        """Check that the device is not lost.

        Raises:
            NotReadableError: The device is lost.
        """
        if self.lost:
            message = f"{self.device.label!r} was unplugged"
            raise NotReadableError(message)

    def update_device(self, device: Device) -> None:
        """Replace the description of the closed device by a newer one from the driver."""
        self.device = device
        # Values that earlier tracks set no longer count, unless the device has kept them.
        self.controls = dict(device.initial)

    def store_controls(self, controls: Mapping[str, Value]) -> None:
        """Store the values of some controls; the others keep theirs."""
        self.controls = {**self.controls, **controls}

    async def open(self, configuration: Configuration, sink: DeviceSink) -> Capture:
        """Open the device, and start the sink.

        Raises:
            NotReadableError: The device cannot be opened now.
            Exception: The driver failed in another way.
        """
        _log.debug("opening %r: %s", self.device.label, configuration)
        try:
            capture = await self._driver.open(self.device, configuration, sink)
        except BaseException:
            sink.close()
            raise
        # Store the capture first, so that `close` finds it whatever fails below.
        self.capture, self._sink = capture, sink
        self._observer("open", self.device)
        self.store_controls(capture.configuration.controls)
        self._on_change()
        await asyncio.sleep(0)  # The sink first receives what the device has reported meanwhile.
        sink.start()
        return capture

    async def close(self) -> None:
        """Close the device, if it is open. The caller holds the source's lock."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None
        capture, self.capture = self.capture, None
        self._on_change()
        if capture is not None:
            _log.debug("closing %r", self.device.label)
            await capture.close()
            self._observer("close", self.device)

    def pause(self) -> None:
        """Deliver no data until `resume`, because no track takes them."""
        if self._sink is not None:
            self._sink.pause()

    def resume(self) -> None:
        """Deliver data again."""
        if self._sink is not None:
            self._sink.start()

    def set_capacity(self, capacity: int) -> None:
        """Set how many frames or blocks may wait for the event loop."""
        if self._sink is not None:
            self._sink.set_capacity(capacity)
