"""Tracks that are dropped, event loops that end, agents that are closed."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    InvalidStateError,
    MediaStream,
    TrackLeakWarning,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.testing import FakeDevices, ManualClock, install_fake_devices

if TYPE_CHECKING:
    from support.faults import FaultNotes


@pytest.mark.fault("process", "a live track is dropped, and collected as garbage")
async def test_a_dropped_live_track_is_stopped_with_a_warning(
    fakes: FakeDevices, clock: ManualClock, fault: FaultNotes
) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    assert fakes.cameras[0].is_open
    del stream
    gc.collect()
    with pytest.warns(TrackLeakWarning, match=r"Fake Camera 1.*stop\(\)"):
        await clock.advance(0)
    assert not fakes.cameras[0].is_open
    fault.sees("`TrackLeakWarning`; the track is stopped, and the device closed")


async def test_leaving_an_async_with_block_closes_the_devices(fakes: FakeDevices) -> None:
    [camera], [microphone, _] = fakes.cameras, fakes.microphones
    async with await navigator.media_devices.get_user_media(video=True, audio=True):
        assert camera.is_open
        assert microphone.is_open
    assert not camera.is_open
    assert not microphone.is_open


async def test_leaving_an_async_with_block_keeps_a_device_open_for_another_track(
    fakes: FakeDevices,
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        clone = stream.clone()
    assert fakes.cameras[0].is_open
    async with clone:
        pass
    assert not fakes.cameras[0].is_open


@pytest.mark.untidy_loop("the warning, an error here, goes to the loop's exception handler")
async def test_the_device_is_closed_even_if_the_warning_is_an_error(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    del stream
    gc.collect()
    await clock.advance(0)
    assert not fakes.cameras[0].is_open


@pytest.mark.parametrize("name", ["mute", "unmute", "ended"])
async def test_a_live_track_with_listeners_stays_alive(
    fakes: FakeDevices, clock: ManualClock, name: str
) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    fired: list[object] = []
    track = stream.get_tracks()[0]
    track.add_event_listener(name, lambda event: fired.append(event.type))
    known = weakref.ref(track)
    del stream, track
    gc.collect()
    await clock.advance(0.1)
    assert known() is not None
    assert fakes.cameras[0].is_open
    fakes.mute(fakes.cameras[0])
    await clock.advance(0)
    fakes.unmute(fakes.cameras[0])
    await clock.advance(0)
    fakes.break_down(fakes.cameras[0])
    await clock.advance(0)
    assert fired == [name]
    gc.collect()
    assert known() is None


async def test_listeners_of_other_events_do_not_keep_a_track_alive(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    stream.get_tracks()[0].onconfigurationchange = print
    del stream
    gc.collect()
    with pytest.warns(TrackLeakWarning):
        await clock.advance(0)


async def test_a_stopped_track_with_listeners_can_be_collected(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    track = stream.get_tracks()[0]
    track.onended = print
    track.stop()
    known = weakref.ref(track)
    del stream, track
    await clock.advance(0)
    gc.collect()
    assert known() is None


async def test_a_stream_keeps_its_tracks_and_their_state(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        track = stream.get_tracks()[0]
        track.enabled = False
        name = id(track)
        other = MediaStream([track])
        del track
        gc.collect()
        await clock.advance(0)
        assert id(other.get_tracks()[0]) == id(stream.get_tracks()[0]) == name
        assert other.get_tracks()[0].enabled is False


async def test_a_dropped_generator_is_not_a_leak(clock: ManualClock) -> None:
    with install_fake_devices(clock=clock):
        generator = VideoTrackGenerator()
        del generator
        gc.collect()
        await clock.advance(0)


async def test_closing_the_agent_stops_all_tracks_without_an_event(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    stream = await navigator.media_devices.get_user_media(video=True, audio=True)
    fired: list[object] = []
    for track in stream.get_tracks():
        track.onended = fired.append
    fakes.agent.close()
    assert not stream.active
    await clock.advance(1)
    assert fired == []
    assert not fakes.cameras[0].is_open
    assert not fakes.microphones[0].is_open


async def test_closing_the_agent_while_a_device_opens_leaves_it_closed(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    (camera,) = fakes.cameras
    camera.open_delay = 1
    capture = navigator.media_devices.get_user_media(video=True)
    await clock.advance(0.5)
    assert camera.opening
    fakes.agent.close()
    await clock.advance(1)
    with pytest.raises(InvalidStateError, match="closed"):
        await capture
    await clock.advance(0)
    assert camera.opened == 1
    assert not camera.is_open


async def test_permission_cannot_be_requested_from_a_closed_agent(
    fakes: FakeDevices,
) -> None:
    fakes.agent.close()
    request = navigator.permissions.request({"name": "camera"})
    assert request.done()
    with pytest.raises(InvalidStateError):
        await request
    assert fakes.requests == []


async def test_a_closed_agent_fires_no_devicechange(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        fired: list[object] = []
        navigator.media_devices.ondevicechange = fired.append
        fakes.agent.close()
        fakes.unplug(fakes.microphones[1])
        await clock.advance(1)
        assert fired == []


@pytest.mark.lanes("cpython")
class TestLoops:
    """Several event loops, one after the other; Pyodide has a single one."""

    @staticmethod
    async def capture_and_stop() -> str:
        async with await navigator.media_devices.get_user_media(video=True, audio=True) as stream:
            return stream.get_tracks()[0].label

    def test_two_loops_one_after_the_other(self) -> None:
        with install_fake_devices() as fakes:
            for count in (1, 2):
                assert asyncio.run(self.capture_and_stop())
                assert fakes.cameras[0].opened == count
                assert not fakes.cameras[0].is_open

    def test_a_loop_that_ended_without_a_stop_does_not_block_the_next(self) -> None:
        async def forget() -> object:
            return await navigator.media_devices.get_user_media(video=True)

        with install_fake_devices() as fakes:
            stream = asyncio.run(forget())
            assert not fakes.cameras[0].is_open
            assert asyncio.run(self.capture_and_stop())
            assert not stream.active

    def test_a_track_can_be_used_after_its_loop_was_closed(self) -> None:
        async def forget() -> object:
            return await navigator.media_devices.get_user_media(video=True, audio=True)

        with install_fake_devices():
            stream = asyncio.run(forget())
            for track in stream.get_tracks():
                track.enabled = False
                track.enabled = True
                clone = track.clone()
                clone.stop()
                track.stop()
            assert not stream.active

    def test_a_track_can_be_dropped_after_its_loop_was_closed(self) -> None:
        async def forget() -> object:
            return await navigator.media_devices.get_user_media(video=True)

        with install_fake_devices():
            stream = asyncio.run(forget())
            del stream
            gc.collect()

    def test_devices_belong_to_one_loop_while_it_uses_them(self) -> None:
        with install_fake_devices():
            first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
            try:
                stream = first.run_until_complete(self.open())
                with pytest.raises(InvalidStateError, match="another event loop"):
                    second.run_until_complete(self.open())
                first.run_until_complete(self.stop(stream))
                again = second.run_until_complete(self.open())
                second.run_until_complete(self.stop(again))
            finally:
                first.close()
                second.close()

    def test_prompts_of_two_loops_are_independent(self) -> None:
        async def ask_twice() -> None:
            both = [navigator.media_devices.get_user_media(video=True) for _ in range(2)]
            for stream in await asyncio.gather(*both):
                for track in stream.get_tracks():
                    track.stop()

        with install_fake_devices() as fakes:
            for _ in range(2):
                fakes.set_permission("camera", "prompt")
                asyncio.run(ask_twice())
            assert len(fakes.requests) == 2

    @staticmethod
    async def open() -> MediaStream:
        return await navigator.media_devices.get_user_media(video=True)

    @staticmethod
    async def stop(stream: MediaStream) -> None:
        for track in stream.get_tracks():
            track.stop()
        await asyncio.sleep(0.01)
