"""Several operations on a device at the same time."""

from __future__ import annotations

import asyncio

import pytest

from mediadevices import (
    MediaStream,
    MediaStreamTrack,
    NotAllowedError,
    NotReadableError,
    OverconstrainedError,
    PermissionRequest,
    navigator,
)
from mediadevices.driver import Configuration, Range, VideoMode
from mediadevices.testing import FakeCamera, FakeDevices, ManualClock, install_fake_devices


async def video(**constraints: object) -> MediaStreamTrack:
    stream = await navigator.media_devices.get_user_media(video=constraints)
    return stream.get_video_tracks()[0]


def zooming_camera() -> FakeCamera:
    return FakeCamera(controls={"zoom": Range(1, 4, 0.5)}, initial={"zoom": 1})


async def test_stopping_the_last_enabled_track_relinquishes_the_camera(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    track = await video()
    async with track.clone() as disabled:
        disabled.enabled = False
        await clock.advance(4)
        assert fakes.cameras[0].is_open
        track.stop()
        await clock.advance(3)
        assert not fakes.cameras[0].is_open
        assert disabled.ready_state == "live"


async def test_a_camera_reopened_for_another_track_keeps_its_controls(
    clock: ManualClock,
) -> None:
    camera = zooming_camera()
    with install_fake_devices(cameras=[camera], clock=clock):
        async with await video() as first:
            await first.apply_constraints({"zoom": 2})
            first.enabled = False
            await clock.advance(3)
            assert not camera.is_open
            async with await video():
                assert camera.capture is not None
                assert camera.capture.configuration.controls == {"zoom": 2}


async def test_a_failed_capture_closes_a_relinquished_camera_again(clock: ManualClock) -> None:
    camera = FakeCamera()
    with install_fake_devices(cameras=[camera], clock=clock):
        async with await video() as track:
            track.enabled = False
            await clock.advance(3)
            camera.delivers = VideoMode(320, 240, 30)
            with pytest.raises(OverconstrainedError):
                await video(width={"exact": 640})
            await clock.advance(0.1)
            assert camera.opened == 2
            assert not camera.is_open


async def test_a_clone_of_an_ending_track_ends_too(fakes: FakeDevices, clock: ManualClock) -> None:
    first = await video()
    second = first.clone()
    clones: list[MediaStreamTrack] = []
    first.onended = lambda _: clones.append(second.clone())
    fakes.unplug(fakes.cameras[0])
    await clock.advance(1)
    (clone,) = clones
    assert [track.ready_state for track in (first, second, clone)] == ["ended"] * 3


async def test_withdrawing_permission_while_the_camera_opens_rejects_the_call(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    (camera,) = fakes.cameras
    camera.open_delay = 1
    opening = navigator.media_devices.get_user_media(video=True)
    await clock.advance(0.5)
    assert camera.opening
    fakes.set_permission("camera", "prompt")
    await clock.advance(1)
    with pytest.raises(NotAllowedError, match="withdrawn"):
        await opening
    await clock.advance(0.1)
    assert not camera.is_open


async def test_a_granted_microphone_does_not_wait_for_a_camera_prompt(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    fakes.set_permission("microphone", "granted")
    fakes.answer = "leave open"
    asking = navigator.media_devices.get_user_media(video=True)
    await clock.advance(0.1)
    assert len(fakes.requests) == 1
    async with asyncio.timeout(1), await navigator.media_devices.get_user_media(audio=True):
        assert not asking.done()
    asking.cancel()
    await clock.advance(0.1)


@pytest.mark.parametrize("cameras", [1, 2])
async def test_a_camera_unplugged_during_the_prompt_is_skipped(
    clock: ManualClock, cameras: int
) -> None:
    with install_fake_devices(cameras=cameras, clock=clock) as fakes:
        answered = asyncio.Event()

        async def answer(_: PermissionRequest) -> bool:
            await answered.wait()
            return True

        navigator.permissions.prompter = answer
        asking = navigator.media_devices.get_user_media(video=True)
        await clock.advance(0.1)
        fakes.unplug(fakes.cameras[0])
        await clock.advance(1)
        answered.set()
        if cameras == 1:
            with pytest.raises(NotReadableError, match="unplugged"):
                await asking
        else:
            async with await asking as stream:
                assert stream.get_tracks()[0].label == "Fake Camera 2"


async def test_an_ended_track_keeps_the_facing_mode_it_ended_with(clock: ManualClock) -> None:
    camera = FakeCamera(
        controls={"facingMode": ("user", "environment")}, initial={"facingMode": "user"}
    )
    with install_fake_devices(cameras=[camera], clock=clock):
        ended = await video()
        async with ended.clone() as live:
            ended.stop()
            await live.apply_constraints({"facingMode": {"exact": "environment"}})
            assert live.get_settings().facing_mode == "environment"
            assert ended.get_settings().facing_mode == "user"
            assert ended.clone().get_settings().facing_mode == "user"


async def test_a_track_that_ends_during_a_mode_change_fires_no_event(
    fakes: FakeDevices, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await video(width={"exact": 640})
    heard: list[object] = []
    first.onconfigurationchange = heard.append
    async with first.clone() as second:
        capture = fakes.cameras[0].capture
        assert capture is not None
        configure = capture.configure

        async def meanwhile(configuration: Configuration) -> Configuration:
            first.stop()
            return await configure(configuration)

        monkeypatch.setattr(capture, "configure", meanwhile)
        await second.apply_constraints({"width": {"exact": 1280}})
        await clock.advance(0.1)
        assert first.ready_state == "ended"
        assert heard == []


@pytest.mark.lanes("cpython")  # Pyodide has a single event loop.
def test_permission_can_be_withdrawn_when_the_event_loop_is_closed(fakes: FakeDevices) -> None:
    async def capture() -> MediaStream:
        return await navigator.media_devices.get_user_media(video=True)

    stream = asyncio.run(capture())
    fakes.set_permission("camera", "denied")
    assert not stream.active


async def test_a_listener_alone_gets_the_event_for_the_first_camera(clock: ManualClock) -> None:
    with install_fake_devices(cameras=0, microphones=0, speakers=0, clock=clock) as fakes:
        changes: list[int] = []
        navigator.media_devices.ondevicechange = lambda event: changes.append(len(event.devices))
        await clock.advance(0.1)
        fakes.plug(FakeCamera())
        await clock.advance(1)
        assert changes == [1]
