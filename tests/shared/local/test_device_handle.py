"""Opening and closing, one after the other, whatever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotReadableError
from mediadevices.driver import Configuration
from mediadevices.local.device_handle import DeviceHandle
from mediadevices.testing.stub_driver import MODE, StubDriver

if TYPE_CHECKING:
    from mediadevices.driver import Device, Sink


class SlowDriver(StubDriver):
    """A driver that notes what it does, and takes its time."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.error: Exception | None = None

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> SlowDriver:
        self.log.append("opening")
        error = self.error
        await asyncio.sleep(0.01)
        if error is not None:
            raise error
        self.log.append("open")
        return self

    async def close(self) -> None:
        self.log.append("closing")
        await asyncio.sleep(0.01)
        self.log.append("closed")


class Opener:
    """A handle of a slow device."""

    def __init__(self, driver: SlowDriver, device: Device) -> None:
        self.handle = DeviceHandle(device, driver, asyncio.get_running_loop())

    def open(self) -> asyncio.Future:
        return asyncio.ensure_future(self.handle.open(Configuration(MODE), None))


async def opener(driver: SlowDriver) -> Opener:
    return Opener(driver, (await driver.list_devices())[0])


ROUND = ["opening", "open", "closing", "closed"]


async def test_a_cancelled_opening_is_finished_and_closed_before_the_next() -> None:
    driver = SlowDriver()
    device = await opener(driver)
    first = device.open()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    await device.open()
    assert driver.log == [*ROUND, "opening", "open"]
    await device.handle.close()


async def test_a_cancelled_closing_is_finished_before_the_next_opening() -> None:
    driver = SlowDriver()
    device = await opener(driver)
    await device.open()
    closing = device.handle.close()
    closing.cancel()
    await device.open()
    assert driver.log == [*ROUND, "opening", "open"]
    await device.handle.close()


async def test_a_cancelled_opening_that_fails_leaves_nothing_to_close() -> None:
    driver = SlowDriver()
    driver.error = NotReadableError("busy")
    device = await opener(driver)
    first = device.open()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    driver.error = None
    await device.open()
    assert driver.log == ["opening", "opening", "open"]
    await device.handle.close()
    assert driver.log[3:] == ["closing", "closed"]


async def test_a_failed_opening_can_be_tried_again() -> None:
    driver = SlowDriver()
    device = await opener(driver)
    driver.error = NotReadableError("busy")
    with pytest.raises(NotReadableError):
        await device.open()
    driver.error = None
    assert await device.open() is driver
    await device.handle.close()
    await device.handle.close()
    assert driver.log == ["opening", "opening", "open", "closing", "closed"]
