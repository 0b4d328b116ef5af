"""MediaStreamTrack-id, -init, -end-manual, and the label and the attributes of a track."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture
from mediadevices import MediaStreamTrack, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment


async def test_tracks_have_different_ids() -> None:
    async with capture(video=True, audio=True) as stream:
        (audio,), (video,) = stream.get_audio_tracks(), stream.get_video_tracks()
        assert audio.id != video.id
        async with audio.clone() as clone:
            assert clone.id not in {audio.id, video.id}


async def test_a_new_video_track_is_live_and_enabled() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        assert isinstance(track, MediaStreamTrack)
        assert (track.ready_state, track.kind, track.enabled) == ("live", "video", True)
        assert track.muted is False


async def test_a_track_keeps_the_label_of_its_device() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        devices = await navigator.media_devices.enumerate_devices()
        labels = {device.device_id: device.label for device in devices}
        assert track.label == labels[track.get_settings().device_id] != ""
        label = track.label
        track.stop()
        assert track.label == label


async def test_enabled_can_be_set_after_the_end() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        track.stop()
        track.enabled = False
        assert track.enabled is False
        assert track.ready_state == "ended"


async def test_a_clone_keeps_enabled_and_constraints() -> None:
    async with capture(video={"width": {"max": 320}}) as stream:
        (track,) = stream.get_video_tracks()
        track.enabled = False
        async with track.clone() as clone:
            assert clone.enabled is False
            assert clone.get_constraints() == {"width": {"max": 320}}
            assert clone.get_settings() == track.get_settings()
            await clone.apply_constraints({"width": {"max": 160}})
            assert track.get_constraints() == {"width": {"max": 320}}
            clone.enabled = True
            assert track.enabled is False


# In Firefox, a new clone briefly lacks its resize modes; the test does not always notice.
@pytest.mark.lanes("cpython", "node", "native", "chromium", "webkit", "vm")
async def test_a_clone_has_the_capabilities_of_its_original() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        async with track.clone() as clone:
            assert clone.get_capabilities() == track.get_capabilities() != {}


@pytest.mark.needs("permission")
async def test_revoking_the_permissions_ends_the_tracks(environment: Environment) -> None:
    async with capture(video=True, audio=True) as stream:
        tracks = stream.get_tracks()
        ends = [asyncio.ensure_future(track.wait_for("ended", timeout=SECONDS)) for track in tracks]
        await asyncio.sleep(0)
        await environment.set_permission("camera", "denied")
        await environment.set_permission("microphone", "denied")
        for event in await asyncio.gather(*ends):
            assert (event.type, event.bubbles, event.cancelable) == ("ended", False, False)
            assert event.is_trusted
        assert [track.ready_state for track in tracks] == ["ended", "ended"]
        assert not stream.active


@pytest.mark.needs("revoke")
async def test_a_program_can_revoke_a_permission() -> None:
    async with capture(video=True, audio=True) as stream:
        (video,) = stream.get_video_tracks()
        ended = asyncio.ensure_future(video.wait_for("ended", timeout=SECONDS))
        await asyncio.sleep(0)
        await navigator.permissions.revoke({"name": "camera"})
        await ended
        assert stream.get_audio_tracks()[0].ready_state == "live"
