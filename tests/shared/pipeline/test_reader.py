"""A reader's queue is bounded, drops its oldest items, and ends with its consumer."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

import pytest

from mediadevices import (
    InvalidStateError,
    MediaStreamTrackProcessor,
    TrackLeakWarning,
    VideoFrame,
    navigator,
)
from mediadevices.pipeline.reader import LocalReader
from mediadevices.testing import FakeDevices, ManualClock, frame_number


def frame(number: int) -> VideoFrame:
    return VideoFrame.wrap(bytes(6), "I420", 2, 2, timestamp=number)


def reader(capacity: int) -> LocalReader:
    return LocalReader(capacity, lambda data: data, lambda: None)


async def test_a_full_reader_drops_and_counts_the_oldest_items() -> None:
    queue = reader(2)
    frames = [frame(number) for number in range(5)]
    for one in frames:
        queue.put(one)
    queue.count_lost(4)
    assert queue.dropped == 7
    assert [one.closed for one in frames] == [True, True, True, False, False]
    assert [(await queue.read()).timestamp for _ in range(2)] == [3, 4]


async def test_queued_items_can_be_read_after_the_end() -> None:
    queue = reader(2)
    queue.put(frame(0))
    queue.end()
    assert (await queue.read()).timestamp == 0
    assert await queue.read() is None
    assert await queue.read() is None


async def test_closing_resumes_waiting_reads_and_closes_the_items() -> None:
    queue = reader(2)
    waiting = [asyncio.ensure_future(queue.read()) for _ in range(2)]
    await asyncio.sleep(0)
    queue.close()
    assert await asyncio.gather(*waiting) == [None, None]
    late = frame(1)
    queue.put(late)
    assert late.closed


async def consumed(queue: LocalReader, deliver: Callable[[list[object]], None]) -> list[object]:
    """Start a consumer, call a function as a source does, and return what both have logged."""
    log: list[object] = []

    async def consume() -> None:
        while (data := await queue.read()) is not None:
            log.append(data.timestamp)

    consumer = asyncio.create_task(consume())
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    loop.call_soon(deliver, log)
    loop.call_soon(queue.end)
    await consumer
    return log


async def test_a_consumer_resumes_within_the_call_that_delivers_its_frame() -> None:
    queue = reader(1)

    def deliver(log: list[object]) -> None:
        for number in range(3):
            queue.put(frame(number))
            queue.wake()
            log.append("woken")

    assert await consumed(queue, deliver) == [0, "woken", 1, "woken", 2, "woken"]
    assert queue.dropped == 0


@pytest.mark.parametrize(("capacity", "taken"), [(1, [2]), (3, [0, 1, 2])])
async def test_a_consumer_reads_the_remaining_frames_of_a_batch(
    capacity: int, taken: list[int]
) -> None:
    queue = reader(capacity)

    def deliver(log: list[object]) -> None:
        for number in range(3):
            queue.put(frame(number))
        queue.wake()
        log.append("woken")

    assert await consumed(queue, deliver) == [*taken, "woken"]
    assert queue.dropped == 3 - capacity


async def test_reads_get_items_in_order_even_if_one_was_cancelled() -> None:
    queue = reader(5)
    waiting = [asyncio.ensure_future(queue.read()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    queue.put(frame(0))
    queue.put(frame(1))
    queue.wake()
    assert [(await one).timestamp for one in waiting[1:]] == [0, 1]


async def test_an_item_for_a_read_that_is_cancelled_goes_to_the_next_read() -> None:
    queue = reader(5)
    waiting = [asyncio.ensure_future(queue.read()) for _ in range(2)]
    await asyncio.sleep(0)
    queue.put(frame(0))
    queue.wake()
    waiting[0].cancel()  # It has been resumed, but has not run yet.
    assert (await waiting[1]).timestamp == 0


async def test_only_items_that_are_read_are_converted() -> None:
    finished: list[int] = []

    def finish(data: VideoFrame) -> VideoFrame:
        finished.append(data.timestamp)
        return data

    queue = LocalReader(1, finish, lambda: None)
    for number in range(3):
        queue.put(frame(number))
    await queue.read()
    assert finished == [2]


async def test_each_reader_counts_the_frames_that_a_busy_loop_lost(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor(track, max_buffer_size=3)
        await clock.advance(0.2)
        assert processor.dropped == 6 - 3
        reading = processor.readable.get_reader()
        assert [frame_number((await reading.read()).value) for _ in range(3)] == [3, 4, 5]


async def test_an_ended_track_refuses_a_processor(fakes: FakeDevices) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        track.stop()
        with pytest.raises(InvalidStateError, match="ended"):
            MediaStreamTrackProcessor(track)


async def test_breaking_out_of_frames_closes_the_reader(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()

        async def read_one() -> None:
            async for _ in track.frames():
                break

        reading = asyncio.ensure_future(read_one())
        await clock.advance(0.1)
        await reading
        await clock.advance(0)
        assert fakes.agent.sources[0].tracks[0].pipeline.readers == ()


async def test_breaking_out_of_a_loop_over_the_stream_cancels_it(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        processor = MediaStreamTrackProcessor(stream.get_tracks()[0])

        async def read_one() -> None:
            async for _ in processor.readable:
                break

        reading = asyncio.ensure_future(read_one())
        await clock.advance(0.1)
        await reading
        await clock.advance(0)
        assert fakes.agent.sources[0].tracks[0].pipeline.readers == ()
        assert (await processor.readable.get_reader().read()).done


async def test_a_dropped_processor_closes_its_reader(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        (track,) = stream.get_tracks()
        processor = MediaStreamTrackProcessor(track)
        pipeline = fakes.agent.sources[0].tracks[0].pipeline
        assert len(pipeline.readers) == 1
        del processor
        gc.collect()
        assert pipeline.readers == ()


async def test_a_processor_keeps_its_track_live(fakes: FakeDevices, clock: ManualClock) -> None:
    stream = await navigator.media_devices.get_user_media(video=True)
    processor = MediaStreamTrackProcessor(stream.get_tracks()[0])
    del stream
    gc.collect()
    await clock.advance(0.1)
    assert fakes.cameras[0].is_open
    reader = processor.readable.get_reader()
    assert frame_number((await reader.read()).value) >= 0
    del processor, reader
    gc.collect()
    with pytest.warns(TrackLeakWarning):
        await clock.advance(0.1)
    assert not fakes.cameras[0].is_open
