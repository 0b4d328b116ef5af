"""A device that changes, mutes itself or fails (§11, §4.3.1)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from mediadevices import MediaStreamTrackProcessor, navigator
from mediadevices.driver import VideoMode

if TYPE_CHECKING:
    import pytest

    from mediadevices.testing import FakeDevices, ManualClock


async def test_settings_follow_a_mode_change_and_an_event_is_fired(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        changed = asyncio.ensure_future(track.wait_for("configurationchange", timeout=5))
        await asyncio.sleep(0)
        fakes.reconfigure(fakes.cameras[0], VideoMode(320, 240, 60.0))
        await clock.advance(0)
        await changed
        settings = track.get_settings()
        assert (settings.width, settings.height) == (320, 240)
        processor = MediaStreamTrackProcessor(track, max_buffer_size=100)
        await clock.advance(0.1)
        frame = (await processor.readable.get_reader().read()).value
        assert (frame.display_width, frame.display_height) == (320, 240)


async def test_violated_constraints_stay_and_frames_continue(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"width": {"exact": 640}}
    async with await navigator.media_devices.get_user_media(video=wanted) as stream:
        (track,) = stream.get_tracks()
        fakes.reconfigure(fakes.cameras[0], VideoMode(320, 240, 60.0))
        await clock.advance(0.1)
        assert track.get_constraints() == wanted
        assert track.get_settings().width == 320
        assert track.ready_state == "live"


async def test_a_track_whose_settings_stay_fires_no_event(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    wanted = {"width": 160, "height": 120, "frameRate": 10, "resizeMode": "crop-and-scale"}
    async with await navigator.media_devices.get_user_media(video=wanted) as stream:
        (track,) = stream.get_tracks()
        fired: list[object] = []
        track.onconfigurationchange = fired.append
        before = track.get_settings()
        fakes.reconfigure(fakes.cameras[0], VideoMode(1280, 960, 30.0))
        await clock.advance(0.5)
        assert track.get_settings() == before
        assert fired == []


async def test_a_failing_device_ends_its_tracks_and_is_logged(
    fakes: FakeDevices, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        ended = asyncio.ensure_future(stream.get_tracks()[0].wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        with caplog.at_level(logging.WARNING, "mediadevices"):
            fakes.break_down(fakes.cameras[0], "the cable is loose")
            await clock.advance(0)
        await ended
        assert "the cable is loose" in caplog.text
        assert not fakes.cameras[0].is_open
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        assert stream.active


async def test_an_unplugged_device_is_logged(
    fakes: FakeDevices, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        fakes.unplug(fakes.cameras[0])
        await clock.advance(0)
        assert stream.get_tracks()[0].ready_state == "ended"
    assert f"{fakes.cameras[0].label!r} ended: it was unplugged" in caplog.text


async def test_a_track_ends_in_a_task(fakes: FakeDevices, clock: ManualClock) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        fired: list[object] = []
        stream.get_tracks()[0].onended = fired.append
        fakes.set_permission("camera", "denied")
        assert stream.active
        assert fired == []
        await clock.advance(0)
        assert not stream.active
        assert len(fired) == 1


async def test_ended_is_fired_once_after_several_reports(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        fired: list[object] = []
        stream.get_tracks()[0].onended = fired.append
        fakes.break_down(fakes.cameras[0])
        fakes.unplug(fakes.cameras[0])
        fakes.set_permission("camera", "denied")
        await clock.advance(1)
        assert len(fired) == 1


async def test_mute_and_unmute_in_one_iteration_are_two_events(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        fired: list[tuple[str, bool]] = []
        track.onmute = track.onunmute = lambda event: fired.append((event.type, track.muted))
        fakes.mute(fakes.cameras[0])
        fakes.unmute(fakes.cameras[0])
        await clock.advance(0)
        assert fired == [("mute", True), ("unmute", False)]


async def test_no_real_frame_reaches_a_track_whose_source_is_muted(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        source = fakes.agent.sources[0]
        source.set_muted(True)  # The tracks' own state follows in a task.
        assert not track.muted
        track.enabled = False
        track.enabled = True
        pipeline = source.tracks[0].pipeline
        assert pipeline.delivers_real is False
        await clock.advance(0)
        assert track.muted
