"""`EventTarget`: the rules of the DOM, `wait_for` and `events`."""

from __future__ import annotations

import asyncio
import gc
import sys

import pytest

from mediadevices import Event, EventTarget, InvalidStateError
from mediadevices.interfaces.event import Event as _Event
from mediadevices.interfaces.event_target import EventHandlerAttribute


class Target(EventTarget):
    onping = EventHandlerAttribute[_Event]("ping")


def fire(target: EventTarget) -> bool:
    return target.dispatch_event(Event("ping"))


async def test_listeners_are_called_in_their_order() -> None:
    target, called = Target(), []
    for name in ("a", "b", "c"):
        target.add_event_listener("ping", lambda _, name=name: called.append(name))
    target.add_event_listener("other", lambda _: called.append("other"))
    fire(target)
    assert called == ["a", "b", "c"]


async def test_a_listener_is_added_once() -> None:
    target, called = Target(), []
    for _ in range(3):
        target.add_event_listener("ping", called.append)
    target.add_event_listener(
        "ping", called.append, True
    )  # a capturing listener is a different one
    fire(target)
    assert len(called) == 2


async def test_bound_methods_of_one_object_are_the_same_listener() -> None:
    class Counter:
        count = 0

        def note(self, _: Event) -> None:
            self.count += 1

    target, counter = Target(), Counter()
    target.add_event_listener("ping", counter.note)
    target.add_event_listener("ping", counter.note)
    fire(target)
    target.remove_event_listener("ping", counter.note)
    fire(target)
    assert counter.count == 1


@pytest.mark.parametrize("keywords", [{"once": True}, {"options": {"once": True}}])
async def test_a_once_listener_is_called_once(keywords: dict[str, object]) -> None:
    target, called = Target(), []
    target.add_event_listener("ping", called.append, **keywords)
    fire(target)
    fire(target)
    assert len(called) == 1


async def test_a_once_listener_that_fires_again_is_not_called_again() -> None:
    target, called = Target(), []

    def again(event: Event) -> None:
        called.append(event)
        fire(target)

    target.add_event_listener("ping", again, once=True)
    fire(target)
    assert len(called) == 1


async def test_a_listener_removed_during_dispatch_is_not_called() -> None:
    target, called = Target(), []

    def second(_: Event) -> None:
        called.append("second")

    target.add_event_listener("ping", lambda _: target.remove_event_listener("ping", second))
    target.add_event_listener("ping", second)
    fire(target)
    assert called == []


async def test_a_listener_added_during_dispatch_is_called_next_time() -> None:
    target, called = Target(), []
    target.add_event_listener("ping", lambda _: target.add_event_listener("ping", called.append))
    fire(target)
    assert called == []
    fire(target)
    assert len(called) == 1


async def test_a_handler_keeps_its_place_when_it_is_replaced() -> None:
    target, called = Target(), []
    target.onping = lambda _: called.append("first handler")
    target.add_event_listener("ping", lambda _: called.append("listener"))
    target.onping = lambda _: called.append("handler")
    fire(target)
    assert called == ["handler", "listener"]


async def test_a_handler_that_was_removed_loses_its_place() -> None:
    target, called = Target(), []
    target.onping = lambda _: called.append("handler")
    target.add_event_listener("ping", lambda _: called.append("listener"))
    target.onping = None
    target.onping = lambda _: called.append("handler")
    fire(target)
    assert called == ["listener", "handler"]


async def test_remove_event_listener_leaves_a_handler() -> None:
    target, called = Target(), []
    target.onping = called.append
    target.remove_event_listener("ping", called.append)
    target.add_event_listener("ping", called.append)
    fire(target)
    assert len(called) == 2


async def test_an_event_has_its_target() -> None:
    target, seen = Target(), []
    target.onping = lambda event: seen.append((event.target, event.current_target))
    event = Event("ping")
    assert (event.target, event.current_target) == (None, None)
    assert target.dispatch_event(event) is True
    assert seen == [(target, target)]
    assert (event.target, event.current_target) == (target, None)
    assert not event.is_trusted
    target.dispatch_event(event)
    assert len(seen) == 2


@pytest.mark.parametrize("cancelable", [True, False])
async def test_preventing_the_default_of_a_cancelable_event(cancelable: bool) -> None:
    target = Target()
    target.onping = lambda event: event.prevent_default()
    event = Event("ping", {"cancelable": cancelable})
    assert target.dispatch_event(event) is not cancelable
    assert event.default_prevented is cancelable


async def test_stopping_immediate_propagation() -> None:
    target, called = Target(), []
    target.add_event_listener("ping", lambda event: event.stop_immediate_propagation())
    target.add_event_listener("ping", called.append)
    fire(target)
    assert called == []


async def test_an_event_cannot_be_dispatched_twice_at_once() -> None:
    target, errors = Target(), []

    def again(event: Event) -> None:
        try:
            target.dispatch_event(event)
        except InvalidStateError as error:
            errors.append(error)

    target.onping = again
    fire(target)
    assert len(errors) == 1


async def test_an_exception_goes_to_the_loop_and_other_listeners_are_called() -> None:
    target, called, contexts = Target(), [], []
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: contexts.append(context))

    def broken(_: Event) -> None:
        raise ZeroDivisionError

    async def broken_later(_: Event) -> None:
        await asyncio.sleep(0)
        raise LookupError

    target.add_event_listener("ping", broken)
    target.add_event_listener("ping", broken_later)
    target.add_event_listener("ping", called.append)
    fire(target)
    for _ in range(3):
        await asyncio.sleep(0)
    loop.set_exception_handler(before)
    assert len(called) == 1
    assert [type(one["exception"]) for one in contexts] == [ZeroDivisionError, LookupError]
    assert all("'ping'" in one["message"] for one in contexts)


async def test_a_coroutine_function_runs_as_a_task() -> None:
    target, done = Target(), asyncio.Event()

    async def handler(event: Event) -> None:
        await asyncio.sleep(0)
        assert event.type == "ping"
        done.set()

    target.onping = handler
    fire(target)
    gc.collect()
    async with asyncio.timeout(1):
        await done.wait()


@pytest.mark.lanes("cpython")
def test_without_a_loop_an_exception_goes_to_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _traceback: seen.append(kind))

    def broken(_: Event) -> None:
        raise ZeroDivisionError

    async def never(_: Event) -> None:
        raise AssertionError

    target = Target()
    target.add_event_listener("ping", broken)
    target.add_event_listener("ping", never)
    fire(target)
    assert seen == [ZeroDivisionError, InvalidStateError]


async def test_waiting_for_an_event() -> None:
    target = Target()
    asyncio.get_running_loop().call_soon(fire, target)
    event = await target.wait_for("ping", timeout=1)
    assert event.type == "ping"
    with pytest.raises(TimeoutError):
        await target.wait_for("ping", timeout=0.01)
    assert target._listeners == []


async def test_a_cancelled_wait_for_leaves_no_listener() -> None:
    target = Target()
    waiting = asyncio.ensure_future(target.wait_for("ping"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert target._listeners == []


async def test_iterating_over_events_loses_no_event() -> None:
    target, seen = Target(), []

    async def follow() -> None:
        async for event in target.events("ping"):
            seen.append(event)
            if len(seen) == 5:
                return

    following = asyncio.ensure_future(follow())
    await asyncio.sleep(0)
    for _ in range(5):
        fire(target)
    async with asyncio.timeout(1):
        await following
    await asyncio.sleep(0)
    assert len(set(map(id, seen))) == 5


async def test_the_buffer_of_events_is_bounded() -> None:
    target = Target()
    events = target.events("ping", max_buffer_size=2)
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    fired = [Event("ping") for _ in range(5)]
    for event in fired:
        target.dispatch_event(event)
    assert [await first, await anext(events)] == fired[-2:]
    await events.aclose()
    assert target._listeners == []


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ((5, print), "type"),
        (("ping", 5), "callback"),
        (("ping", print, 5), "options"),
        (("ping", print, {"once": 1}), "options.once"),
    ],
)
async def test_bad_arguments_are_named(arguments: tuple[object, ...], path: str) -> None:
    with pytest.raises(TypeError, match=path):
        Target().add_event_listener(*arguments)


async def test_none_as_a_listener_is_ignored() -> None:
    target = Target()
    target.add_event_listener("ping", None)
    target.remove_event_listener("ping", None)
    target.remove_event_listener("ping", print)
    assert fire(target)


@pytest.mark.parametrize("event", [None, "ping", object()])
async def test_only_events_are_dispatched(event: object) -> None:
    with pytest.raises(TypeError):
        Target().dispatch_event(event)


async def test_capturing_listeners_come_before_the_others() -> None:
    target, called = Target(), []
    target.add_event_listener("ping", lambda _: called.append("bubbling"))
    target.add_event_listener("ping", lambda _: called.append("capturing"), True)
    fire(target)
    assert called == ["capturing", "bubbling"]


async def test_a_capturing_listener_can_stop_the_event_before_the_others() -> None:
    target, called = Target(), []
    target.add_event_listener("ping", called.append)
    target.add_event_listener("ping", lambda event: event.stop_propagation(), True)
    target.add_event_listener("ping", called.append, True)
    fire(target)
    assert len(called) == 1


async def test_an_event_stopped_before_dispatch_skips_one_dispatch() -> None:
    target, called = Target(), []
    target.add_event_listener("ping", called.append)
    event = Event("ping")
    event.stop_propagation()
    target.dispatch_event(event)
    assert called == []
    target.dispatch_event(event)
    assert called == [event]
