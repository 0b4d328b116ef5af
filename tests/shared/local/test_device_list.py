"""The device list: several drivers, reports from any thread, failures."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from mediadevices import InputDeviceInfo, NotAllowedError, NotReadableError, navigator
from mediadevices.current_agent import use_agent
from mediadevices.driver import VideoMode
from mediadevices.local import device_list
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.testing import FakeCamera, FakeDriver, FakeMicrophone, ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class World:
    """An agent over two drivers: one of cameras and one of microphones."""

    def __init__(self, clock: ManualClock) -> None:
        self.cameras = FakeDriver([FakeCamera(label="Camera")], clock)
        self.microphones = FakeDriver([FakeMicrophone(label="Microphone")], clock)
        authority = PermissionAuthority("test", policies={"camera": "grant", "microphone": "grant"})
        self.agent = LocalAgent(
            [self.cameras, self.microphones], authority, secret=b"", clock=clock
        )


@pytest.fixture
def world(clock: ManualClock) -> Iterator[World]:
    made = World(clock)
    with use_agent(made.agent):
        yield made
    made.agent.close()


async def labels() -> list[str]:
    return [device.label for device in await navigator.media_devices.enumerate_devices()]


async def broken(*_: object) -> None:
    raise OSError("the bus is down")


async def test_each_device_is_opened_by_the_driver_that_found_it(world: World) -> None:
    async with await navigator.media_devices.get_user_media(video=True, audio=True) as stream:
        assert {track.label for track in stream.get_tracks()} == {"Camera", "Microphone"}
        assert await labels() == ["Microphone", "Camera"]


@pytest.mark.parametrize("method", ["list_devices", "watch"])
async def test_a_failing_driver_does_not_hide_the_devices_of_others(
    world: World,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
) -> None:
    monkeypatch.setattr(world.cameras, method, broken)
    async with await navigator.media_devices.get_user_media(audio=True):
        assert "Microphone" in await labels()
    assert "the bus is down" in caplog.text


async def test_a_driver_that_fails_once_ends_no_track(
    world: World, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await navigator.media_devices.get_user_media(video=True, audio=True) as stream:
        monkeypatch.setattr(world.cameras, "list_devices", broken)
        world.microphones.plug(FakeMicrophone(label="New"))
        await clock.advance(0.1)
        assert await labels() == ["Microphone", "New", "Camera"]
        assert stream.get_video_tracks()[0].ready_state == "live"


async def test_a_hanging_driver_does_not_hide_the_devices_of_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_list, "DRIVER_TIMEOUT", 0.05)
    monkeypatch.setattr(world.cameras, "list_devices", asyncio.Event().wait)
    monkeypatch.setattr(world.cameras, "watch", lambda _changed: asyncio.Event().wait())
    found = await navigator.media_devices.enumerate_devices()
    assert [device.kind for device in found] == ["audioinput"]


async def test_without_devices_the_error_is_the_drivers_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise NotReadableError("too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(world.cameras, "list_devices", full)
        with pytest.raises(NotReadableError, match="too many open files"):
            await navigator.media_devices.get_user_media(video=True)
        async with await navigator.media_devices.get_user_media(audio=True):
            pass
    with monkeypatch.context() as patch:
        patch.setattr(device_list, "DRIVER_TIMEOUT", 0.05)
        patch.setattr(world.cameras, "list_devices", asyncio.Event().wait)
        with pytest.raises(NotReadableError, match="did not list its devices in time"):
            await navigator.media_devices.get_user_media(video=True)
    async with await navigator.media_devices.get_user_media(video=True):
        pass


async def test_a_denied_program_does_not_get_the_drivers_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise NotReadableError("too many open files")

    monkeypatch.setattr(world.cameras, "list_devices", full)
    navigator.permissions.set_policy(camera="deny")
    with pytest.raises(NotAllowedError):
        await navigator.media_devices.get_user_media(video=True)


async def test_a_cancelled_call_does_not_interrupt_the_start_of_watching(
    world: World, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, begun, go_on = world.cameras.watch, asyncio.Event(), asyncio.Event()

    async def slowly(changed: Callable[[], None]) -> Callable[[], None]:
        begun.set()
        await go_on.wait()
        return await original(changed)

    monkeypatch.setattr(world.cameras, "watch", slowly)
    promise = navigator.media_devices.get_user_media(video=True)
    await begun.wait()
    promise.cancel()
    await asyncio.sleep(0)
    go_on.set()
    async with await navigator.media_devices.get_user_media(video=True):
        change = asyncio.ensure_future(navigator.media_devices.wait_for("devicechange"))
        await asyncio.sleep(0)
        world.cameras.plug(FakeCamera(label="Other"))
        await clock.advance(0.1)
        await change


@pytest.mark.lanes("cpython")  # There are no threads in Pyodide.
async def test_a_report_may_come_from_any_thread(world: World, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        change = asyncio.ensure_future(navigator.media_devices.wait_for("devicechange"))
        await asyncio.sleep(0)
        thread = threading.Thread(target=world.cameras.plug, args=[FakeCamera(label="Other")])
        thread.start()
        thread.join()
        await clock.advance(0.1)
        event = await change
        assert [one.label for one in event.user_inserted_devices] == ["Other"]


async def test_simultaneous_changes_are_one_event(world: World, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        seen: list[list[str]] = []
        navigator.media_devices.ondevicechange = lambda event: seen.append(
            [one.label for one in event.user_inserted_devices]
        )
        await clock.advance(0)
        for label in ("First", "Second"):
            world.cameras.plug(FakeCamera(label=label))
            await clock.advance(0.02)
        await clock.advance(1)
        assert seen == [["First", "Second"]]


async def test_new_details_of_a_device_do_not_change_the_list(
    world: World, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        seen: list[object] = []
        navigator.media_devices.ondevicechange = seen.append
        camera = FakeCamera(label="Busy", modes=[VideoMode(640, 480, 30)])
        world.cameras.plug(camera)
        await clock.advance(0.1)
        assert len(seen) == 1
        camera.modes = [VideoMode(1920, 1080, 30)]
        for report in world.cameras.watchers:
            report()
        await clock.advance(0.1)
        assert len(seen) == 1
        devices = await navigator.media_devices.enumerate_devices()
        [busy] = [one for one in devices if one.label == "Busy"]
        assert isinstance(busy, InputDeviceInfo)
        assert busy.get_capabilities().width == {"min": 1, "max": 1920}


async def test_closing_the_agent_stops_watching(world: World, clock: ManualClock) -> None:
    navigator.media_devices.ondevicechange = print
    await navigator.media_devices.enumerate_devices()
    assert len(world.cameras.watchers) == 1
    world.agent.close()
    assert world.cameras.watchers == ()


async def test_enumerating_does_not_start_watching(world: World, clock: ManualClock) -> None:
    await labels()
    await clock.advance(1)
    assert world.cameras.watchers == ()


async def test_drivers_watch_while_there_is_a_listener(world: World, clock: ManualClock) -> None:
    seen: list[object] = []
    navigator.media_devices.add_event_listener("devicechange", seen.append)
    await clock.advance(3 * device_list.WATCH_CHECK_INTERVAL)
    assert len(world.cameras.watchers) == 1
    navigator.media_devices.remove_event_listener("devicechange", seen.append)
    await clock.advance(2 * device_list.WATCH_CHECK_INTERVAL)
    assert world.cameras.watchers == ()
    navigator.media_devices.add_event_listener("devicechange", seen.append)
    await clock.advance(0.1)
    assert len(world.cameras.watchers) == 1


async def test_drivers_watch_while_a_device_is_open(world: World, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        await clock.advance(3 * device_list.WATCH_CHECK_INTERVAL)
        assert len(world.cameras.watchers) == 1
    await clock.advance(2 * device_list.WATCH_CHECK_INTERVAL)
    assert world.cameras.watchers == ()


async def test_the_next_listener_gets_an_unwatched_change(world: World, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        pass
    await clock.advance(2 * device_list.WATCH_CHECK_INTERVAL)
    world.cameras.plug(FakeCamera(label="Other"))
    seen: list[str] = []
    navigator.media_devices.ondevicechange = lambda event: seen.extend(
        one.label for one in event.user_inserted_devices
    )
    await clock.advance(0.1)
    assert seen == ["Other"]


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_driver_that_starts_to_watch_late_is_stopped(
    world: World, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    monkeypatch.setattr(device_list, "DRIVER_TIMEOUT", 0.05)
    original, go_on = world.cameras.watch, asyncio.Event()

    async def slowly(changed: Callable[[], None]) -> Callable[[], None]:
        await go_on.wait()
        return await original(changed)

    monkeypatch.setattr(world.cameras, "watch", slowly)
    navigator.media_devices.ondevicechange = print
    assert len(await labels()) == 2
    if not wanted:
        navigator.media_devices.ondevicechange = None
        await clock.advance(2 * device_list.WATCH_CHECK_INTERVAL)
    go_on.set()
    await clock.advance(0)
    assert len(world.cameras.watchers) == wanted
    world.agent.close()
    assert world.cameras.watchers == ()
