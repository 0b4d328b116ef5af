"""What an opened microphone does: its blocks, its silences, its modes and its end."""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import AudioMode, Configuration
from mediadevices.errors import NotReadableError
from mediadevices_native.microphones import capture as capture_module
from mediadevices_native.microphones.capture import MicrophoneCapture
from mediadevices_native.microphones.portaudio.library import SampleRateRefusedError
from mediadevices_native.microphones.route import DeviceLost
from support.fake_sounddevice import Flags, Times
from support.sound import Recorder, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices_native.microphones.portaudio.library import StreamRequest
    from mediadevices_native.microphones.route import RouteEvents

MODE = AudioMode(48000, 1)
ASKED = Configuration(MODE)
BLOCK = bytes(480 * 4)


class FakeRoute:
    """A route whose stream the test drives."""

    def __init__(self) -> None:
        self.events: RouteEvents | None = None
        self.is_certain = True
        self.is_lost: DeviceLost | None = None
        self.failures: list[NotReadableError] = []
        self.open_streams = 0
        self.requests: list[StreamRequest] = []
        self.closed = 0
        self.close_gate = threading.Event()
        self.close_gate.set()

    def open(
        self,
        request: StreamRequest,
        callback: Callable[..., None],
        finished: Callable[[], None],
        events: RouteEvents,
    ) -> SimpleNamespace:
        self.requests.append(request)
        if self.failures and (failure := self.failures.pop(0)):
            raise failure
        self.events, self.callback, self.finished = events, callback, finished
        self.open_streams += 1
        return SimpleNamespace(sample_rate=float(request.sample_rate), close=self.close_stream)

    def close_stream(self) -> None:
        self.close_gate.wait()
        self.open_streams -= 1

    def owns_current_block(self) -> bool:
        return self.is_certain

    def lost(self, silent_seconds: float) -> DeviceLost | None:
        return self.is_lost

    def close(self) -> None:
        self.closed += 1

    def give(self, *, overflow: bool = False) -> None:
        self.callback(memoryview(BLOCK), 480, Times(), Flags(overflow))


@pytest.fixture
def route() -> FakeRoute:
    return FakeRoute()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "_SILENT_SECONDS", 0.1)
    monkeypatch.setattr(capture_module, "_LOOK_SECONDS", 0.02)


def opened(route: FakeRoute, recorder: Recorder) -> MicrophoneCapture:
    capture = MicrophoneCapture(route, "Mic", recorder)
    capture.open(ASKED)
    return capture


async def test_a_block_is_copied_and_handed_over_at_once(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    lent = bytearray(b"\1" * 1920)
    route.callback(memoryview(lent), 480, Times(), Flags())
    lent[:] = bytes(1920)
    (block,) = recorder.blocks
    assert bytes(block.data) == b"\1" * 1920
    assert (block.format, block.sample_rate, block.number_of_frames) == ("f32", 48000, 480)
    assert block.timestamp == pytest.approx(time.monotonic() * 1e6 - 10_000, abs=50_000)
    await capture.close()


async def test_lost_samples_are_a_gap_in_the_timestamps(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    route.give()
    await asyncio.sleep(0.2)
    route.give(overflow=True)
    assert recorder.timestamps[1] - recorder.timestamps[0] > 150_000
    await capture.close()


async def test_blocks_wait_while_the_route_is_uncertain_and_come_in_order(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    route.is_certain = False
    for _ in range(3):
        route.give()
    assert recorder.blocks == []
    route.is_certain = True
    route.give()
    assert len(recorder.blocks) == 4
    assert sorted(recorder.timestamps) == list(recorder.timestamps)
    await capture.close()


async def test_waiting_blocks_are_bounded(route: FakeRoute, recorder: Recorder) -> None:
    capture = opened(route, recorder)
    route.is_certain = False
    for _ in range(1000):
        route.give()
    route.is_certain = True
    route.give()
    assert len(recorder.blocks) == 100
    await capture.close()


async def test_waiting_blocks_of_another_microphone_are_dropped(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    route.is_certain = False
    route.give()
    capture.discard_before(time.monotonic() + 0.1)
    route.is_certain = True
    route.give()
    assert recorder.blocks == []
    await asyncio.sleep(0.12)
    route.give()
    assert len(recorder.blocks) == 1
    await capture.close()


@pytest.mark.usefixtures("hasty")
async def test_silence_is_muted_and_sound_unmutes(route: FakeRoute, recorder: Recorder) -> None:
    capture = opened(route, recorder)
    route.give()
    await until(lambda: recorder.events == [("muted", True)])
    route.give()
    await until(lambda: recorder.events[1:2] == [("muted", False)])
    await capture.close()


@pytest.mark.usefixtures("hasty")
async def test_silence_of_a_microphone_that_is_gone_ends(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    route.is_lost = DeviceLost(None)
    await until(lambda: recorder.ended)
    assert recorder.events == [("muted", True), ("end", None)]
    await until(lambda: route.open_streams == 0 and route.closed == 1)
    route.give()
    assert recorder.blocks == []
    await capture.close()


@pytest.mark.parametrize("lost", [None, DeviceLost(None), DeviceLost(NotReadableError("server"))])
async def test_a_stream_that_stops_ends_the_capture_with_the_reason(
    route: FakeRoute, recorder: Recorder, lost: DeviceLost | None
) -> None:
    capture = opened(route, recorder)
    route.is_lost = lost
    route.finished()
    await until(lambda: recorder.ended)
    ((_, error),) = recorder.events
    if lost is None:
        assert isinstance(error, NotReadableError)
        assert "stopped the recording" in str(error)
    else:
        assert error is lost.error
    await capture.close()


async def test_nothing_is_reported_after_the_end_or_after_close(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    capture.end(None)
    capture.end(NotReadableError("again"))
    capture.set_muted_by_system(True)
    route.give()
    assert recorder.events == [("end", None)]
    assert recorder.blocks == []
    await capture.close()

    capture = opened(route, again := Recorder())
    await capture.close()
    capture.end(None)
    capture.set_muted_by_system(True)
    route.give()
    assert (again.events, again.blocks) == ([], [])


async def test_the_system_mutes_and_says_so_once(route: FakeRoute, recorder: Recorder) -> None:
    capture = opened(route, recorder)
    for muted in (False, True, True, False):
        capture.set_muted_by_system(muted)
    assert recorder.events == [("muted", True), ("muted", False)]
    await capture.close()


async def test_close_releases_the_microphone_once(route: FakeRoute, recorder: Recorder) -> None:
    capture = opened(route, recorder)
    await capture.close()
    await capture.close()
    assert (route.open_streams, route.closed) == (0, 1)


@pytest.mark.usefixtures("hasty")
async def test_a_microphone_is_released_when_its_loop_is_closed(
    route: FakeRoute, recorder: Recorder
) -> None:
    opened(route, recorder)
    recorder.listening = False  # The event loop is closed, so close() will not be called.
    route.give()
    await until(lambda: route.open_streams == 0 and route.closed == 1)
    assert recorder.events == []


async def test_a_microphone_whose_opening_was_abandoned_is_released(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = MicrophoneCapture(route, "Mic", recorder)
    capture.abandon()  # as when the wait for `open` was cancelled
    capture.open(ASKED)
    await until(lambda: route.open_streams == 0 and route.closed == 1)


async def test_close_gives_up_a_device_that_is_stuck(route: FakeRoute, recorder: Recorder) -> None:
    capture = opened(route, recorder)
    route.close_gate.clear()
    start = time.monotonic()
    await capture.close()
    assert time.monotonic() - start < 1
    route.give()
    assert recorder.blocks == []
    route.close_gate.set()
    await until(lambda: route.open_streams == 0)


async def test_a_failed_opening_leaves_nothing_behind(route: FakeRoute, recorder: Recorder) -> None:
    route.failures = [NotReadableError("busy")]
    with pytest.raises(NotReadableError, match="Mic: busy"):
        opened(route, recorder)
    assert route.closed == 1
    assert recorder.events == []


async def test_another_mode_is_another_stream(route: FakeRoute, recorder: Recorder) -> None:
    capture = opened(route, recorder)
    await capture.configure(ASKED)
    assert len(route.requests) == 1
    configuration = await capture.configure(Configuration(AudioMode(44100, 2, 16, 0.02)))
    assert configuration.mode == AudioMode(44100, 2, 16, 0.02)
    assert configuration.controls["echoCancellation"] is False
    assert [request.block_size for request in route.requests] == [480, 882]
    assert route.open_streams == 1
    await capture.close()


async def test_a_mode_that_fails_leaves_the_one_before(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    route.failures = [NotReadableError("no such rate")]
    with pytest.raises(NotReadableError, match="no such rate"):
        await capture.configure(Configuration(AudioMode(1, 1)))
    assert capture.configuration.mode == MODE
    route.give()
    assert len(recorder.blocks) == 1
    await capture.close()


async def test_a_mode_that_fails_and_cannot_be_undone_ends_the_capture(
    route: FakeRoute, recorder: Recorder
) -> None:
    capture = opened(route, recorder)
    route.failures = [NotReadableError("no such rate"), NotReadableError("busy")]
    with pytest.raises(NotReadableError, match="no such rate"):
        await capture.configure(Configuration(AudioMode(1, 1)))
    assert recorder.ended
    await capture.close()
    with pytest.raises(NotReadableError, match="closed"):
        await capture.configure(Configuration(AudioMode(1, 1)))


async def test_a_block_is_never_without_samples(route: FakeRoute, recorder: Recorder) -> None:
    capture = MicrophoneCapture(route, "Mic", recorder)
    capture.open(Configuration(AudioMode(8000, 1, 16, 0.0)))
    assert route.requests[0].block_size == 1  # 0 would mean: whatever comes
    await capture.close()


async def test_a_refused_sample_rate_gives_another_one_and_says_which(
    route: FakeRoute, recorder: Recorder
) -> None:
    route.failures = [SampleRateRefusedError("48000"), SampleRateRefusedError("48000 again")]
    capture = opened(route, recorder)
    assert [request.sample_rate for request in route.requests] == [48000, 48000, 44100]
    assert route.requests[-1].block_size == 441
    assert capture.configuration.mode == AudioMode(44100, 1, 16, 0.01)
    route.callback(memoryview(bytes(441 * 4)), 441, Times(), Flags())
    (block,) = recorder.blocks
    assert (block.sample_rate, block.duration) == (44100, 10_000)
    await capture.close()


async def test_a_microphone_that_refuses_all_rates_names_the_requested_one(
    route: FakeRoute, recorder: Recorder
) -> None:
    route.failures = [SampleRateRefusedError(f"rate {number}") for number in range(20)]
    with pytest.raises(NotReadableError, match="Mic: rate 0"):
        opened(route, recorder)
    assert route.open_streams == 0
    assert route.closed == 1


async def test_a_program_that_holds_pythons_lock_does_not_mute_the_microphone(
    route: FakeRoute, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "_LOOK_SECONDS", 0.02)
    capture = opened(route, recorder)
    route.give()
    ctypes.PyDLL(None).usleep(1_500_000)  # Neither the blocks nor our looking can go on.
    await asyncio.sleep(0.1)
    assert recorder.events == []
    await until(lambda: recorder.events == [("muted", True)])  # Now it is the microphone's fault.
    await capture.close()
