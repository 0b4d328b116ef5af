"""A program, and real cameras that fail it in every way that `vivid` can be made to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotReadableError
from support import vivid
from support.filming import (
    events_of,
    is_black,
    next_frame,
    next_frames,
    open_nodes,
    video_track,
)
from support.sound import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from mediadevices import MediaDevices, MediaStreamTrack
    from support.faults import FaultNotes

pytestmark = pytest.mark.usefixtures("cameras", "media_devices")

VGA = {"width": 640, "height": 480, "frameRate": 25}
PATIENCE = 30
"""Seconds for what takes two; the machine is slow."""
NOBODY = 65534


@contextlib.asynccontextmanager
async def held(*nodes: str) -> AsyncGenerator[list[int]]:
    """Let other programs capture from cameras; gives the numbers of their processes."""
    holders = [
        await asyncio.create_subprocess_exec(
            *("v4l2-ctl", "-d", node, "--stream-mmap", "--stream-count=1000000"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        for node in nodes
    ]
    try:
        for holder in holders:
            assert holder.stderr is not None
            assert await holder.stderr.read(1) == b"<"  # It shows one for each frame.
        yield [holder.pid for holder in holders]
    finally:
        for holder in holders:
            holder.kill()
            await holder.communicate()


async def id_of_first(media_devices: MediaDevices) -> str:
    async with await media_devices.get_user_media(video=True):
        devices = await media_devices.enumerate_devices()
    return next(one.device_id for one in devices if one.kind == "videoinput")


async def next_picture(track: MediaStreamTrack) -> None:
    """Wait for a frame that shows what the camera sees."""
    async with asyncio.timeout(PATIENCE):
        while is_black(await next_frame(track)):
            pass


@pytest.mark.fault("camera", "gives no more frames, without an error")
async def test_a_camera_that_falls_silent_is_muted_and_its_next_frame_unmutes(
    fault: FaultNotes,
) -> None:
    track = await video_track(VGA)
    await next_picture(track)
    events = events_of(track)
    began = time.monotonic()
    vivid.set_control(percentage_of_dropped_buffers=100)
    await until(lambda: events == ["mute"], PATIENCE)
    passed = time.monotonic() - began
    assert track.muted
    assert is_black(await next_frame(track))
    fault.sees("`mute`; `muted` is true, its frames are black", passed)
    began = time.monotonic()
    vivid.set_control(percentage_of_dropped_buffers=0)
    await until(lambda: events == ["mute", "unmute"], PATIENCE)
    fault.sees("`unmute` with the first frame that comes again", time.monotonic() - began)
    await next_picture(track)
    track.stop()


@pytest.mark.fault("camera", "unplugged while it gives no frames")
async def test_a_silent_camera_that_goes_ends_its_track(fault: FaultNotes) -> None:
    track = await video_track(VGA)
    events = events_of(track)
    vivid.set_control(percentage_of_dropped_buffers=100)
    await until(lambda: events == ["mute"], PATIENCE)
    began = time.monotonic()
    vivid.unplug()
    await until(lambda: events == ["mute", "ended"], PATIENCE)
    fault.sees("`ended`", time.monotonic() - began)


@pytest.mark.fault("camera", "its stream breaks down")
async def test_a_broken_stream_is_restarted(fault: FaultNotes) -> None:
    track = await video_track(VGA)
    events = events_of(track)
    before = await next_frame(track)
    began = time.monotonic()
    vivid.set_control(inject_fatal_streaming_error=1)
    after = (await asyncio.wait_for(next_frames(track, 5), PATIENCE))[-1]
    assert after.timestamp > before.timestamp
    await next_picture(track)
    assert events == []
    assert track.ready_state == "live"
    track.stop()
    fault.sees("no event: the camera is opened anew; frames go on", time.monotonic() - began)


@pytest.mark.fault("camera", "its stream breaks down again and again")
async def test_a_stream_that_breaks_down_again_and_again_ends(
    fault: FaultNotes, caplog: pytest.LogCaptureFixture
) -> None:
    track = await video_track(VGA)
    events = events_of(track)
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while track.ready_state == "live":
            vivid.set_control(inject_fatal_streaming_error=1)
            await asyncio.sleep(0.3)
    await until(lambda: events == ["ended"])
    assert "the camera fails repeatedly" in caplog.text
    fault.sees("`ended`; the reason is in the log", time.monotonic() - began)
    await until(lambda: open_nodes() == [])


@pytest.mark.fault("camera", "loses its connection and has it again at once")
async def test_a_camera_that_lost_its_connection_is_reopened(fault: FaultNotes) -> None:
    track = await video_track(VGA)
    events = events_of(track)
    await next_picture(track)
    vivid.set_control(disconnect=1)  # Every call fails now, until the node is closed.
    await asyncio.wait_for(next_frames(track, 5), PATIENCE)
    await next_picture(track)
    assert events == []
    track.stop()
    fault.sees("no event: the camera is opened anew; frames go on")


@pytest.mark.fault("camera", "a buffer that the driver marks as damaged")
async def test_a_damaged_buffer_stops_nothing(fault: FaultNotes) -> None:
    track = await video_track(VGA)
    events = events_of(track)
    vivid.set_control(inject_vidioc_qbuf_error=1)
    for _ in range(5):
        vivid.set_control(inject_v4l2_buf_flag_error=1)
        await asyncio.wait_for(next_frames(track, 3), PATIENCE)
    await next_picture(track)
    assert events == []
    track.stop()
    fault.sees("nothing: frames go on; what the driver marked is shown as it came")


@pytest.mark.fault("camera", "refuses to stream")
async def test_a_camera_that_refuses_to_stream_is_not_readable(
    media_devices: MediaDevices, fault: FaultNotes
) -> None:
    only = {"deviceId": {"exact": await id_of_first(media_devices)}}
    vivid.set_control(inject_vidioc_streamon_error=1)
    began = time.monotonic()
    with pytest.raises(NotReadableError, match="vivid: it is open, but delivers no picture"):
        await video_track(only)
    fault.sees("`NotReadableError`; the next call may succeed", time.monotonic() - began)
    track = await video_track(only)
    await next_picture(track)
    track.stop()


@pytest.mark.fault("camera", "held by another program")
async def test_another_camera_is_taken_for_one_that_another_program_holds(
    fault: FaultNotes,
) -> None:
    async with held("/dev/video0"):
        track = await video_track()
        assert open_nodes() == ["/dev/video1"]
        await next_picture(track)
        track.stop()
    fault.sees("nothing: the next camera that satisfies the constraints is taken")


@pytest.mark.fault("camera", "all of them held by other programs")
async def test_cameras_that_other_programs_hold_are_not_readable_and_name_them(
    fault: FaultNotes,
) -> None:
    async with held("/dev/video0", "/dev/video1") as holders:
        with pytest.raises(NotReadableError) as caught:
            await video_track()
    for number, holder in enumerate(holders):
        assert f"/dev/video{number} is in use by v4l2-ctl (process {holder})" in str(caught.value)
    fault.sees("`NotReadableError`, which names the programs")
    track = await video_track()
    track.stop()


ASKING = """
import asyncio
from mediadevices import DOMException, navigator

async def main():
    try:
        await navigator.media_devices.get_user_media(video=True)
    except DOMException as error:
        print(error.name, error, sep=": ")

asyncio.run(main())
"""


@pytest.mark.fault("camera", "no permission for the device file")
async def test_a_device_file_that_may_not_be_opened_names_the_group_to_join(
    fault: FaultNotes,
) -> None:
    nodes = [Path("/dev/video0"), Path("/dev/video1")]
    try:
        for node in nodes:
            os.chown(node, NOBODY, 44)  # Debian's group `video`
            node.chmod(0o660)
        # Another user could not read Python itself; root without his right to read all is like one.
        asking = await asyncio.create_subprocess_exec(
            *("setpriv", "--bounding-set", "-dac_override,-dac_read_search"),
            *(sys.executable, "-c", ASKING),
            env={**os.environ, "MEDIADEVICES_ALLOW": "camera"},
            stdout=subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(asking.communicate(), 100)
    finally:
        for node in nodes:
            os.chown(node, 0, 0)
            node.chmod(0o600)
    text = output.decode()
    assert text.startswith("NotReadableError: ")
    assert "no permission for /dev/video0; add yourself to the group video" in text
    assert "no permission for /dev/video1" in text
    fault.sees("`NotReadableError`, which names the group to join")
