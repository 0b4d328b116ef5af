"""The contract of `mediadevices.driver`, for each driver that needs no hardware."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mediadevices import AudioData, VideoFrame
from mediadevices.driver import AudioMode, Configuration, VideoMode
from mediadevices.pipeline.clock import MonotonicClock
from mediadevices.testing import FakeCamera, FakeDriver, FakeMicrophone
from mediadevices.testing.stub_driver import StubDriver

if TYPE_CHECKING:
    from mediadevices.driver import Device, Driver

SECONDS = 5


class Sink:
    """Records the calls of a device."""

    def __init__(self, alive: bool = True) -> None:
        self.data: list[VideoFrame | AudioData] = []
        self.calls: list[tuple[object, ...]] = []
        self.alive = alive
        self.arrived = asyncio.Event()

    def deliver(self, data: VideoFrame | AudioData, /) -> bool:
        self.data.append(data)
        self.arrived.set()
        return self.alive

    def set_muted(self, muted: bool, /) -> None:
        self.calls.append(("muted", muted))

    def reconfigure(self, configuration: Configuration, /) -> None:
        self.calls.append(("reconfigure", configuration))

    def end(self, error: Exception | None, /) -> None:
        self.calls.append(("end", error))

    async def receive(self, count: int) -> None:
        async with asyncio.timeout(SECONDS):
            while len(self.data) < count:
                self.arrived.clear()
                await self.arrived.wait()


def fake(*devices: object) -> FakeDriver:
    return FakeDriver(devices or [FakeCamera(), FakeMicrophone()], MonotonicClock())


@pytest.fixture(
    params=[StubDriver, fake, lambda: fake(FakeMicrophone())], ids=["stub", "fake", "mic"]
)
def driver(request: pytest.FixtureRequest) -> Driver:
    return request.param()


async def first(driver: Driver) -> tuple[Device, Configuration]:
    device = (await driver.list_devices())[0]
    return device, Configuration(device.modes[0])


async def test_listing_twice_gives_the_same_devices(driver: Driver) -> None:
    devices = await driver.list_devices()
    assert devices
    assert list(devices) == list(await driver.list_devices())
    keys = [(device.kind, device.key) for device in devices]
    assert len(set(keys)) == len(keys)
    for device in devices:
        assert device.label
        assert device.key
        assert device.kind == "audiooutput" or device.modes
    assert isinstance(driver.name, str)


async def test_watching_can_be_stopped(driver: Driver) -> None:
    called: list[None] = []
    stop = await driver.watch(lambda: called.append(None))
    stop()
    if isinstance(driver, FakeDriver):
        driver.plug(FakeCamera())
    assert called == []


async def test_watching_reports_a_change() -> None:
    driver, called = fake(), []
    stop = await driver.watch(lambda: called.append(None))
    camera = FakeCamera()
    driver.plug(camera)
    driver.unplug(camera)
    stop()
    assert len(called) == 2


async def test_an_open_device_delivers_media_of_its_mode(driver: Driver) -> None:
    device, configuration = await first(driver)
    sink = Sink()
    capture = await driver.open(device, configuration, sink)
    try:
        await sink.receive(3)
        mode = capture.configuration.mode
        assert mode == configuration.mode
        for one in sink.data:
            if isinstance(mode, VideoMode):
                assert isinstance(one, VideoFrame)
                assert (one.display_width, one.display_height) == (mode.width, mode.height)
            else:
                assert isinstance(one, AudioData)
                assert isinstance(mode, AudioMode)
                assert one.sample_rate == mode.sample_rate
                assert one.number_of_channels == mode.channel_count
        stamps = [one.timestamp for one in sink.data]
        assert stamps == sorted(set(stamps))
    finally:
        await capture.close()


async def test_timestamps_are_from_the_monotonic_clock(driver: Driver) -> None:
    device, configuration = await first(driver)
    sink = Sink()
    begin = MonotonicClock().now()
    capture = await driver.open(device, configuration, sink)
    try:
        await sink.receive(3)
        # A browser's timers may fire a millisecond early.
        end = MonotonicClock().now() + 2000
        assert begin <= sink.data[0].timestamp <= sink.data[-1].timestamp <= end
    finally:
        await capture.close()


async def test_a_closed_device_does_not_call_its_sink(driver: Driver) -> None:
    device, configuration = await first(driver)
    sink = Sink()
    capture = await driver.open(device, configuration, sink)
    await sink.receive(1)
    await capture.close()
    count = len(sink.data)
    await asyncio.sleep(0.15)
    assert len(sink.data) == count
    assert sink.calls == []
    await capture.close()


async def test_a_device_can_be_opened_again(driver: Driver) -> None:
    device, configuration = await first(driver)
    for _ in range(2):
        sink = Sink()
        capture = await driver.open(device, configuration, sink)
        await sink.receive(1)
        await capture.close()


async def test_configuring_returns_the_actual_configuration(driver: Driver) -> None:
    device, configuration = await first(driver)
    sink = Sink()
    capture = await driver.open(device, configuration, sink)
    try:
        for mode in device.modes:
            answer = await capture.configure(Configuration(mode))
            assert answer == capture.configuration
            assert answer.mode == mode
            await sink.receive(len(sink.data) + 2)
    finally:
        await capture.close()


async def test_a_device_stops_when_its_sink_rejects_media(driver: Driver) -> None:
    device, configuration = await first(driver)
    sink = Sink(alive=False)
    capture = await driver.open(device, configuration, sink)
    await sink.receive(1)
    await asyncio.sleep(0.15)
    assert len(sink.data) == 1
    await capture.close()
