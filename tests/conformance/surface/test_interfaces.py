"""The behaviour of the interfaces; `test_idl.py` checks which members exist."""

from __future__ import annotations

import pytest

from conformance.media import capture, until
from mediadevices import (
    InputDeviceInfo,
    MediaDeviceInfo,
    MediaDevices,
    MediaStreamTrack,
    Navigator,
    Permissions,
    PermissionStatus,
    VideoFrame,
    VideoTrackGenerator,
    navigator,
)


@pytest.mark.parametrize(
    "interface",
    [
        *(MediaStreamTrack, MediaDevices, MediaDeviceInfo, InputDeviceInfo),
        *(Navigator, Permissions, PermissionStatus),
    ],
)
async def test_an_interface_without_a_constructor(interface: type) -> None:
    with pytest.raises(TypeError, match="no constructor"):
        interface()


async def test_navigator_returns_the_same_objects() -> None:
    assert navigator.media_devices is navigator.media_devices is navigator.mediaDevices
    assert navigator.permissions is navigator.permissions


async def test_both_spellings_are_equal() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.getVideoTracks()
        assert track.readyState == track.ready_state == "live"
        assert stream.getTrackById(track.id) is track
        with pytest.raises(AttributeError):
            track.readyState = "ended"
        with pytest.raises(AttributeError):
            track.ready_state = "ended"
        with pytest.raises(AttributeError, match="did you mean 'enabled'"):
            track.enabeld = False
        settings = track.getSettings()
        assert settings["frameRate"] == settings["frame_rate"] == settings.frame_rate


async def test_handlers_are_none_at_first_and_accept_only_functions() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        assert track.onended is None
        track.onended = print
        assert track.onended is print
        track.onended = None
        assert track.onended is None
        with pytest.raises(TypeError):
            track.onended = 5


async def test_results_are_immutable() -> None:
    async with capture(video={"width": 320}) as stream:
        (track,) = stream.get_tracks()
        for result in (track.get_settings(), track.get_capabilities(), track.get_constraints()):
            with pytest.raises(TypeError):
                result["width"] = 5


async def test_pan_tilt_zoom_is_a_key_of_a_cameras_permission() -> None:
    status = await navigator.permissions.query({"name": "camera", "panTiltZoom": True})
    assert status.name == "camera"
    with pytest.raises(TypeError, match="panTiltZoom"):
        await navigator.permissions.query({"name": "camera", "panTiltZoom": "yes"})


async def test_a_writer_can_abort() -> None:
    generator = VideoTrackGenerator()
    async with generator.track as track:
        writer = generator.writable.get_writer()
        await writer.abort("enough")
        await writer.abort()  # a second call does nothing
        await until(lambda: track.ready_state == "ended")
        with (
            VideoFrame(
                bytes(4), format="RGBA", coded_width=1, coded_height=1, timestamp=0
            ) as frame,
            pytest.raises(TypeError, match="closed"),
        ):
            await writer.write(frame)
        writer.release_lock()
        with pytest.raises(TypeError, match="released"):
            await writer.abort()
