"""The driver of the fake devices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices.testing.fake_captures import (
    FakeCameraCapture,
    FakeCapture,
    FakeMicrophoneCapture,
)
from mediadevices.testing.fake_devices import FakeCamera, FakeDevice, FakeMicrophone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mediadevices.driver import Capture, Configuration, Device, Sink
    from mediadevices.pipeline.clock import Clock

__all__ = ["FakeDriver"]


class FakeDriver:
    """A driver of fake devices.

    Args:
        devices: The devices that are plugged in.
        clock: The clock by which frames and samples are delivered.
    """

    name = "fake"

    def __init__(self, devices: Iterable[FakeDevice], clock: Clock) -> None:
        self.devices: list[FakeDevice] = list(devices)
        self._clock = clock
        self._watchers: list[Callable[[], None]] = []

    def __repr__(self) -> str:
        return f"<FakeDriver of {len(self.devices)} devices>"

    @property
    def watchers(self) -> tuple[Callable[[], None], ...]:
        """The callbacks to call after a change of the list."""
        return tuple(self._watchers)

    # --- Driver ---------------------------------------------------------------------------

    async def list_devices(self) -> Sequence[Device]:
        """Return the devices that are plugged in."""
        return [device.device() for device in self.devices]

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        """Call a function whenever a device is plugged in or unplugged."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:
        """Open a device, or raise its `open_error`."""
        fake = device.address
        if fake not in self.devices:
            message = f"{device.label!r} was unplugged"
            raise NotReadableError(message)
        assert isinstance(fake, (FakeCamera, FakeMicrophone)), "a speaker cannot be opened"
        if fake.is_open or fake.opening:
            message = f"{fake.label!r} is open already; the agent must open a device only once"
            raise AssertionError(message)
        if fake.open_delay:
            fake.opening = True
            try:
                await self._wait(fake.open_delay)
            finally:
                fake.opening = False
        if fake not in self.devices:
            message = f"{fake.label!r} was unplugged"
            raise NotReadableError(message)
        if fake.open_error is not None:
            raise fake.open_error
        capture: FakeCapture
        if isinstance(fake, FakeCamera):
            capture = FakeCameraCapture(fake, configuration.mode, sink, self._clock)
        else:
            capture = FakeMicrophoneCapture(fake, configuration.mode, sink, self._clock)
        fake.capture = capture
        fake.opened += 1
        capture.set(configuration)
        return capture

    async def _wait(self, seconds: float) -> None:
        done = asyncio.Event()
        self._clock.call_later(seconds, done.set)
        await done.wait()

    # --- the controls of a test ---------------------------------------------------------------

    def plug(self, device: FakeDevice) -> None:
        """Plug in a device."""
        if device not in self.devices:
            self.devices.append(device)
            self._report()

    def unplug(self, device: FakeDevice) -> None:
        """Unplug a device; an open one ends its sink."""
        if device in self.devices:
            self.devices.remove(device)
            if device.capture is not None:
                device.capture.end(None)
            self._report()

    def _report(self) -> None:
        for changed in self.watchers:
            changed()
