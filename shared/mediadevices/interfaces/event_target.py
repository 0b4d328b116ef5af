"""`EventTarget` (DOM §2.7), extended for asyncio: coroutine listeners, waiting and iteration."""

# Events, their targets and the `on…` attributes use each other's private members.
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

# idl: without AddEventListenerOptions.passive: it only matters for scrolling.
# idl: without AddEventListenerOptions.signal: Python has no `AbortSignal`; `wait_for` and `events`
#   end with their task.

#: A listener or handler: a function or coroutine function that takes the event.
EventHandler: TypeAlias = Callable[[Any], object]  # Any: each handler takes its own class of event


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
        self.is_handler = is_handler  # set through an `on…` attribute
        self.removed = False


class EventTarget(Interface):
    """An object that can receive events (DOM §2.7).

    Listeners are called in the order in which they were added; those with `capture` come first.
    An exception in a listener goes to the event loop's exception handler, and the other listeners
    are still called. A listener may be a coroutine function: its coroutine runs as a task.
    """

    # idl: own wait_for, events: the usual forms for asyncio.
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
            options: A mapping with `once` and `capture`, or the value of `capture`, as in the DOM.
            once: Whether to remove the listener at its first call.

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
        """Stop calling a function; a function that was never added is ignored.

        Args:
            type: The name of the event.
            callback: The function that was added.
            options: The same `capture` with which the function was added.

        Raises:
            TypeError: An option is not a boolean.
        """
        capture, _ = _options(options)
        if callback is not None and (found := self._find(type, callback, capture)) is not None:
            self._remove(found)

    def dispatch_event(self, event: Event) -> bool:
        """Call the listeners of an event now.

        Args:
            event: The event; it can be dispatched again afterwards.

        Returns:
            False if the event is cancelable and a listener called `prevent_default`.

        Raises:
            TypeError: The argument is not an `Event`.
            InvalidStateError: The event is being dispatched already.
        """
        event = _checked(event)
        if event.current_target is not None:
            message = f"the {short_repr(event.type)} event is being dispatched; create another one"
            raise InvalidStateError(message)
        event._trusted = False
        return self._dispatch(event)

    async def wait_for(self, type: str, *, timeout: float | None = None) -> Any:  # noqa: A002, ASYNC109  (the standard's name; a deadline is part of the question)  # Any: the event of that type
        """Wait for the next event of a type.

        Args:
            type: The name of the event.
            timeout: The longest time to wait, in seconds; None to wait without a limit.

        Returns:
            The event.

        Raises:
            TimeoutError: The event was not dispatched in time.
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
            An asynchronous iterator of the events, which does not end on its own: `aclose` ends it,
            and so does dropping it. A cancelled read, for example by `asyncio.wait_for`, neither
            ends it nor loses an event.

        Raises:
            TypeError: The type is not a string, or the size is not in that range.
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
        """Dispatch an event of the agent."""
        event._trusted = True
        self._dispatch(event)

    def _has_listeners(self, types: frozenset[str]) -> bool:
        return any(listener.type in types for listener in self._listeners)

    def _listeners_changed(self) -> None:
        """Called when a listener was added or removed; for subclasses."""

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

    The first handler determines the place among the listeners; a handler that replaces it is
    called in the same place. Setting None removes the handler.
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
