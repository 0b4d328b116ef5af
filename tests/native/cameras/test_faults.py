"""A program, and cameras that fail it as no camera of the kernel's can be made to."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal

import pytest

from mediadevices import NotReadableError, OverconstrainedError
from mediadevices.current_agent import use_agent
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices_native.cameras import OpenCVCameraDriver
from support.fake_opencv import FakeCamera, FakeSystem
from support.filming import events_of, next_frame, next_frames, rate_of, video_track
from support.sound import until

if TYPE_CHECKING:
    from collections.abc import Generator

    from mediadevices import VideoFrame
    from support.faults import FaultNotes


@contextlib.contextmanager
def machine_with(*cameras: FakeCamera, kernel: bool = True) -> Generator[None]:
    """Give programs these cameras for the time of a block."""
    system = FakeSystem(*cameras, kernel=kernel)
    driver = OpenCVCameraDriver(system, system.load_opencv)
    permissions = PermissionAuthority("test", policies={"camera": "grant"})
    agent = LocalAgent([driver], permissions, secret=b"test", name="test")
    with use_agent(agent):
        yield
    agent.close()
    assert [camera.in_use for camera in cameras] == [0] * len(cameras)


def number_of(frame: VideoFrame) -> int:
    """Return the number that a frame has in every pixel."""
    return int(frame.to_ndarray("BGR24")[0, 0, 0])


@pytest.mark.fault("camera", "frames that cannot be decoded")
@pytest.mark.parametrize(
    ("pixel_format", "way"),
    [("YUYV", "refused"), ("YUYV", "empty"), ("YUYV", "error"), ("MJPG", "garbage")],
)
async def test_frames_that_cannot_be_decoded_are_left_out(
    fault: FaultNotes, pixel_format: str, way: Literal["refused", "empty", "error", "garbage"]
) -> None:
    camera = FakeCamera(damaged=5, damaged_as=way)  # The very first ones too.
    with machine_with(camera):
        track = await video_track({"width": 640 if pixel_format == "YUYV" else 1280})
        assert track.get_settings().x_pixel_format == pixel_format
        events = events_of(track)
        for _ in range(5):
            camera.damaged = 20
            before, after = await next_frames(track, 2)
            assert number_of(before) != number_of(after)  # None is shown twice.
            await until(lambda: camera.damaged == 0)
        assert events == []
        assert camera.opened == 1  # They are no reason to reopen it.
        async with track:
            pass
    fault.sees("nothing: they are left out; frames go on")


@pytest.mark.fault("camera", "no frame can be decoded any more")
async def test_a_camera_of_which_no_frame_can_be_decoded_is_muted(
    fault: FaultNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediadevices_native.cameras.capture._SILENT_SECONDS", 0.2)
    camera = FakeCamera()
    with machine_with(camera):
        track = await video_track()
        events = events_of(track)
        camera.damaged = 1_000_000
        await until(lambda: events == ["mute"])
        camera.damaged = 0
        await until(lambda: events == ["mute", "unmute"])
        async with track:
            pass
    fault.sees("`mute` after two seconds; `unmute` with the first frame that can")


@pytest.mark.fault("camera", "has another size than was set")
async def test_a_camera_that_ignores_the_size_is_shown_as_it_is(fault: FaultNotes) -> None:
    with machine_with(FakeCamera(sizes=((640, 480),))):
        track = await video_track({"width": 1280, "height": 720, "resizeMode": "none"})
        frame, settings = await next_frame(track), track.get_settings()
        assert (settings.width, settings.height) == (640, 480)
        assert (frame.display_width, frame.display_height) == (640, 480)
        with pytest.raises(OverconstrainedError) as caught:
            await track.apply_constraints({"width": {"exact": 1280}})
        assert caught.value.constraint == "width"
        assert track.get_settings() == settings
        async with track:
            pass
    fault.sees("`get_settings()` has the size of the frames; what requires another fails")


@pytest.mark.fault("camera", "is slower or faster than it says")
@pytest.mark.parametrize("kernel", [True, False])
@pytest.mark.parametrize("interval", [0.04, 0.005])
async def test_a_camera_that_ignores_the_rate_is_shown_as_it_is(
    fault: FaultNotes, monkeypatch: pytest.MonkeyPatch, kernel: bool, interval: float
) -> None:
    monkeypatch.setattr("mediadevices_native.cameras.rate_meter._MEASURED_SECONDS", 0.3)
    # It is asked for 100 frames per second, and says that it gives them.
    with machine_with(FakeCamera(interval=interval), kernel=kernel):
        track = await video_track()
        events = events_of(track)
        assert track.get_settings().frame_rate == 100
        await until(lambda: "configurationchange" in events, 30)
        async with asyncio.timeout(30):  # The machine may be busy, which is no steady rate.
            while rate_of(await next_frames(track, 20)) != pytest.approx(
                track.get_settings().frame_rate, rel=0.1
            ):
                pass
        async with track:
            pass
    fault.sees("`configurationchange` after some seconds; `get_settings()` has the rate as it is")


@pytest.mark.fault("camera", "cannot do a mode that it offers")
async def test_a_change_that_a_camera_cannot_do_changes_nothing(fault: FaultNotes) -> None:
    camera = FakeCamera(dead_sizes=((1280, 720),))
    with machine_with(camera):
        track = await video_track({"width": 640})
        events, settings = events_of(track), track.get_settings()
        with pytest.raises(NotReadableError, match="delivers no picture"):
            await track.apply_constraints({"width": 1280, "brightness": 90})
        assert track.get_settings() == settings
        assert track.get_constraints() == {"width": 640}
        assert camera.controls == {"brightness": 50}
        assert (await next_frame(track)).display_width == 640
        assert events == []
        async with track:
            pass
    fault.sees("`NotReadableError`; settings, constraints and frames are as before")


@pytest.mark.fault("camera", "taken by another program during `apply_constraints()`")
async def test_a_camera_that_is_lost_to_another_program_ends(
    fault: FaultNotes, caplog: pytest.LogCaptureFixture
) -> None:
    camera = FakeCamera()
    with machine_with(camera):
        track = await video_track({"width": 640})
        events = events_of(track)
        camera.busy = True  # In the moment between two modes.
        with pytest.raises(NotReadableError, match="in use"):
            await track.apply_constraints({"width": 1280})
        await until(lambda: events == ["ended"])
        assert "in use" in caplog.text
    fault.sees("`NotReadableError` from the future, and `ended`")
