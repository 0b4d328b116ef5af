"""Operations that are cancelled at each of their steps: one run for each loop iteration."""

from __future__ import annotations

import asyncio
import gc
import itertools
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaStream, MediaStreamTrack, PermissionRequest, VideoFrame, navigator
from mediadevices.driver import VideoMode
from mediadevices.testing import (
    FakeCamera,
    FakeDevices,
    FakeDriver,
    FakeMicrophone,
    ManualClock,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from mediadevices.driver import Capture, Configuration, Device, Sink
    from support.faults import FaultNotes

PERMISSIONS = ("camera", "microphone")
CANCELLED = "the task is cancelled, in every await of "

# A call that is cancelled just after it got its stream drops the stream, with this warning.
pytestmark = pytest.mark.filterwarnings("ignore::mediadevices.TrackLeakWarning")


async def hesitate() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


class HesitantDriver:
    """A driver whose every operation takes some iterations of the event loop."""

    name = "hesitant"

    def __init__(self, driver: FakeDriver) -> None:
        self._driver = driver

    async def list_devices(self) -> Sequence[Device]:
        await hesitate()
        return await self._driver.list_devices()

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        await hesitate()
        return await self._driver.watch(changed)

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:
        await hesitate()
        capture = await self._driver.open(device, configuration, sink)
        await hesitate()
        return HesitantCapture(capture)


class HesitantCapture:
    """A capture of the `HesitantDriver`."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    @property
    def configuration(self) -> Configuration:
        return self._capture.configuration

    async def configure(self, configuration: Configuration, /) -> Configuration:
        await hesitate()
        await self._capture.configure(configuration)
        await hesitate()
        return self.configuration

    async def close(self) -> None:
        await hesitate()
        await self._capture.close()
        await hesitate()


class Hesitant:
    """A camera, a microphone and a prompter behind `navigator`, all of them slow."""

    def __init__(self) -> None:
        self._before = asyncio.all_tasks()
        self._clock = ManualClock()
        self._fakes = FakeDevices([FakeCamera()], [FakeMicrophone()], [], self._clock, b"secret")
        self._fakes.agent.devices._drivers = (HesitantDriver(self._fakes.driver),)
        navigator.permissions.prompter = self._answer
        self.watchers = self._fakes.driver._watchers
        self.camera, self.microphone = self._fakes.cameras[0], self._fakes.microphones[0]

    async def _answer(self, _: PermissionRequest) -> bool:
        await hesitate()
        return True

    async def __aenter__(self) -> Hesitant:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.settle()
        self._fakes.uninstall()

    async def settle(self) -> None:
        """Wait until all operations are done."""
        await self._clock.advance(0.1)
        gc.collect()  # A stream without a caller is dropped; in Pyodide not at once.
        await asyncio.sleep(0)
        while others := asyncio.all_tasks() - self._before:
            await asyncio.wait(others)

    async def frame_of(self, track: MediaStreamTrack) -> VideoFrame:
        """Advance the clock until a track delivers a frame."""
        frames = track.frames()
        reading = asyncio.ensure_future(anext(frames))
        await self._clock.advance(0.1)
        frame = await reading
        await frames.aclose()
        return frame

    @property
    def camera_width(self) -> int:
        """The width in pixels of the open camera's mode."""
        assert self.camera.capture is not None
        mode = self.camera.capture.configuration.mode
        assert isinstance(mode, VideoMode)
        return mode.width

    async def check_at_rest(self) -> None:
        """Check that nothing is open or denied, and that the next call works."""
        await self.settle()
        assert not self.camera.is_open
        assert not self.microphone.is_open
        states = [(await navigator.permissions.query({"name": name})).state for name in PERMISSIONS]
        assert "denied" not in states
        async with await ask_for_both() as stream:
            assert self.camera.is_open
            assert [track.ready_state for track in stream.get_tracks()] == ["live", "live"]


async def ask_for_video(constraints: object = True) -> MediaStream:
    return await navigator.media_devices.get_user_media({"video": constraints})


async def ask_for_both() -> MediaStream:
    return await navigator.media_devices.get_user_media(video=True, audio=True)


async def widen(track: MediaStreamTrack) -> None:
    await track.apply_constraints({"width": {"exact": 1280}})


async def kinds() -> list[str]:
    return [device.kind for device in await navigator.media_devices.enumerate_devices()]


async def cancelled_after(turns: int, operation: Coroutine[object, object, object]) -> bool:
    """Start an operation, and cancel it after some loop iterations.

    Returns:
        False if the operation was done before.
    """
    task = asyncio.create_task(operation)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and isinstance(stream := task.result(), MediaStream):
        for track in stream.get_tracks():
            track.stop()
    return task.cancelled()


@pytest.mark.fault("process", CANCELLED + "`get_user_media()`")
@pytest.mark.parametrize("ask", [ask_for_video, ask_for_both])
async def test_a_cancelled_call_leaves_no_device_open(
    ask: Callable[[], Coroutine[object, object, MediaStream]], fault: FaultNotes
) -> None:
    for turns in itertools.count():
        async with Hesitant() as devices:
            cancelled = await cancelled_after(turns, ask())
            await devices.check_at_rest()
        if not cancelled:
            break
    assert turns > 20
    fault.sees("`CancelledError`; the device is closed, no permission changed, the next call works")


@pytest.mark.fault("process", CANCELLED + "`get_user_media()`, while another call waits")
async def test_a_cancelled_call_does_not_disturb_another(fault: FaultNotes) -> None:
    for turns in itertools.count():
        async with Hesitant() as devices:
            other = asyncio.create_task(ask_for_video())
            cancelled = await cancelled_after(turns, ask_for_video())
            async with await other as stream:
                assert stream.active
                assert devices.camera.is_open
            await devices.check_at_rest()
        if not cancelled:
            break
    assert turns > 20
    fault.sees("the other call gets its stream")


@pytest.mark.fault(
    "process", CANCELLED + "`get_user_media()`, when it changes a camera that is in use"
)
async def test_a_cancelled_call_keeps_other_tracks_settings_true(
    fault: FaultNotes,
) -> None:
    for turns in itertools.count():
        async with Hesitant() as devices:
            async with await ask_for_video() as stream:
                (track,) = stream.get_video_tracks()
                cancelled = await cancelled_after(turns, ask_for_video({"width": {"exact": 1280}}))
                await devices.settle()
                settings, frame = track.get_settings(), await devices.frame_of(track)
                size = (frame.display_width, frame.display_height)
                assert size == (settings.width, settings.height) == (640, 480)
                native = settings.resize_mode == "none"
                assert native == (devices.camera_width == 640)
            await devices.check_at_rest()
        if not cancelled:
            break
    assert turns > 8
    fault.sees("the other tracks' settings and frames agree")


@pytest.mark.fault("process", CANCELLED + "`apply_constraints()`")
async def test_a_cancelled_apply_constraints_call_is_completed(fault: FaultNotes) -> None:
    for turns in itertools.count(1):
        async with Hesitant() as devices:
            async with await ask_for_video() as stream:
                (track,) = stream.get_video_tracks()
                cancelled = await cancelled_after(turns, widen(track))
                await devices.settle()
                assert track.get_settings().width == 1280
                assert track.get_constraints().width == {"exact": 1280}
                assert devices.camera_width == 1280
            await devices.check_at_rest()
        if not cancelled:
            break
    assert turns > 6
    fault.sees("`CancelledError`; constraints, settings and device change together all the same")


@pytest.mark.fault("process", CANCELLED + "`enumerate_devices()`")
async def test_a_cancelled_enumerate_devices_call_keeps_the_list_complete(
    fault: FaultNotes,
) -> None:
    for turns in itertools.count():
        async with Hesitant() as devices:
            navigator.media_devices.ondevicechange = lambda _event: None
            cancelled = await cancelled_after(turns, kinds())
            assert await kinds() == ["audioinput", "videoinput"]
            await devices.settle()
            assert len(devices.watchers) == 1
            await devices.check_at_rest()
        if not cancelled:
            break
    assert turns > 6
    fault.sees("`CancelledError`; the next call lists all, and changes are heard of")
