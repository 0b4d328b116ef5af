"""The iterators over frames, chunks and events: cancelled reads, arguments, the end, release."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from mediadevices import (
    Event,
    EventTarget,
    InvalidStateError,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.testing import frame_number
from mediadevices.testing.patterns import numbered_picture

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mediadevices import MediaStreamTrack
    from mediadevices.testing import FakeDevices, ManualClock


async def camera() -> MediaStreamTrack:
    stream = await navigator.media_devices.get_user_media(video=True)
    return stream.get_tracks()[0]


def frames_of(track: MediaStreamTrack) -> AsyncIterator[Any]:
    return track.frames(max_buffer_size=10)


def readable_of(track: MediaStreamTrack) -> AsyncIterator[Any]:
    return aiter(MediaStreamTrackProcessor(track, max_buffer_size=10).readable)


async def cancelled_read(items: AsyncIterator[Any]) -> None:
    """Let a task wait for the next item, and cancel it."""
    reading = asyncio.ensure_future(anext(items))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


def readers(fakes: FakeDevices) -> tuple[object, ...]:
    return fakes.agent.sources[0].tracks[0].pipeline.readers


# --- a cancelled read --------------------------------------------------------------------------


@pytest.mark.parametrize("iterate", [frames_of, readable_of])
async def test_a_read_that_times_out_keeps_the_iteration_and_all_frames(
    fakes: FakeDevices, clock: ManualClock, iterate: Callable[..., AsyncIterator[Any]]
) -> None:
    async with await camera() as track:
        items = iterate(track)
        await clock.advance(1.5 / 30)
        assert frame_number(await anext(items)) == 0
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(items), 0.01)
        await cancelled_read(items)
        await clock.advance(2 / 30)
        assert [frame_number(await anext(items)) for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("iterate", [frames_of, readable_of])
async def test_a_read_cancelled_after_its_frame_arrived_keeps_the_frame(
    fakes: FakeDevices, iterate: Callable[..., AsyncIterator[Any]]
) -> None:
    generator = VideoTrackGenerator()
    items = iterate(generator.track)
    reading = asyncio.ensure_future(anext(items))
    await asyncio.sleep(0)
    picture = numbered_picture(7, 64, 48)
    writer = generator.writable.get_writer()
    # The reader does not run within this call, because this task is running.
    writer.write(VideoFrame(picture, format="I420", coded_width=64, coded_height=48, timestamp=0))
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    assert frame_number(await anext(items)) == 7
    generator.track.stop()


async def test_a_cancelled_read_of_events_loses_no_event() -> None:
    target = EventTarget()
    events = target.events("ping")
    await cancelled_read(events)
    fired = [Event("ping"), Event("ping")]
    target.dispatch_event(fired[0])
    await asyncio.sleep(0)
    reading = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    assert await reading is fired[0]
    reading = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    target.dispatch_event(fired[1])
    reading.cancel()  # after the event has scheduled its wake-up
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await anext(events) is fired[1]
    await events.aclose()


# --- at the call -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_buffer_size": 0}, "max_buffer_size: expected a whole number from 1 to 65535, got 0"),
        ({"max_buffer_size": True}, "max_buffer_size"),
        ({"format": 5}, "format"),
        ({"format": "RGB25"}, "format: expected a pixel format such as 'RGB24', got 'RGB25'"),
    ],
)
async def test_frames_checks_its_arguments_at_the_call(
    fakes: FakeDevices, arguments: dict[str, Any], message: str
) -> None:
    async with await camera() as track:
        with pytest.raises(TypeError, match=message):
            track.frames(**arguments)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        (5, 64, "events: type: expected a string, got 5"),
        ("ping", 0, "max_buffer_size: expected a whole number from 1 to 65535, got 0"),
        ("ping", None, "max_buffer_size"),
    ],
)
async def test_events_checks_its_arguments_at_the_call(name: Any, size: Any, message: str) -> None:
    target = EventTarget()
    with pytest.raises(TypeError, match=message):
        target.events(name, max_buffer_size=size)
    assert target._listeners == []


async def test_iterating_over_a_locked_stream_fails_at_the_call(fakes: FakeDevices) -> None:
    async with await camera() as track:
        readable = MediaStreamTrackProcessor(track).readable
        reader = readable.get_reader()
        with pytest.raises(TypeError, match="locked"):
            aiter(readable)
        reader.release_lock()
        iterator = aiter(readable)
        assert readable.locked
        await iterator.aclose()
        assert not readable.locked


@pytest.mark.lanes("cpython")
def test_without_a_loop_the_call_fails(fakes: FakeDevices) -> None:
    target = EventTarget()
    with pytest.raises(InvalidStateError, match="no event loop is running"):
        target.events("ping")
    assert target._listeners == []


async def test_an_iterator_collects_from_the_call_on(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    target = EventTarget()
    events = target.events("ping")
    event = Event("ping")
    target.dispatch_event(event)
    assert await anext(events) is event
    await events.aclose()
    async with await camera() as track:
        frames = track.frames(max_buffer_size=10)
        await clock.advance(3.5 / 30)
        assert [frame_number(await anext(frames)) for _ in range(3)] == [0, 1, 2]


# --- the end -----------------------------------------------------------------------------------


async def test_frames_of_an_ended_track_end_at_once(fakes: FakeDevices) -> None:
    track = await camera()
    track.stop()
    assert [frame async for frame in track.frames()] == []
    with pytest.raises(TypeError, match="max_buffer_size"):
        track.frames(max_buffer_size=0)


async def test_a_readable_of_a_track_that_has_ended_ends_at_once(fakes: FakeDevices) -> None:
    track = await camera()
    readable = MediaStreamTrackProcessor(track).readable
    track.stop()
    assert [frame async for frame in readable] == []


@pytest.mark.parametrize("iterate", [frames_of, readable_of])
async def test_the_end_of_the_track_ends_the_iteration(
    fakes: FakeDevices, clock: ManualClock, iterate: Callable[..., AsyncIterator[Any]]
) -> None:
    track = await camera()
    items = iterate(track)
    reading = asyncio.ensure_future(anext(items, "end"))
    await asyncio.sleep(0)
    track.stop()
    assert await reading == "end"
    assert await anext(items, "end") == "end"


async def test_closing_ends_pending_reads() -> None:
    target = EventTarget()
    events = target.events("ping")
    reading = [asyncio.ensure_future(anext(events, "end")) for _ in range(2)]
    await asyncio.sleep(0)
    await events.aclose()
    assert await asyncio.gather(*reading) == ["end", "end"]
    target.dispatch_event(Event("ping"))
    assert await anext(events, "end") == "end"


# --- release -----------------------------------------------------------------------------------


async def test_closing_releases_the_reader(fakes: FakeDevices) -> None:
    async with await camera() as track:
        frames = track.frames()
        assert len(readers(fakes)) == 1
        await frames.aclose()
        await frames.aclose()
        assert readers(fakes) == ()
        assert await anext(frames, "end") == "end"


@pytest.mark.parametrize("iterate", [frames_of, readable_of])
@pytest.mark.parametrize("reads", [0, 1])
async def test_a_dropped_iterator_releases_its_reader(
    fakes: FakeDevices, clock: ManualClock, iterate: Callable[..., AsyncIterator[Any]], reads: int
) -> None:
    async with await camera() as track:
        await clock.advance(1 / 30)
        items = iterate(track)
        for _ in range(reads):
            (await anext(items)).close()
        assert len(readers(fakes)) == 1
        del items
        gc.collect()
        await clock.advance(0)
        assert readers(fakes) == ()


@pytest.mark.parametrize("reads", [0, 1])
async def test_a_dropped_iterator_over_events_leaves_no_listener(reads: int) -> None:
    target = EventTarget()
    events = target.events("ping")
    target.dispatch_event(Event("ping"))
    for _ in range(reads):
        await anext(events)
    del events
    gc.collect()
    await asyncio.sleep(0)
    assert target._listeners == []


async def test_an_iterator_in_a_cycle_with_its_target_is_collected() -> None:
    class Station(EventTarget):
        __slots__ = ("_events",)

    station = Station()
    station._events = station.events("ping")
    queue = station._listeners[0].callback.__self__
    ended = queue._changed
    del station, queue
    gc.collect()
    await asyncio.sleep(0)
    assert ended.is_set()


async def test_an_iterator_keeps_its_track_alive(fakes: FakeDevices, clock: ManualClock) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    (track,) = stream.get_tracks()
    identity = id(track)
    frames = track.frames()
    del stream, track
    gc.collect()
    held = fakes.agent.sources[0].tracks[0].interface
    assert held is not None
    assert id(held) == identity
    held.stop()
    assert await anext(frames, "end") == "end"
