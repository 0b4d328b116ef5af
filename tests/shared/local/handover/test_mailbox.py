"""The hand-over from capture threads: bounded, in order, one wake-up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from mediadevices import VideoFrame
from mediadevices.driver import Configuration, VideoMode
from mediadevices.local.handover.device_sink import DeviceSink
from mediadevices.local.handover.mailbox import Mailbox


def frame(number: int) -> VideoFrame:
    return VideoFrame.wrap(bytes(6), "I420", 2, 2, timestamp=number)


class Received:
    """Notes what a mailbox delivers."""

    def __init__(self) -> None:
        self.batches: list[tuple[list[int], int]] = []

    def __call__(self, items: list[VideoFrame], lost: int) -> None:
        self.batches.append(([item.timestamp for item in items], lost))


async def test_what_comes_in_one_turn_is_one_batch() -> None:
    received = Received()
    mailbox = Mailbox(asyncio.get_running_loop(), received, capacity=10)
    mailbox.start()
    for number in range(3):
        assert mailbox.put(frame(number))
    assert received.batches == []
    await asyncio.sleep(0)
    assert received.batches == [([0, 1, 2], 0)]
    mailbox.put(frame(3))
    await asyncio.sleep(0)
    assert received.batches[1:] == [([3], 0)]


async def test_the_oldest_give_way_and_are_counted_and_closed() -> None:
    received = Received()
    mailbox = Mailbox(asyncio.get_running_loop(), received, capacity=2)
    mailbox.start()
    frames = [frame(number) for number in range(5)]
    for one in frames:
        mailbox.put(one)
    assert [one.closed for one in frames] == [True, True, True, False, False]
    await asyncio.sleep(0)
    assert received.batches == [([3, 4], 3)]


async def test_however_much_comes_the_loop_is_woken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, calls = asyncio.get_running_loop(), []
    original = loop.call_soon_threadsafe

    def counted(*arguments: object) -> object:
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    mailbox = Mailbox(loop, Received(), capacity=1)
    mailbox.start()
    for number in range(100):
        mailbox.put(frame(number))
    assert len(calls) == 1
    await asyncio.sleep(0)


async def test_a_call_comes_after_what_was_put_before() -> None:
    order: list[object] = []
    mailbox = Mailbox(
        asyncio.get_running_loop(), lambda items, _: order.append(len(items)), capacity=5
    )
    mailbox.start()
    mailbox.put(frame(0))
    mailbox.call(order.append, "call")
    mailbox.put(frame(1))
    await asyncio.sleep(0)
    assert order[:2] == [2, "call"]


async def test_a_closed_mailbox_closes_what_it_gets() -> None:
    received = Received()
    mailbox = Mailbox(asyncio.get_running_loop(), received, capacity=2)
    mailbox.start()
    before, after = frame(0), frame(1)
    mailbox.put(before)
    mailbox.close()
    assert before.closed
    assert mailbox.put(after)
    assert after.closed
    await asyncio.sleep(0)
    assert received.batches in ([], [([], 0)])


@pytest.mark.lanes("cpython")  # Pyodide has one event loop for ever.
def test_a_closed_loop_takes_nothing_and_says_so() -> None:
    loop = asyncio.new_event_loop()
    mailbox = Mailbox(loop, Received(), capacity=2)
    mailbox.start()
    first = frame(0)
    mailbox.put(first)
    loop.close()
    second = frame(1)
    assert mailbox.put(second) is False
    assert first.closed
    assert second.closed
    assert mailbox.put(frame(2)) is False


@pytest.mark.lanes("cpython")  # There are no threads in Pyodide.
async def test_of_what_a_thread_leaves_nothing_is_unaccounted_for() -> None:
    received = Received()
    mailbox = Mailbox(asyncio.get_running_loop(), received, capacity=3)
    mailbox.start()

    def leave() -> None:
        for number in range(5000):
            mailbox.put(frame(number))

    thread = threading.Thread(target=leave)
    thread.start()
    while thread.is_alive():  # noqa: ASYNC110  (nothing tells of the end of a thread)
        await asyncio.sleep(0)
    thread.join()
    await asyncio.sleep(0)
    numbers = [number for batch, _ in received.batches for number in batch]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 4999
    assert len(numbers) + sum(lost for _, lost in received.batches) == 5000
    assert max(len(batch) for batch, _ in received.batches) <= 3


class Heard:
    """Notes what a sink passes on."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.sink = DeviceSink(
            asyncio.get_running_loop(),
            lambda items, lost: self.calls.append(([item.timestamp for item in items], lost)),
            self.calls.append,
            self.calls.append,
            self.calls.append,
            10,
        )


async def test_a_sink_holds_back_states_and_the_newest_frame_until_it_starts() -> None:
    heard = Heard()
    configuration = Configuration(VideoMode(2, 2, 1.0))
    early = [frame(number) for number in range(3)]
    heard.sink.set_muted(True)
    for one in early:
        heard.sink.deliver(one)
    heard.sink.reconfigure(configuration)
    await asyncio.sleep(0)
    assert heard.calls == []
    assert [one.closed for one in early] == [True, True, False]
    heard.sink.start()
    assert heard.calls == [True, configuration]
    await asyncio.sleep(0)
    assert heard.calls[2:] == [([2], 0)]
    heard.sink.deliver(frame(3))
    await asyncio.sleep(0)
    assert heard.calls[3:] == [([3], 0)]


async def test_a_closed_sink_says_nothing_more() -> None:
    heard = Heard()
    heard.sink.start()
    heard.sink.deliver(frame(0))
    heard.sink.end(None)
    heard.sink.close()
    await asyncio.sleep(0)
    assert heard.calls == []
