"""`EventTarget` (DOM §2.7), with what asyncio programs expect: coroutines, waiting, iteration."""

# An event and its target, and a target and its `on…` attributes, are each other's friends.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, overload

from mediadevices.errors import InvalidStateError
from mediadevices.interfaces.closable_iterator import ClosableIterator, buffer_size
from mediadevices.interfaces.event import Event
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.callbacks import invoke
from mediadevices.webidl.interface import Interface
from mediadevices.webidl.short_repr import short_repr

if TYPE_CHECKING:
    import asyncio

__all__ = ["EventHandler", "EventHandlerAttribute", "EventTarget"]

_E = TypeVar("_E", bound=Event)

# idl: without AddEventListenerOptions.passive: only scrolling knows a use for it.
# idl: without AddEventListenerOptions.signal: Python has no `AbortSignal`; `wait_for` and `events`
#   end with their task.

#: A listener or handler: a function, or a coroutine function, of the event.
EventHandler: TypeAlias = Callable[[Any], object]  # Any: each handler knows its own event


class _Listener:
    __slots__ = ("callback", "capture", "is_handler", "once", "removed", "type")

    def __init__(
        self,
        type: str,  # noqa: A002  (the standard's name)
        callback: EventHandler,
        *,
        capture: bool = False,
        once: bool = False,
        is_handler: bool = False,
    ) -> None:
        self.type = type
        self.callback = callback
        self.capture = capture
        self.once = once
        self.is_handler = is_handler  # It belongs to an `on…` attribute.
        self.removed = False


class EventTarget(Interface):
    """An object that events happen to (DOM §2.7).

    Listeners are called in the order in which they were added, those with `capture` before the
    others, each once for an event, and an
    exception in one goes to the event loop's exception handler, never to the others. A listener
    may be a coroutine function: its coroutine runs as a task.
    """

    # idl: own wait_for, events: what programs for asyncio expect.
    # idl: differs addEventListener: `once` can be a keyword argument too.

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: list[_Listener] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def add_event_listener(
        self,
        type: str,  # noqa: A002  (the standard's name)
        callback: EventHandler | None,
        options: Mapping[str, object] | bool = False,
        *,
        once: bool = False,
    ) -> None:
        """Call a function for each event of a type.

        Adding the same function for the same type again does nothing.

        Args:
            type: The name of the event.
            callback: The function or coroutine function; None adds nothing.
            options: `once` and `capture`, or `capture` alone, as in the DOM.
            once: Whether to remove the listener when it is called for the first time.

        Raises:
            TypeError: The callback cannot be called, or an option is not a boolean.
        """
        type = conversion.string(type, "add_event_listener: type")  # noqa: A001  (as above)
        capture, once_too = _options(options)
        if callback is None:
            return
        _check_callable(callback, "add_event_listener: callback")
        if self._find(type, callback, capture) is None:
            once = once or once_too
            self._listeners.append(_Listener(type, callback, capture=capture, once=once))
            self._listeners_changed()

    def remove_event_listener(
        self,
        type: str,  # noqa: A002  (the standard's name)
        callback: EventHandler | None,
        options: Mapping[str, object] | bool = False,
    ) -> None:
        """Stop calling a function; one that was never added is no error.

        Args:
            type: The name of the event.
            callback: The function that was added.
            options: `capture`, as it was when the function was added.
        """
        capture, _ = _options(options)
        if callback is not None and (found := self._find(type, callback, capture)) is not None:
            self._remove(found)

    def dispatch_event(self, event: Event) -> bool:
        """Call the listeners of an event now.

        Args:
            event: The event; it can be dispatched again afterwards.

        Returns:
            False if a listener prevented the default of a cancelable event.

        Raises:
            TypeError: It is no `Event`.
            InvalidStateError: It is being dispatched.
        """
        event = _checked(event)
        if event.current_target is not None:
            message = f"the {short_repr(event.type)} event is being dispatched; make another one"
            raise InvalidStateError(message)
        event._trusted = False
        return self._dispatch(event)

    async def wait_for(self, type: str, *, timeout: float | None = None) -> Any:  # noqa: A002, ASYNC109  (the standard's name; a deadline is part of the question)  # Any: the event of that type
        """Wait for the next event of a type.

        Args:
            type: The name of the event.
            timeout: How many seconds to wait at most; None for ever.

        Returns:
            The event.

        Raises:
            TimeoutError: It did not happen in time.
        """
        from asyncio import wait_for

        future: asyncio.Future[Event] = promise.running_loop().create_future()

        def settle(event: Event) -> None:
            if not future.done():
                future.set_result(event)

        self.add_event_listener(type, settle)
        try:
            return await wait_for(future, timeout)
        finally:
            self.remove_event_listener(type, settle)

    def events(self, type: str, *, max_buffer_size: int = 64) -> ClosableIterator[Any]:  # noqa: A002  (the standard's name)  # Any: the events of that type
        """Iterate over the events of a type, from this call on.

        Args:
            type: The name of the events.
            max_buffer_size: How many events the iterator buffers, 1 to 65535; a full buffer drops
                the oldest.

        Returns:
            An asynchronous iterator of the events. A read that is cancelled, for example by
            `asyncio.wait_for`, neither ends the iterator nor loses an event. `aclose` ends it; so
            does dropping it.

        Raises:
            TypeError: The type is no string, or the size is not in that range.
            InvalidStateError: No event loop is running.
        """
        type = conversion.string(type, "events: type")  # noqa: A001  (as above)
        queue = _EventQueue(buffer_size(max_buffer_size))

        def release() -> None:
            self.remove_event_listener(type, queue.put)
            queue.end()

        iterator = ClosableIterator(queue.get, release)
        self.add_event_listener(type, queue.put)
        return iterator

    # --- for the library ------------------------------------------------------------------

    def _fire(self, event: Event) -> None:
        """Dispatch an event of the agent's."""
        event._trusted = True
        self._dispatch(event)

    def _has_listeners(self, types: frozenset[str]) -> bool:
        return any(listener.type in types for listener in self._listeners)

    def _listeners_changed(self) -> None:
        """Take note that a listener was added or removed; for subclasses."""

    def _find(self, type: str, callback: EventHandler, capture: bool) -> _Listener | None:  # noqa: A002  (the standard's name)
        for listener in self._listeners:
            if (
                listener.type == type
                and listener.callback == callback
                and listener.capture == capture
                and not listener.is_handler
            ):
                return listener
        return None

    def _handler(self, type: str) -> _Listener | None:  # noqa: A002  (the standard's name)
        for listener in self._listeners:
            if listener.is_handler and listener.type == type:
                return listener
        return None

    def _set_handler(self, type: str, callback: EventHandler | None) -> None:  # noqa: A002  (the standard's name)
        existing = self._handler(type)
        if callback is None:
            if existing is not None:
                self._remove(existing)
        elif existing is not None:
            existing.callback = callback  # It keeps its place in the order, as in HTML.
        else:
            self._listeners.append(_Listener(type, callback, is_handler=True))
            self._listeners_changed()

    def _remove(self, listener: _Listener) -> None:
        listener.removed = True
        self._listeners.remove(listener)
        self._listeners_changed()

    def _dispatch(self, event: Event) -> bool:
        event._target = event._current_target = self
        try:
            for capture in (True, False):
                if not event._propagation_stopped:
                    self._call_listeners(event, capture)
        finally:
            event._current_target = None
            event._stopped = event._propagation_stopped = False
        return not event.default_prevented

    def _call_listeners(self, event: Event, capture: bool) -> None:
        for listener in tuple(self._listeners):
            if event._stopped:
                return
            if listener.type != event.type or listener.capture != capture or listener.removed:
                continue
            if listener.once:
                self._remove(listener)
            invoke(listener.callback, f"in a listener for {short_repr(event.type)}", event)


class _EventQueue:
    """A bounded queue, which drops the oldest event when it is full."""

    def __init__(self, capacity: int) -> None:
        from asyncio import Event as Arrival

        self._events: deque[Event] = deque(maxlen=capacity)
        self._changed = Arrival()
        self._ended = False

    def put(self, event: Event) -> None:
        self._events.append(event)
        self._changed.set()

    async def get(self) -> Event | None:
        """Wait for the next event; None after `end`."""
        while not self._events and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        return None if self._ended else self._events.popleft()

    def end(self) -> None:
        self._ended = True
        self._changed.set()


class EventHandlerAttribute(Generic[_E]):
    """An ``on<type>`` attribute (HTML §8.1.8.1).

    A handler is called in the place in the order of listeners that its attribute had when it was
    first set. Setting None removes it.
    """

    __slots__ = ("_type",)

    def __init__(self, type: str) -> None:  # noqa: A002  (the standard's name)
        self._type = type

    @overload
    def __get__(self, target: None, owner: type) -> EventHandlerAttribute[_E]: ...
    @overload
    def __get__(self, target: EventTarget, owner: type) -> Callable[[_E], object] | None: ...
    def __get__(
        self, target: EventTarget | None, owner: type
    ) -> EventHandlerAttribute[_E] | Callable[[_E], object] | None:
        if target is None:
            return self
        listener = target._handler(self._type)
        return None if listener is None else listener.callback

    def __set__(self, target: EventTarget, callback: Callable[[_E], object] | None) -> None:
        if callback is not None:
            _check_callable(callback, f"on{self._type}")
        target._set_handler(self._type, callback)


def _checked(event: object) -> Event:
    if not isinstance(event, Event):
        raise conversion.wrong_type("dispatch_event: event", "an Event", event)
    return event


def _check_callable(callback: object, path: str) -> None:
    if not callable(callback):
        raise conversion.wrong_type(path, "a function or None", callback)


def _options(options: Mapping[str, object] | bool) -> tuple[bool, bool]:
    """Return `capture` and `once`."""
    if isinstance(options, bool):
        return options, False
    members = conversion.mapping(options, "options", "True, False or a mapping")
    return (
        conversion.boolean(members.get("capture", False), "options.capture"),
        conversion.boolean(members.get("once", False), "options.once"),
    )
