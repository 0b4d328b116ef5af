"""A mailbox is bounded, keeps the order and wakes the event loop once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from mediadevices import VideoFrame
from mediadevices.local.handover.mailbox import Mailbox


def frame(number: int) -> VideoFrame:
    return VideoFrame.wrap(bytes(6), "I420", 2, 2, timestamp=number)


class Received:
    """Records what a mailbox delivers."""

    def __init__(self) -> None:
        self.batches: list[tuple[list[int], int]] = []

    def __call__(self, items: list[VideoFrame], lost: int) -> None:
        self.batches.append(([item.timestamp for item in items], lost))


async def test_items_of_one_iteration_are_one_batch() -> None:
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


async def test_a_full_mailbox_drops_counts_and_closes_the_oldest_items() -> None:
    received = Received()
    mailbox = Mailbox(asyncio.get_running_loop(), received, capacity=2)
    mailbox.start()
    frames = [frame(number) for number in range(5)]
    for one in frames:
        mailbox.put(one)
    assert [one.closed for one in frames] == [True, True, True, False, False]
    await asyncio.sleep(0)
    assert received.batches == [([3, 4], 3)]


async def test_many_items_wake_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
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


async def test_a_call_runs_after_the_items_put_before() -> None:
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


async def test_a_closed_mailbox_closes_its_items() -> None:
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


@pytest.mark.lanes("cpython")  # Pyodide has a single event loop.
def test_putting_an_item_for_a_closed_loop_returns_false() -> None:
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
async def test_every_item_of_a_thread_is_delivered_or_counted_as_lost() -> None:
    received = Received()
    mailbox = Mailbox(asyncio.get_running_loop(), received, capacity=3)
    mailbox.start()

    def leave() -> None:
        for number in range(5000):
            mailbox.put(frame(number))

    thread = threading.Thread(target=leave)
    thread.start()
    while thread.is_alive():  # noqa: ASYNC110  (no event is set when a thread ends)
        await asyncio.sleep(0)
    thread.join()
    await asyncio.sleep(0)
    numbers = [number for batch, _ in received.batches for number in batch]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 4999
    assert len(numbers) + sum(lost for _, lost in received.batches) == 5000
    assert max(len(batch) for batch, _ in received.batches) <= 3
