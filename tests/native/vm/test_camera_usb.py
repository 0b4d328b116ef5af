"""A program and USB cameras: the kernel's own driver, with a stand-in at the end of the cable."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices_native.cameras.v4l2.cameras import LinuxCameras
from support import usb_camera, vivid
from support.filming import (
    events_of,
    next_frame,
    next_frames,
    rate_of,
    video_track,
)
from support.sound import until
from support.usb_camera import UsbCamera
from support.usb_video import FORMATS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from mediadevices import MediaDevices, VideoFrame
    from support.faults import FaultNotes

pytestmark = pytest.mark.usefixtures("media_devices")

RED, GREEN = (0, 0, 255), (0, 255, 0)
PATIENCE = 60
"""Seconds for what takes two; the machine is slow."""


def usb_nodes() -> list[str]:
    """Return the nodes of USB cameras, in the order of their numbers."""
    return [str(one.address) for one in LinuxCameras().list_devices() if one.key.startswith("usb")]


async def are_there(count: int) -> None:
    await until(lambda: len(usb_nodes()) == count, PATIENCE)


@contextlib.asynccontextmanager
async def plugged(*cameras: UsbCamera) -> AsyncGenerator[None]:
    """Plug cameras in, one after the other, for the time of a block."""
    await asyncio.to_thread(usb_camera.load_modules)
    try:
        for count, camera in enumerate(cameras, start=1):
            camera.plug()
            await are_there(count)
        yield
    finally:
        for camera in cameras:
            camera.unplug()
        await are_there(0)


async def ids(media_devices: MediaDevices) -> list[str]:
    """Return the ids of the USB cameras, in the order of their numbers."""
    async with await media_devices.get_user_media(video=True):
        devices = await media_devices.enumerate_devices()
    return [one.device_id for one in devices if "(1209:0001)" in one.label]


def shows(frame: VideoFrame, colour: tuple[int, int, int]) -> bool:
    return bool(np.allclose(frame.to_ndarray("BGR24")[60, 80].astype(int), colour, atol=8))


def small(device_id: str) -> dict[str, object]:
    return {"deviceId": {"exact": device_id}, "width": 160, "height": 120, "frameRate": 15}


@pytest.mark.fault("camera", "one of two of the same model is unplugged")
async def test_the_track_of_the_other_camera_continues_and_each_keeps_its_id(
    media_devices: MediaDevices, fault: FaultNotes, caplog: pytest.LogCaptureFixture
) -> None:
    left, right = UsbCamera(port=0, colour=RED), UsbCamera(port=1, colour=GREEN)
    async with plugged(left, right):
        left_id, right_id = await ids(media_devices)
        first, second = await video_track(small(left_id)), await video_track(small(right_id))
        assert first.label == second.label == "USB Camera (1209:0001)"
        assert shows(await next_frame(first), RED)
        events = events_of(second)
        ended = asyncio.create_task(first.wait_for("ended", timeout=PATIENCE))
        await asyncio.sleep(0)
        began = time.monotonic()
        left.unplug()
        await ended
        passed = time.monotonic() - began
        assert "'USB Camera (1209:0001)' ended: " in caplog.text
        for frame in await next_frames(second, 5):
            assert shows(frame, GREEN)
        assert events == []
        second.stop()

        # Now they come in the other order, and have each other's numbers.
        before = usb_nodes()
        right.unplug()
        await are_there(0)
        right.plug()
        await are_there(1)
        left.plug()
        await are_there(2)
        assert before[0] != usb_nodes()[0]
        assert await ids(media_devices) == [right_id, left_id]
        again = await video_track(small(left_id))
        assert shows(await next_frame(again), RED)
        again.stop()
    fault.sees("`ended` on its own track alone; the other goes on, and both keep their ids", passed)


async def test_1080p_at_thirty_frames_per_second_is_asked_of_the_camera_as_mjpg(
    media_devices: MediaDevices,
) -> None:
    async with plugged(UsbCamera(colour=RED)):
        [device_id] = await ids(media_devices)
        wanted = {"width": 1920, "height": 1080, "frameRate": 30}
        track = await video_track({"deviceId": {"exact": device_id}, **wanted})
        [node] = usb_nodes()
        settings = track.get_settings()
        assert vivid.format_of(node) == (1920, 1080, "MJPG")
        assert (settings.width, settings.height, settings.frame_rate) == (1920, 1080, 30)
        assert settings.x_pixel_format == "MJPG"
        frame = await next_frame(track)
        assert (frame.display_width, frame.display_height) == (1920, 1080)
        assert shows(frame, RED)
        await track.apply_constraints({"width": 160, "height": 120})
        assert vivid.format_of(node) == (160, 120, "YUYV")
        assert track.get_settings().x_pixel_format == "YUYV"
        assert shows(await next_frame(track), RED)
        track.stop()


@pytest.mark.fault("camera", "a cable that damages all it sends")
async def test_a_camera_that_sends_damaged_pictures_is_muted_and_never_stands_still(
    media_devices: MediaDevices, fault: FaultNotes
) -> None:
    camera = UsbCamera(formats=FORMATS[1:])  # MJPG alone
    async with plugged(camera):
        [device_id] = await ids(media_devices)
        track = await video_track(small(device_id))
        events = events_of(track)
        camera.damaged = True
        began = time.monotonic()
        await until(lambda: events == ["mute"], PATIENCE)
        fault.sees("`mute`", time.monotonic() - began)
        camera.damaged = False
        await until(lambda: events == ["mute", "unmute"], PATIENCE)
        fault.sees("`unmute` with the first picture that is whole")
        track.stop()


@pytest.mark.fault("camera", "sends slower than it was set to")
async def test_a_usb_camera_that_is_slower_than_it_says_is_shown_as_it_is(
    media_devices: MediaDevices, fault: FaultNotes
) -> None:
    camera = UsbCamera(rate=6)  # As in the dark.
    async with plugged(camera):
        [device_id] = await ids(media_devices)
        track = await video_track(small(device_id))
        assert track.get_settings().frame_rate == 15
        began = time.monotonic()
        await track.wait_for("configurationchange", timeout=PATIENCE)
        passed = time.monotonic() - began
        async with asyncio.timeout(PATIENCE):
            while rate_of(await next_frames(track, 10)) != pytest.approx(
                track.get_settings().frame_rate, rel=0.1
            ):
                pass
        assert track.get_settings().frame_rate < 8
        camera.rate = None
        async with asyncio.timeout(PATIENCE):
            while track.get_settings().frame_rate != 15:
                await next_frame(track)
        track.stop()
    fault.sees("`configurationchange`; `get_settings()` has the rate as it is", passed)


@pytest.mark.fault("camera", "unplugged at the moment it is plugged in")
@pytest.mark.timeout(300)
async def test_a_camera_with_a_loose_contact_comes_and_goes_without_harm(
    media_devices: MediaDevices, fault: FaultNotes
) -> None:
    camera = UsbCamera(colour=GREEN)
    async with plugged(camera):
        [device_id] = await ids(media_devices)
        for pause in (0, 0.1, 0.3, 0.6):
            camera.unplug()
            # The kernel may ask in vain what has come, for some seconds, before the port is free.
            await asyncio.to_thread(camera.plug)
            await asyncio.sleep(pause)
        await are_there(1)
        track = await video_track(small(device_id))
        assert shows(await next_frame(track), GREEN)
        track.stop()
    fault.sees("`devicechange`; the camera that stays in the end can be captured")
