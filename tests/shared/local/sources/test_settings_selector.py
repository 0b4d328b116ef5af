"""Tracks that share a device: each has its own settings and keeps what it requires."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    MediaStreamTrack,
    OverconstrainedError,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.driver import AudioMode, Configuration, Range, VideoMode
from mediadevices.testing import FakeCamera, FakeMicrophone, frame_number, install_fake_devices
from support.call_count import count_calls
from support.collecting import collected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediadevices.testing import FakeDevices, ManualClock


async def video(**constraints: object) -> MediaStreamTrack:
    stream = await navigator.media_devices.get_user_media(video=constraints)
    return stream.get_video_tracks()[0]


def mode_of(fakes: FakeDevices) -> VideoMode:
    mode = fakes.cameras[0].capture.configuration.mode
    assert isinstance(mode, VideoMode)
    return mode


async def test_each_track_has_its_size_and_rate(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await video() as full, await video(width=320, height=240, frameRate=10) as small:
        assert fakes.cameras[0].opened == 1
        of_full = await collected(full, clock, 1.05)
        assert {(one.display_width, one.display_height) for one in of_full} == {(640, 480)}
        assert len(of_full) == 31
        of_small = await collected(small, clock, 1.05)
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


async def test_a_mode_change_keeps_the_other_tracks_settings(
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
            assert {one.display_width for one in await collected(first, clock, 0.2)} == {640}
            assert {one.display_width for one in await collected(second, clock, 0.2)} == {1280}
            await second.apply_constraints({"width": {"exact": 640}, "resizeMode": "none"})
            assert mode_of(fakes).width == 640
            await clock.advance(0)
            assert first.get_settings().resize_mode == "none"
            assert len(changed) == 2


async def test_constraints_that_conflict_with_another_track_change_nothing(
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
        await first.apply_constraints({"width": {"exact": 1280}})  # No other track is live now.
        assert first.get_settings().width == 1280


@pytest.mark.parametrize("new", [False, True])
async def test_a_track_without_requirements_adapts_and_fires_an_event(
    fakes: FakeDevices, clock: ManualClock, new: bool
) -> None:
    async with await video() as free, await video() as other:
        assert mode_of(fakes).width == 640
        changed: list[object] = []
        free.onconfigurationchange = changed.append
        fast = {"frameRate": {"exact": 60}}  # which only the mode of 320 by 240 has
        if new:
            async with await video(**fast) as third:
                assert third.get_settings().frame_rate == 60
        else:
            await other.apply_constraints(fast)
            assert other.get_settings().frame_rate == 60
        await clock.advance(0)
        assert len(changed) == 1
        settings = free.get_settings()
        assert (settings.width, settings.height, free.get_constraints()) == (320, 240, {})
        assert {one.display_width for one in await collected(free, clock, 0.2)} == {320}


async def test_a_track_keeps_required_constraints_but_not_ideal_ones(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    fast = {"frameRate": {"exact": 60}}
    async with await video(width={"max": 640, "ideal": 640}, height={"min": 200}) as first:
        async with await video(**fast):
            settings = first.get_settings()
            assert (settings.width, settings.height) == (320, 240)
        await first.apply_constraints({"width": {"min": 640}})
        with pytest.raises(OverconstrainedError, match="other tracks") as caught:
            await video(**fast)
        assert caught.value.constraint == "frameRate"
        assert first.get_settings().width == 640


async def test_an_ideal_constraint_does_not_change_other_tracks(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as first, await video(frameRate=60) as second:
        assert mode_of(fakes).width == 640
        assert (first.get_settings().width, second.get_settings().width) == (640, 640)


async def test_the_requirements_of_an_ended_track_no_longer_count(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as first:
        async with await video(width={"exact": 1280}):
            pass
        await first.apply_constraints({"frameRate": {"exact": 60}})
        assert mode_of(fakes).width == 320


async def test_an_unlisted_mode_of_the_camera_counts_like_any_other(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as first, await video() as second:
        fakes.reconfigure(fakes.cameras[0], VideoMode(500, 400, 20.0))
        await clock.advance(0)
        assert first.get_settings().width == second.get_settings().width == 500
        await first.apply_constraints({"width": {"exact": 1280}})
        assert mode_of(fakes).width == 1280
        assert second.get_settings().width == 500


# --- many tracks ---------------------------------------------------------------------------------


async def apply_at_once(count: int, ask: Mapping[str, object]) -> tuple[int, int]:
    """Apply constraints to a track and its clones.

    Returns:
        How many functions were called, and how often another task ran meanwhile.
    """
    turns = 0

    async def turning() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with await video() as track:
        tracks = [track, *(track.clone() for _ in range(count - 1))]
        other = asyncio.ensure_future(turning())
        with count_calls() as work:
            await asyncio.gather(
                *(one.apply_constraints(ask) for one in tracks), return_exceptions=True
            )
        other.cancel()
        for one in tracks:
            one.stop()
    return work.calls, turns


@pytest.mark.parametrize(
    "ask",
    [
        {"width": 320},
        {"width": {"exact": 1280}, "height": {"min": 300}},
        {"frameRate": {"exact": 60}},
        {"width": {"min": 5000}},
    ],
)
async def test_the_time_per_clone_is_constant_and_other_tasks_run(
    fakes: FakeDevices, clock: ManualClock, ask: Mapping[str, object]
) -> None:
    await apply_at_once(5, ask)  # Warm up: some work is done only once.
    few, _ = await apply_at_once(20, ask)
    many, turns = await apply_at_once(160, ask)
    assert many < 12 * few  # 64 times as many if each clone examined all others
    assert turns >= 160


async def test_other_tasks_run_between_calls_for_a_generators_clones(fakes: FakeDevices) -> None:
    generator = VideoTrackGenerator()
    tracks = [generator.track, *(generator.track.clone() for _ in range(49))]
    done: list[int] = []
    for index, one in enumerate(tracks):
        applying = one.apply_constraints({})
        applying.add_done_callback(lambda _, index=index: done.append(index))
    seen: set[int] = set()
    while len(done) < len(tracks):
        await asyncio.sleep(0)
        seen.add(len(done))
    assert done == list(range(50))
    assert len(seen) > 25
    for one in tracks:
        one.stop()


async def test_required_scaling_stays_at_the_native_size(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"resizeMode": {"exact": "crop-and-scale"}, "width": 640, "height": 480}
    async with await video(**wanted) as first, await video(width={"exact": 1280}) as second:
        assert mode_of(fakes).width == 1280
        await second.apply_constraints({"width": {"exact": 640}, "resizeMode": "none"})
        assert mode_of(fakes).width == 640
        assert first.get_settings().resize_mode == "crop-and-scale"


async def test_tracks_share_controls_and_their_requirements(
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
            assert first.get_settings().zoom == 2  # No constraint names another value.
            await second.apply_constraints({"zoom": {"exact": 3}})
            assert first.get_settings().zoom == 3


async def test_a_camera_that_sets_another_mode_is_set_back(
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


async def test_a_camera_that_sets_another_control_value_is_set_back(
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
            await track.apply_constraints({"zoom": 4})  # The closest value.
            assert track.get_settings().zoom == 2


async def test_a_cancelled_apply_constraints_call_completes(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        application = track.apply_constraints({"width": {"exact": 320}})
        application.cancel()
        await clock.advance(0)
        assert track.get_settings().width == 320
        assert track.get_constraints() == {"width": {"exact": 320}}


async def test_the_error_of_a_cancelled_apply_constraints_call_is_dropped(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await video() as track:
        track.apply_constraints({"width": {"exact": 10**6}}).cancel()
        await clock.advance(0)
        assert track.get_constraints() == {}


async def test_microphone_tracks_that_require_different_block_lengths_conflict(
    clock: ManualClock,
) -> None:
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
