"""What `get_settings()` says of a real camera, measured against what the camera does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices import OverconstrainedError
from mediadevices.testing.patterns import BAR_COLOURS
from support import vivid
from support.filming import events_of, next_frame, next_frames, rate_of, video_track

if TYPE_CHECKING:
    from mediadevices import MediaStreamTrack
    from support.faults import FaultNotes

pytestmark = pytest.mark.usefixtures("cameras", "media_devices")


async def until_the_rate_is_true(track: MediaStreamTrack, seconds: float = 60) -> None:
    """Wait until frames come at the rate of the settings, within a tenth.

    A machine that is busy loses frames; the settings follow, if it goes on.
    """
    async with asyncio.timeout(seconds):
        while rate_of(await next_frames(track, 16)) != pytest.approx(
            track.get_settings().frame_rate, rel=0.1
        ):
            pass


@pytest.mark.parametrize(
    "asked",
    [
        {"width": 320, "height": 180, "frameRate": 5},
        {"width": 320, "height": 180, "frameRate": {"exact": 15}},
        {"width": 640, "height": 480, "frameRate": 10},
        {"width": {"exact": 200}, "height": {"exact": 100}, "frameRate": {"max": 8}},
        {"width": 1280, "height": 720, "frameRate": 5},
    ],
    ids=lambda asked: "-".join(str(value) for value in asked.values()),
)
async def test_frames_have_the_size_and_rate_of_the_settings(asked: object) -> None:
    track = await video_track(asked)
    settings = track.get_settings()
    for frame in await next_frames(track, 3):
        assert (frame.display_width, frame.display_height) == (settings.width, settings.height)
    await until_the_rate_is_true(track)
    track.stop()


async def test_settings_tell_in_which_format_the_camera_sends_its_pictures() -> None:
    track = await video_track({"width": 640, "height": 480})
    assert track.get_settings().x_pixel_format == vivid.format_of()[2] == "YUYV"
    track.stop()
    assert "xPixelFormat" not in track.get_settings()


async def test_applied_constraints_change_the_device_and_the_track_continues() -> None:
    track = await video_track({"width": 320, "height": 180})
    events = events_of(track)
    assert vivid.format_of()[:2] == (320, 180)
    before = await next_frame(track)
    await track.apply_constraints({"width": 1280, "height": 720, "frameRate": 5})
    settings = track.get_settings()
    assert vivid.format_of()[:2] == (settings.width, settings.height) == (1280, 720)
    after = await next_frame(track)
    assert (after.display_width, after.display_height) == (1280, 720)
    assert after.timestamp > before.timestamp
    await until_the_rate_is_true(track)
    assert "ended" not in events
    assert "mute" not in events
    track.stop()


async def test_a_device_that_is_shared_stays_as_it_is_and_one_track_is_scaled_and_decimated() -> (
    None
):
    track = await video_track({"width": 640, "height": 480, "frameRate": {"exact": 10}})
    small = track.clone()
    await small.apply_constraints(
        {"width": {"exact": 160}, "height": {"exact": 120}, "frameRate": {"exact": 5}}
    )
    assert vivid.format_of()[:2] == (640, 480)
    assert track.get_settings().width == 640
    settings = small.get_settings()
    assert (settings.width, settings.height, settings.resize_mode) == (160, 120, "crop-and-scale")
    (picture,) = (frame.to_ndarray("RGB24") for frame in await next_frames(small, 1))
    for index, colour in enumerate(BAR_COLOURS):
        assert np.allclose(picture[60, 20 * index + 10].astype(int), colour, atol=12)
    await until_the_rate_is_true(small)
    with pytest.raises(OverconstrainedError) as caught:  # The other track needs its ten.
        await small.apply_constraints({"frameRate": {"exact": 5}, "resizeMode": {"exact": "none"}})
    assert caught.value.constraint == ""  # Each could be had, but not both.
    assert small.get_settings() == settings
    track.stop()
    small.stop()


async def test_constraints_that_cannot_be_applied_change_nothing_of_the_device() -> None:
    wanted = {"width": 320, "height": 180}
    track = await video_track(wanted)
    settings = track.get_settings()
    with pytest.raises(OverconstrainedError):
        await track.apply_constraints(
            {"width": {"exact": 640}, "contrast": 10, "brightness": {"min": 300}}
        )
    assert vivid.format_of()[:2] == (320, 180)
    assert vivid.control("contrast") == 128
    assert track.get_settings() == settings
    assert track.get_constraints() == wanted
    assert (await next_frame(track)).display_width == 320
    track.stop()


@pytest.mark.fault("camera", "loses frames all the while")
async def test_a_camera_that_loses_frames_is_shown_as_slow_as_it_is(fault: FaultNotes) -> None:
    track = await video_track({"width": 320, "height": 180, "frameRate": 30})
    promised = track.get_settings().frame_rate
    vivid.set_control(percentage_of_dropped_buffers=60)
    async with asyncio.timeout(60):
        while track.get_settings().frame_rate > 0.7 * promised:
            await next_frame(track)
    vivid.set_control(percentage_of_dropped_buffers=0)
    fault.sees("`configurationchange`; `get_settings()` has the rate as it is")
    track.stop()
