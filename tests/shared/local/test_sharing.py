"""One device, several tracks: each with its settings, and none at the cost of another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    MediaStreamTrack,
    MediaStreamTrackProcessor,
    OverconstrainedError,
    navigator,
)
from mediadevices.driver import AudioMode, Configuration, Range, VideoMode
from mediadevices.testing import FakeCamera, FakeMicrophone, frame_number, install_fake_devices

if TYPE_CHECKING:
    from mediadevices import VideoFrame
    from mediadevices.testing import FakeDevices, ManualClock


async def video(**constraints: object) -> MediaStreamTrack:
    stream = await navigator.media_devices.get_user_media(video=constraints)
    return stream.get_video_tracks()[0]


async def frames(track: MediaStreamTrack, clock: ManualClock, seconds: float) -> list[VideoFrame]:
    """Return what a track delivers in some time."""
    reader = MediaStreamTrackProcessor(track, max_buffer_size=1000).readable.get_reader()
    await clock.advance(seconds)
    found: list[VideoFrame] = []
    while True:
        pending = reader.read()
        await clock.advance(0)
        if not pending.done():
            await reader.cancel()
            return found
        found.append((await pending).value)


def mode_of(fakes: FakeDevices) -> VideoMode:
    mode = fakes.cameras[0].capture.configuration.mode
    assert isinstance(mode, VideoMode)
    return mode


async def test_each_track_has_its_size_and_rate(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await video() as full, await video(width=320, height=240, frameRate=10) as small:
        assert fakes.cameras[0].opened == 1
        of_full = await frames(full, clock, 1.05)
        assert {(one.display_width, one.display_height) for one in of_full} == {(640, 480)}
        assert len(of_full) == 31
        of_small = await frames(small, clock, 1.05)
        assert {(one.display_width, one.display_height) for one in of_small} == {(320, 240)}
        assert len(of_small) in (10, 11)


async def test_tracks_share_the_memory_of_a_frame(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await video() as track, track.clone() as clone:
        readers = [one.frames() for one in (track, clone)]
        both = asyncio.gather(*(reader.__anext__() for reader in readers))
        await clock.advance(0.04)
        first, second = await both
        assert first.resource is second.resource
        assert frame_number(first) == frame_number(second) == 0
        for reader in readers:
            await reader.aclose()


async def test_the_device_changes_its_mode_and_no_track_is_lost(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as first:
        changed: list[object] = []
        first.onconfigurationchange = changed.append
        async with await video(width={"exact": 1280}) as second:
            assert fakes.cameras[0].opened == 1
            assert mode_of(fakes).width == 1280
            await clock.advance(0)
            assert len(changed) == 1
            settings = first.get_settings()
            assert (settings.width, settings.height) == (640, 480)
            assert settings.resize_mode == "crop-and-scale"
            assert {one.display_width for one in await frames(first, clock, 0.2)} == {640}
            assert {one.display_width for one in await frames(second, clock, 0.2)} == {1280}
            await second.apply_constraints({"width": {"exact": 640}, "resizeMode": "none"})
            assert mode_of(fakes).width == 640
            await clock.advance(0)
            assert first.get_settings().resize_mode == "none"
            assert len(changed) == 2


async def test_what_another_track_requires_is_refused_and_nothing_changes(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    native = {"resizeMode": {"exact": "none"}, "width": {"exact": 640}}
    async with await video(**native) as first:
        async with first.clone() as second:
            before, mode = second.get_settings(), mode_of(fakes)
            with pytest.raises(OverconstrainedError, match="other tracks") as caught:
                await second.apply_constraints({"width": {"exact": 1280}})
            assert caught.value.constraint == "width"
            assert (second.get_settings(), mode_of(fakes)) == (before, mode)
            assert second.get_constraints() == native
            with pytest.raises(OverconstrainedError):
                await video(width={"exact": 1280})
            assert first.get_settings() == before
        await first.apply_constraints({"width": {"exact": 1280}})  # Nobody is in the way now.
        assert first.get_settings().width == 1280


async def test_a_track_that_wants_to_be_scaled_stays_so_at_the_native_size(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"resizeMode": {"exact": "crop-and-scale"}, "width": 640, "height": 480}
    async with await video(**wanted) as first, await video(width={"exact": 1280}) as second:
        assert mode_of(fakes).width == 1280
        await second.apply_constraints({"width": {"exact": 640}, "resizeMode": "none"})
        assert mode_of(fakes).width == 640
        assert first.get_settings().resize_mode == "crop-and-scale"


async def test_controls_are_shared_and_what_one_track_requires_binds_all(
    clock: ManualClock,
) -> None:
    camera = FakeCamera(controls={"zoom": Range(1, 4, 0.5)}, initial={"zoom": 1})
    with install_fake_devices([camera], clock=clock):
        async with await video() as first, await video() as second:
            await first.apply_constraints({"zoom": {"exact": 2}})
            assert first.get_settings().zoom == second.get_settings().zoom == 2
            with pytest.raises(OverconstrainedError) as caught:
                await second.apply_constraints({"zoom": {"exact": 3}})
            assert caught.value.constraint == "zoom"
            assert first.get_settings().zoom == 2
            await first.apply_constraints()
            assert first.get_settings().zoom == 2  # Nobody asked for another value.
            await second.apply_constraints({"zoom": {"exact": 3}})
            assert first.get_settings().zoom == 3


async def test_a_camera_that_changes_to_another_mode_than_asked_goes_back(
    fakes: FakeDevices, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await video() as track:
        capture = fakes.cameras[0].capture
        before, asked = track.get_settings(), []
        original = capture.configure

        async def configure(configuration: Configuration) -> Configuration:
            asked.append(configuration.mode)
            if configuration.mode.width == 1280:
                configuration = Configuration(VideoMode(320, 240, 60.0))
            return await original(configuration)

        monkeypatch.setattr(capture, "configure", configure)
        with pytest.raises(OverconstrainedError) as caught:
            await track.apply_constraints({"width": {"exact": 1280}})
        assert caught.value.constraint == "width"
        assert [mode.width for mode in asked] == [1280, 640]
        assert track.get_settings() == before
        assert mode_of(fakes).width == 640


async def test_a_camera_whose_control_does_something_else_goes_back(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = FakeCamera(controls={"zoom": Range(1, 4, 0.5)}, initial={"zoom": 1})
    with install_fake_devices([camera], clock=clock):
        async with await video(zoom=1) as track:
            capture = camera.capture
            original = capture.configure

            async def configure(configuration: Configuration) -> Configuration:
                zoom = min(2, configuration.controls.get("zoom", 1))
                return await original(Configuration(configuration.mode, {"zoom": zoom}))

            monkeypatch.setattr(capture, "configure", configure)
            with pytest.raises(OverconstrainedError) as caught:
                await track.apply_constraints({"zoom": {"exact": 4}})
            assert caught.value.constraint == "zoom"
            assert track.get_settings().zoom == 1
            assert capture.configuration.controls["zoom"] == 1
            await track.apply_constraints({"zoom": 4})  # As near as it gets, then.
            assert track.get_settings().zoom == 2


async def test_cancelling_an_application_does_not_stop_it_halfway(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        application = track.apply_constraints({"width": {"exact": 320}})
        application.cancel()
        await clock.advance(0)
        assert track.get_settings().width == 320
        assert track.get_constraints() == {"width": {"exact": 320}}


async def test_a_cancelled_application_that_fails_is_nobodys_concern(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        track.apply_constraints({"width": {"exact": 10**6}}).cancel()
        await clock.advance(0)
        assert track.get_constraints() == {}


async def test_what_two_microphone_tracks_require_of_the_blocks(clock: ManualClock) -> None:
    modes = (AudioMode(48000, 1, latency=0.01), AudioMode(48000, 1, latency=0.02))
    with install_fake_devices(microphones=[FakeMicrophone(modes=modes)], clock=clock):
        get = navigator.media_devices.get_user_media
        async with await get(audio={"latency": {"exact": 0.01}}) as strict, await get(audio=True):
            with pytest.raises(OverconstrainedError) as caught:
                await get(audio={"latency": {"exact": 0.02}})
            assert caught.value.constraint == "latency"
            await strict.get_tracks()[0].apply_constraints()
            async with await get(audio={"latency": {"exact": 0.02}}):
                assert strict.get_tracks()[0].get_settings().latency == 0.02
