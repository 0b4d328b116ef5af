"""The groupId of a camera and a microphone in one unit."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import navigator

pytestmark = pytest.mark.needs("grouped")


async def test_camera_and_microphone_of_one_unit_share_a_group() -> None:
    async with capture(video=True, audio=True) as stream:
        devices = await navigator.media_devices.enumerate_devices()
        cameras = {one.group_id for one in devices if one.kind == "videoinput"}
        microphones = [one.group_id for one in devices if one.kind == "audioinput"]
        assert len(set(microphones)) == len(microphones)
        assert microphones[0] in cameras
        (video,), (audio,) = stream.get_video_tracks(), stream.get_audio_tracks()
        assert video.get_settings().group_id == audio.get_settings().group_id


async def test_a_group_selects_the_microphone_of_the_camera() -> None:
    async with capture(video=True) as stream:
        group = stream.get_video_tracks()[0].get_settings().group_id
        async with capture(audio={"groupId": {"exact": group}}) as beside:
            assert beside.get_audio_tracks()[0].get_settings().group_id == group
