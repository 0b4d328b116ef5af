"""Faults of the program: handlers that fail or hang, loops that block, end or compete."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from mediadevices import AudioData, Event, InvalidStateError, MediaStream, navigator
from mediadevices.current_agent import use_agent
from mediadevices.driver import AudioMode, Configuration, Device
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.local.sources.device_source import AUDIO_CAPACITY
from mediadevices.testing import FakeDevices, ManualClock, install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from mediadevices.driver import Capture, Sink
    from support.faults import FaultNotes


async def coroutine(_: Event) -> None:
    raise ZeroDivisionError


def plain(_: Event) -> None:
    raise ZeroDivisionError


@pytest.mark.fault("process", "a handler raises")
@pytest.mark.parametrize("handler", [plain, coroutine])
async def test_a_handlers_exception_reaches_the_loops_exception_handler_only(
    handler: Callable[[Event], object], fakes: FakeDevices, clock: ManualClock, fault: FaultNotes
) -> None:
    contexts: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: contexts.append(context))
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        heard: list[str] = []
        track.onmute = handler
        track.add_event_listener("mute", lambda event: heard.append(event.type))
        fakes.mute(fakes.cameras[0])
        await clock.advance(0)
        fakes.unmute(fakes.cameras[0])
        await clock.advance(1)
        assert track.stats.delivered_frames == 30
    (context,) = contexts
    assert isinstance(context["exception"], ZeroDivisionError)
    assert "'mute'" in str(context["message"])
    assert heard == ["mute"]
    fault.sees("the loop's exception handler gets it; other handlers run, frames go on")


@pytest.mark.fault("process", "a handler, a coroutine, never returns")
async def test_a_hanging_handler_delays_nothing_else(
    fakes: FakeDevices, clock: ManualClock, fault: FaultNotes
) -> None:
    release, begun, heard = asyncio.Event(), [], []

    async def hang(event: Event) -> None:
        begun.append(event.type)
        await release.wait()

    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        for name in ("mute", "unmute", "ended"):
            track.add_event_listener(name, hang)
            track.add_event_listener(name, lambda event: heard.append(event.type))
        fakes.mute(fakes.cameras[0])
        await clock.advance(0.1)
        fakes.unmute(fakes.cameras[0])
        await clock.advance(1)
        assert track.stats.delivered_frames == 30
        fakes.unplug(fakes.cameras[0])
        await clock.advance(0)
        assert track.ready_state == "ended"
        assert not fakes.cameras[0].is_open
    assert begun == heard == ["mute", "unmute", "ended"]
    release.set()
    await clock.advance(0)
    fault.sees("frames and events go on; the device closes")


class ThreadedCapture:
    """A microphone whose thread delivers a block of one millisecond every millisecond."""

    configuration = Configuration(AudioMode(48000, 1, latency=0.001))

    def __init__(self, sink: Sink, silent: bool) -> None:
        self._sink = sink
        self._silent = silent
        self._closing = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self._closing.wait(0.001):
            now = time.monotonic_ns() // 1000
            block = AudioData.wrap(bytes(48 * 4), "f32", 48000, 48, 1, timestamp=now)
            if not self._silent and not self._sink.deliver(block):
                return

    async def configure(self, configuration: Configuration, /) -> Configuration:
        raise NotImplementedError

    async def close(self) -> None:
        self._closing.set()
        self.thread.join()


class ThreadedDriver:
    """The driver of `ThreadedCapture`."""

    name = "threaded"
    silent = False
    capture: ThreadedCapture

    async def list_devices(self) -> Sequence[Device]:
        return [Device(kind="audioinput", key="one", label="One", modes=(MODE,))]

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        return lambda: None

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:
        self.capture = ThreadedCapture(sink, self.silent)
        return self.capture


MODE = ThreadedCapture.configuration.mode


@pytest.fixture
def threaded() -> Iterator[ThreadedDriver]:
    """Install the `ThreadedDriver` behind `navigator`."""
    driver = ThreadedDriver()
    policies = {"microphone": "grant"}
    agent = LocalAgent([driver], PermissionAuthority("tests", None, policies), secret=b"secret")
    with use_agent(agent):
        yield driver
    agent.close()
    driver.capture.thread.join(10)
    assert not driver.capture.thread.is_alive()


@pytest.mark.lanes("cpython")
@pytest.mark.fault("process", "the event loop is blocked for seconds")
async def test_items_for_a_blocked_loop_are_bounded_and_losses_counted(
    threaded: ThreadedDriver, fault: FaultNotes
) -> None:
    async with await navigator.media_devices.get_user_media(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        frames = track.frames()
        before = await anext(frames)
        time.sleep(0.5)  # noqa: ASYNC251  (that is the fault)
        blocked_until = time.monotonic_ns() // 1000
        blocks = [await anext(frames) for _ in range(200)]
        stats = track.stats
        await frames.aclose()
    stamps = [block.timestamp for block in (before, *blocks)]
    waited = sum(stamp < blocked_until for stamp in stamps)
    assert 0 < waited <= AUDIO_CAPACITY + 2
    gap = max(after - earlier for earlier, after in pairwise(stamps))
    assert gap > 100_000
    lost = stats.total_frames - stats.delivered_frames
    assert lost >= gap / 1e6 * 48000 / 5  # on a slow machine the blocks come late
    fault.sees(
        "the newest frame, or the last second of sound; the rest is counted in `stats` as "
        "`total_frames` - `delivered_frames`, and a gap in the timestamps"
    )


async def open_microphone() -> MediaStream:
    return await navigator.media_devices.get_user_media(audio=True)


def open_in_a_closed_loop() -> MediaStream:
    """Open a microphone in a loop that is closed without being shut down first."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(open_microphone())
    finally:
        loop.close()


@pytest.mark.lanes("cpython")
@pytest.mark.fault("process", "the event loop is shut down while it captures (`asyncio.run` ends)")
@pytest.mark.parametrize("silent", [False, True])
def test_shutting_a_loop_down_closes_its_devices(
    threaded: ThreadedDriver, silent: bool, fault: FaultNotes
) -> None:
    threaded.silent = silent
    stream = asyncio.run(open_microphone())
    assert not threaded.capture.thread.is_alive()
    assert not stream.active
    fault.sees("the device is closed before `asyncio.run` returns; no event", 0)


@pytest.mark.lanes("cpython")
@pytest.mark.fault("process", "the event loop is closed, but not shut down, while it captures")
def test_a_device_closes_itself_when_its_loop_is_closed(
    threaded: ThreadedDriver, fault: FaultNotes
) -> None:
    stream = open_in_a_closed_loop()
    closed = time.monotonic()
    threaded.capture.thread.join(10)
    assert not threaded.capture.thread.is_alive()
    fault.sees("the device is closed when it gives something; no event", time.monotonic() - closed)
    assert stream.get_tracks()


@pytest.mark.lanes("cpython")
def test_the_next_loop_closes_a_silent_device_of_a_closed_loop(
    threaded: ThreadedDriver,
) -> None:
    async def capture() -> None:
        assert first.thread.is_alive()
        async with await navigator.media_devices.get_user_media(audio=True):
            assert not first.thread.is_alive()

    threaded.silent = True
    stream = open_in_a_closed_loop()
    first = threaded.capture
    asyncio.run(capture())
    assert not stream.active


async def capture(seconds: float = 0) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        await asyncio.sleep(seconds)
        assert stream.active


def in_thread(work: Callable[[], Coroutine[object, object, object]]) -> Future[object]:
    """Run a coroutine in a new thread with its own event loop."""
    future: Future[object] = Future()

    def run() -> None:
        try:
            future.set_result(asyncio.run(work()))
        except Exception as error:  # noqa: BLE001  (the test sees it in the future)
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


@pytest.mark.lanes("cpython")
@pytest.mark.fault("process", "two event loops in two threads use devices at once")
def test_devices_belong_to_one_of_two_loops_until_it_is_closed(fault: FaultNotes) -> None:
    release = threading.Event()

    async def hold() -> None:
        async with await navigator.media_devices.get_user_media(video=True) as stream:
            held.set_result(None)
            await asyncio.to_thread(release.wait, 20)
            assert stream.active

    with install_fake_devices() as fakes:
        held: Future[None] = Future()
        first = in_thread(hold)
        held.result(20)
        with pytest.raises(InvalidStateError, match="another event loop"):
            in_thread(capture).result(20)
        release.set()
        first.result(20)
        in_thread(capture).result(20)
        assert not fakes.cameras[0].is_open
    fault.sees("`InvalidStateError` in the second; it works once the first loop is closed")


@pytest.mark.lanes("cpython")
def test_one_of_two_concurrent_loops_gets_the_devices() -> None:
    with install_fake_devices() as fakes:
        fakes.cameras[0].open_delay = 0.005
        outcomes: list[list[type[BaseException] | None]] = []
        for _ in range(20):
            together = threading.Barrier(2)

            async def ask(together: threading.Barrier = together) -> None:
                together.wait(20)
                await capture(0.005)

            both = [in_thread(ask), in_thread(ask)]
            errors = [future.exception(20) for future in both]
            outcomes.append([type(error) if error else None for error in errors])
            assert not fakes.cameras[0].is_open
    assert all(None in pair for pair in outcomes), outcomes
    assert {one for pair in outcomes for one in pair} == {None, InvalidStateError}
