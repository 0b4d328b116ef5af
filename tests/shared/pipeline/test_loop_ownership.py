"""One event loop owns the devices; calls from other loops fail with InvalidStateError."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

import mediadevices.current_agent
import mediadevices.implementations
from conformance.media import until
from mediadevices import (
    InvalidStateError,
    MediaStream,
    MediaStreamTrack,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.current_agent import use_agent
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.testing import FakeDevices, install_fake_devices
from mediadevices.testing.stub_driver import StubDriver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

pytestmark = pytest.mark.lanes("cpython")  # Pyodide has one thread and one loop.

SECONDS = 20.0
OTHER_LOOP = "another event loop"


@contextmanager
def loop_in_a_thread() -> Generator[asyncio.AbstractEventLoop]:
    """Run an event loop in another thread; it owns the devices after its first use of them."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()


def run_in(loop: asyncio.AbstractEventLoop, make: Callable[[], Awaitable[object]]) -> object:
    async def run() -> object:
        return await make()

    return asyncio.run_coroutine_threadsafe(run(), loop).result(SECONDS)


def capture_in(loop: asyncio.AbstractEventLoop) -> MediaStreamTrack:
    stream = run_in(loop, lambda: navigator.media_devices.get_user_media(video=True))
    assert isinstance(stream, MediaStream)
    return stream.get_tracks()[0]


async def first_frame(track: MediaStreamTrack) -> None:
    async for frame in track.frames():
        frame.close()
        return


async def in_time(make: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(SECONDS):
        await make()


AWAITED: dict[str, Callable[[MediaStreamTrack], Awaitable[object]]] = {
    "get_user_media": lambda _: navigator.media_devices.get_user_media(video=True),
    "enumerate_devices": lambda _: navigator.media_devices.enumerate_devices(),
    "request": lambda _: navigator.permissions.request({"name": "camera"}),
    "revoke": lambda _: navigator.permissions.revoke({"name": "camera"}),
    "frames": first_frame,
    "apply_constraints": lambda track: track.apply_constraints({"width": 320}),
}
CALLED: dict[str, Callable[[MediaStreamTrack], object]] = {
    "stop": lambda track: track.stop(),
    "clone": lambda track: track.clone(),
    "disable": lambda track: setattr(track, "enabled", False),
    "processor": MediaStreamTrackProcessor,
    "clone a stream": lambda track: MediaStream([track]).clone(),
    "set_policy": lambda _: navigator.permissions.set_policy(camera="deny"),
}


@pytest.mark.parametrize("name", AWAITED)
def test_awaiting_in_another_loop_fails(name: str) -> None:
    with install_fake_devices() as fakes, loop_in_a_thread() as owner:
        track = capture_in(owner)
        with pytest.raises(InvalidStateError, match=OTHER_LOOP):
            asyncio.run(in_time(lambda: AWAITED[name](track)))
        assert track.ready_state == "live"
        assert fakes.cameras[0].is_open


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("with_a_loop", [True, False])
def test_calling_from_another_thread_fails(name: str, with_a_loop: bool) -> None:
    async def call() -> None:
        CALLED[name](track)

    with install_fake_devices() as fakes, loop_in_a_thread() as owner:
        track = capture_in(owner)
        with pytest.raises(InvalidStateError, match=OTHER_LOOP):
            asyncio.run(call()) if with_a_loop else CALLED[name](track)
        assert track.ready_state == "live"
        assert track.enabled
        assert fakes.cameras[0].is_open


def test_a_reader_belongs_to_the_loop_of_its_track() -> None:
    with install_fake_devices(), loop_in_a_thread() as owner:
        track = capture_in(owner)

        async def open_reader() -> MediaStreamTrackProcessor:
            return MediaStreamTrackProcessor(track)

        processors = [run_in(owner, open_reader) for _ in range(3)]

        async def use(processor: MediaStreamTrackProcessor, how: int) -> None:
            if how == 0:
                await processor.readable.get_reader().read()
            elif how == 1:
                await processor.readable.cancel()
            else:
                async for _ in processor.readable:
                    break

        for how, processor in enumerate(processors):
            assert isinstance(processor, MediaStreamTrackProcessor)
            with pytest.raises(InvalidStateError, match=OTHER_LOOP):
                asyncio.run(in_time(partial(use, processor, how)))


def test_a_generator_belongs_to_its_loop() -> None:
    def frame() -> VideoFrame:
        return VideoFrame(bytes(32), format="RGBA", coded_width=4, coded_height=2, timestamp=0)

    async def make() -> VideoTrackGenerator:
        return VideoTrackGenerator()

    with install_fake_devices(), loop_in_a_thread() as owner:
        generator = run_in(owner, make)
        assert isinstance(generator, VideoTrackGenerator)
        writer = generator.writable.get_writer()
        for operation in (lambda: writer.write(frame()), writer.close):
            with pytest.raises(InvalidStateError, match=OTHER_LOOP):
                asyncio.run(in_time(operation))
        with pytest.raises(InvalidStateError, match=OTHER_LOOP):
            generator.muted = True
        assert generator.track.ready_state == "live"


def test_a_call_in_another_loop_keeps_the_first_loops_devicechange_events() -> None:
    seen: list[str] = []

    async def listen() -> None:
        navigator.media_devices.ondevicechange = lambda _: seen.append("change")
        async with await navigator.media_devices.get_user_media(audio=True):
            pass

    async def enumerate_devices() -> None:
        await navigator.media_devices.enumerate_devices()

    with install_fake_devices() as fakes, loop_in_a_thread() as owner:
        run_in(owner, listen)
        with pytest.raises(InvalidStateError, match=OTHER_LOOP):
            asyncio.run(enumerate_devices())
        fakes.unplug(fakes.microphones[1])
        run_in(owner, lambda: until(lambda: bool(seen)))


def test_between_two_runs_of_its_loop_a_track_can_be_stopped() -> None:
    with install_fake_devices() as fakes:
        loop = asyncio.new_event_loop()
        try:
            stream = loop.run_until_complete(navigator_stream())
            [track] = stream.get_tracks()
            clone = track.clone()
            track.stop()
            clone.stop()
            loop.run_until_complete(until(lambda: not fakes.cameras[0].is_open))
        finally:
            loop.close()


async def navigator_stream() -> MediaStream:
    return await navigator.media_devices.get_user_media(video=True)


def test_after_its_loop_is_closed_a_track_has_ended() -> None:
    with install_fake_devices():
        loop = asyncio.new_event_loop()
        stream = loop.run_until_complete(navigator_stream())
        [track] = stream.get_tracks()
        assert track.ready_state == "live"
        loop.close()
        assert track.ready_state == "ended"
        assert not stream.active
        assert set(track.get_settings()) <= {"deviceId", "groupId", "facingMode"}
        assert track.clone().ready_state == "ended"
        with pytest.raises(InvalidStateError, match="has ended"):
            MediaStreamTrackProcessor(track)


def test_after_its_loop_is_closed_a_reader_has_ended() -> None:
    async def read(reader_of: MediaStreamTrackProcessor) -> object:
        async with asyncio.timeout(SECONDS):
            return (await reader_of.readable.get_reader().read()).done

    with install_fake_devices():
        loop = asyncio.new_event_loop()
        [track] = loop.run_until_complete(navigator_stream()).get_tracks()
        processor = MediaStreamTrackProcessor(track)
        loop.close()
        assert asyncio.run(read(processor)) is True


def test_after_its_loop_is_closed_a_generator_has_ended() -> None:
    with install_fake_devices():
        loop = asyncio.new_event_loop()

        async def make() -> VideoTrackGenerator:
            return VideoTrackGenerator()

        generator = loop.run_until_complete(make())
        loop.close()
        assert generator.track.ready_state == "ended"


def test_concurrent_threads_get_the_same_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def make_slowly() -> object:
        time.sleep(0.05)
        made.append(FakeDevices.__new__(FakeDevices))
        return type("Agent", (), {"name": f"agent {len(made)}"})()

    monkeypatch.setattr(mediadevices.implementations, "default_agent", make_slowly)
    monkeypatch.setattr(mediadevices.current_agent, "_agents", [])
    together, given = threading.Barrier(6), [Future[object]() for _ in range(6)]

    def ask(answer: Future[object]) -> None:
        together.wait(SECONDS)
        answer.set_result(mediadevices.current_agent.current_agent())

    for answer in given:
        threading.Thread(target=ask, args=[answer], daemon=True).start()
    assert len({id(answer.result(SECONDS)) for answer in given}) == 1
    assert len(made) == 1


def test_a_loop_without_shutdown_hooks_leaves_no_complaint() -> None:
    """The event loop of qasync closes no asynchronous generators, and so skips our shutdown hook.

    Then the garbage collector finalizes the hook, where no loop is running. pytest fails the test
    if the hook raises there, or leaves a coroutine that was never awaited.
    """

    async def capture() -> None:
        sys.set_asyncgen_hooks(None, None)  # as in qasync
        agent = LocalAgent(
            [StubDriver()], PermissionAuthority("test", policies={"camera": "grant"}), secret=b""
        )
        with use_agent(agent):
            stream = await navigator_stream()
            await first_frame(stream.get_tracks()[0])
            for track in stream.get_tracks():
                track.stop()

    asyncio.run(capture())
    gc.collect()
