"""A program, and real cameras that are unplugged at the worst moment."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from mediadevices import NotReadableError
from mediadevices_native.cameras.stream import CameraStream
from support import vivid
from support.filming import events_of, next_frame, next_frames, open_nodes, video_track
from support.sound import until

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices import DeviceChangeEvent, MediaDevices, VideoFrame
    from support.faults import FaultNotes

pytestmark = pytest.mark.usefixtures("cameras", "media_devices")

VGA = {"width": 640, "height": 480, "frameRate": 25}
PATIENCE = 30
"""Seconds for what takes two; the machine is slow."""


def is_red(frame: VideoFrame) -> bool:
    """Tell whether a frame shows red on its left, where the colour bars have white."""
    picture = frame.to_ndarray("RGB24")
    red, green, _ = picture[picture.shape[0] // 2, 5]
    return bool(red > 180 and green < 70)


def kinds(event: DeviceChangeEvent) -> list[str]:
    return [device.kind for device in event.devices]


@pytest.mark.fault("camera", "unplugged while it streams")
async def test_an_unplugged_camera_ends_its_track_and_the_log_says_why(
    fault: FaultNotes, caplog: pytest.LogCaptureFixture
) -> None:
    track = await video_track(VGA)
    await next_frame(track)
    ended = asyncio.create_task(track.wait_for("ended", timeout=PATIENCE))
    await asyncio.sleep(0)
    began = time.monotonic()
    vivid.unplug()
    await ended
    passed = time.monotonic() - began
    assert track.ready_state == "ended"
    assert set(track.get_settings()) == {"deviceId", "groupId"}
    assert "'vivid' ended: " in caplog.text
    assert passed < 3
    fault.sees("`ended`; the reason is in the log, as a warning", passed)
    await until(lambda: open_nodes() == [])


@pytest.mark.fault("camera", "plugged in again")
async def test_a_camera_that_is_plugged_in_again_is_the_same_camera(
    media_devices: MediaDevices, fault: FaultNotes
) -> None:
    track = await video_track({"width": 320})
    label_and_id = track.label, track.get_settings().device_id
    seen: list[DeviceChangeEvent] = []
    media_devices.ondevicechange = seen.append
    vivid.unplug()
    await until(lambda: bool(seen) and "videoinput" not in kinds(seen[-1]), PATIENCE)

    began = time.monotonic()
    vivid.plug()
    await until(lambda: kinds(seen[-1]).count("videoinput") == 2, PATIENCE)
    passed = time.monotonic() - began
    inserted = [device for event in seen for device in event.user_inserted_devices]
    assert label_and_id in [(device.label, device.device_id) for device in inserted]
    media_devices.ondevicechange = None
    again = await video_track({"deviceId": {"exact": label_and_id[1]}})
    assert (await next_frame(again)).display_width > 0
    assert track.ready_state == "ended"
    again.stop()
    fault.sees("`devicechange`; it has its `deviceId` again; the ended track stays ended", passed)


@pytest.mark.fault("camera", "unplugged before its first frame")
async def test_a_camera_unplugged_before_its_first_frame_is_not_readable(
    fault: FaultNotes,
) -> None:
    vivid.set_control(percentage_of_dropped_buffers=100)
    asking = asyncio.create_task(video_track(VGA))
    await until(lambda: open_nodes() == ["/dev/video0"], PATIENCE)
    await asyncio.sleep(0.2)  # Most likely it waits for the frame by now; it need not.
    began = time.monotonic()
    vivid.unplug()
    with pytest.raises(NotReadableError, match=r"gone|unplugged"):
        await asyncio.wait_for(asking, PATIENCE)
    fault.sees("`NotReadableError`", time.monotonic() - began)
    await until(lambda: open_nodes() == [])


@pytest.mark.fault("camera", "unplugged while it is opened")
async def test_a_camera_unplugged_at_any_moment_of_its_opening(
    monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    opening, really_open = threading.Event(), CameraStream.open

    def open_stream(*arguments: Any, **keywords: Any) -> CameraStream | None:
        opening.set()
        return really_open(*arguments, **keywords)

    monkeypatch.setattr(CameraStream, "open", open_stream)
    outcomes: set[str] = set()
    for delay in (0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4):
        opening.clear()
        asking = asyncio.create_task(video_track(VGA))
        await asyncio.to_thread(opening.wait, PATIENCE)
        await asyncio.sleep(delay)
        await asyncio.to_thread(vivid.unplug)
        try:
            track = await asyncio.wait_for(asking, PATIENCE)
        except NotReadableError:
            outcomes.add("not readable")
        else:
            await until(lambda track=track: track.ready_state == "ended", PATIENCE)
            outcomes.add("ended")
        await until(lambda: open_nodes() == [])
        vivid.plug()
    assert "not readable" in outcomes
    fault.sees("`NotReadableError`, or `ended` if it was open already")


@pytest.mark.fault("camera", "unplugged during `apply_constraints()`")
async def test_a_camera_unplugged_while_it_changes_its_mode(fault: FaultNotes) -> None:
    failed = 0
    for delay in (0, 0.005, 0.02, 0.05, 0.1):
        track = await video_track({"width": 320, "height": 180})
        ended = asyncio.create_task(track.wait_for("ended", timeout=PATIENCE))
        changing = track.apply_constraints({"width": 1280, "height": 720})
        await asyncio.sleep(delay)
        await asyncio.to_thread(vivid.unplug)
        try:
            await asyncio.wait_for(changing, PATIENCE)
        except NotReadableError:
            failed += 1
        await ended
        await until(lambda: open_nodes() == [])
        vivid.plug()
    assert failed
    fault.sees("`NotReadableError` from the future, and `ended`")


@pytest.mark.fault("camera", "another one is unplugged, and the numbers change")
async def test_a_track_stays_on_its_camera_when_others_come_and_go(
    media_devices: MediaDevices, tmp_path: Path, fault: FaultNotes
) -> None:
    seen: list[DeviceChangeEvent] = []
    media_devices.ondevicechange = seen.append

    def labels() -> list[str]:
        return [one.label for one in seen[-1].devices if one.kind == "videoinput"]

    with vivid.another_module(tmp_path) as name:
        vivid.set_control("/dev/video2", test_pattern=7, osd_text_mode=2)  # red
        async with await media_devices.get_user_media(video=True):
            devices = await media_devices.enumerate_devices()
        ids = {one.label: one.device_id for one in devices if one.kind == "videoinput"}
        track = await video_track({"deviceId": {"exact": ids[name]}, "width": 320, "height": 180})
        events = events_of(track)
        assert is_red(await next_frame(track))

        vivid.unplug()  # number 0 and 1
        await until(lambda: bool(seen) and labels() == [name], PATIENCE)
        assert is_red((await next_frames(track, 5))[-1])
        await track.apply_constraints({"width": 640, "height": 480})  # The camera is reopened.
        assert is_red(await next_frame(track))
        assert events == []
        track.stop()

        vivid.unplug(name)
        vivid.plug(name)  # Now it is number 0.
        vivid.plug()
        await until(lambda: labels() == [name, "vivid", "vivid"], PATIENCE)
        vivid.set_control("/dev/video0", test_pattern=7, osd_text_mode=2)
        again = await video_track({"deviceId": {"exact": ids[name]}})
        assert is_red(await next_frame(again))
        again.stop()
        other = await video_track({"deviceId": {"exact": ids["vivid"]}})
        assert not is_red(await next_frame(other))
        other.stop()
        vivid.unplug(name)
        await until(lambda: labels() == ["vivid", "vivid"], PATIENCE)
    media_devices.ondevicechange = None
    # The usual numbers again, for the other tests.
    vivid.unplug()
    vivid.plug()
    fault.sees("nothing: its track goes on, and the `deviceId` finds it under its new number")
