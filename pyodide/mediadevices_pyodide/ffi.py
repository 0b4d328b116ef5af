"""Everything that crosses between Python and JavaScript.

Dictionaries go in as plain objects, and come out as dicts. Errors get the class of their name.
Promises become futures. Each object of the browser has at most one handle at a time, and all of
their events come through one function, so that nothing here has to be destroyed with them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from mediadevices.agent_protocol.handles import Handle, Listener
from mediadevices.errors import exception_for_name
from mediadevices.webidl import conversion, promise

__all__ = [
    "JsError",
    "JsObject",
    "Wrapper",
    "awaited",
    "callbacks",
    "create_proxy",
    "error_of",
    "errors",
    "future",
    "new",
    "optional",
    "script_url",
    "to_dict",
    "to_js",
    "to_typed_array",
    "window",
    "wrapper_of",
]

# Imported by name: the type checkers run where there are no such modules.
_ffi = import_module("pyodide.ffi")

JsObject: TypeAlias = Any
"""An object of the browser, with the Web's own attributes (Any: the type checkers know none)."""

window: JsObject = import_module("js")
"""JavaScript's global object."""

JsError: type[Exception] = _ffi.JsException
"""What an error that JavaScript throws is in Python, before `error_of` has named it."""

create_proxy: Callable[[object], JsObject] = _ffi.create_proxy
"""Make a Python object one of JavaScript's, until its `destroy` is called."""

_T = TypeVar("_T")
_W = TypeVar("_W", bound="Wrapper")


# --- values -----------------------------------------------------------------------------------


#: Pyodide makes BigInts from here on, which no interface of the browser takes for a number.
_FIRST_BIGINT = 2**53 - 1


def to_js(value: object) -> JsObject:
    """Return mappings as plain objects, sequences as arrays, and numbers as JavaScript's."""
    return _ffi.to_js(_plain(value), dict_converter=window.Object.fromEntries)


def _plain(value: object) -> object:
    if conversion.is_mapping(value):
        return {str(key): _plain(item) for key, item in value.items()}
    if conversion.is_sequence(value):
        return [_plain(item) for item in value]
    if isinstance(value, int) and abs(value) >= _FIRST_BIGINT:
        return conversion.unrestricted_double(value, "number")
    return value


def to_typed_array(buffer: memoryview[Any]) -> JsObject:
    """Return a copy of a buffer as the typed array of its items' type (Any: whichever it is)."""
    return _ffi.to_js(buffer)


def to_dict(value: JsObject) -> dict[str, Any]:  # Any: a member may be of any type of the IDL
    """Return a dictionary of the browser's as dicts and lists, without what is undefined or null.

    Args:
        value: A plain object, or one that has `toJSON`.
    """
    if hasattr(value, "toJSON"):
        value = value.toJSON()
    members = value.to_py() if hasattr(value, "to_py") else value
    return {name: item for name, item in members.items() if optional(item) is not None}


def optional(value: JsObject) -> JsObject | None:
    """Return the value, or None for undefined and null alike."""
    # Newer versions of Pyodide tell null from undefined, which no interface here does.
    return None if value is None or value is getattr(_ffi, "jsnull", None) else value


@contextmanager
def callbacks(**functions: Callable[..., object]) -> Generator[JsObject]:
    """Give an object with functions that JavaScript can call for the time of a ``with`` block."""
    proxies = {name: create_proxy(function) for name, function in functions.items()}
    try:
        yield to_js(proxies)
    finally:
        for proxy in proxies.values():
            proxy.destroy()


@contextmanager
def script_url(package: str, name: str) -> Generator[str]:
    """Give the address of a script that lies beside our modules, for the time of a block.

    Args:
        package: The package that it is in.
        name: The file's name.
    """
    (folder,) = import_module(package).__path__
    source = Path(folder, name).read_text("utf-8")
    url = window.URL.createObjectURL(
        new("Blob", to_js([source]), to_js({"type": "text/javascript"}))
    )
    try:
        yield url
    finally:
        window.URL.revokeObjectURL(url)


def new(name: str, *arguments: object) -> JsObject:
    """Construct an object of a global class: ``new(name, …)`` is JavaScript's ``new Name(…)``.

    Raises:
        DOMException: The constructor throws; or TypeError.
    """
    with errors():
        return getattr(window, name).new(*arguments)


# --- errors and promises ----------------------------------------------------------------------

# Pyodide replaces a DOMException that a call throws by an error that quotes it.
_NO_ERROR = re.compile(
    r'was thrown as an error!\n.*"""(?P<name>\w+): (?P<message>.*?)"""', re.DOTALL
)


def error_of(reason: JsObject) -> Exception:
    """Return what JavaScript threw as the exception that has its name."""
    name = str(getattr(reason, "name", "Error"))
    message = str(getattr(reason, "message", reason))
    if described := _NO_ERROR.search(message):
        name, message = described["name"], described["message"]
    if name == TypeError.__name__:
        return TypeError(message)
    constraint = optional(getattr(reason, "constraint", None))
    return exception_for_name(name, message, "" if constraint is None else str(constraint))


@contextmanager
def errors() -> Generator[None]:
    """Let what JavaScript throws in the ``with`` block be raised as `error_of` names it."""
    try:
        yield
    except JsError as reason:
        raise error_of(reason) from None


async def awaited(pending: JsObject) -> JsObject:
    """Wait for a promise that is rejected with nothing but ordinary errors; else see `future`.

    Raises:
        DOMException: It was rejected; or TypeError.
    """
    with errors():
        return await pending


def future(
    owner: JsObject,
    method: str,
    argument: JsObject,
    convert: Callable[[JsObject], _T],
    discard: Callable[[JsObject], object] | None = None,
    explain: Callable[[Exception], Exception] | None = None,
) -> asyncio.Future[_T]:
    """Call a method, and return the future of the promise that it gives.

    Args:
        owner: The object.
        method: The name of the method.
        argument: What to call it with; None for nothing.
        convert: Makes the result of the promise's.
        discard: Called with a result that nobody gets: the future was cancelled, or `convert`
            failed.
        explain: Makes a better error of one that the browser gave.
    """
    result: asyncio.Future[_T] = promise.running_loop().create_future()

    def settled(outcomes: JsObject) -> None:
        outcome = outcomes[0]
        if outcome.status == "fulfilled":
            if not result.done():
                settle(outcome.value)
            elif discard is not None:
                discard(outcome.value)
        elif not result.done():
            error = error_of(outcome.reason)
            result.set_exception(error if explain is None else explain(error))

    def settle(value: JsObject) -> None:
        try:
            result.set_result(convert(value))
        except Exception as error:  # noqa: BLE001  (whatever it is, the caller sees it)
            result.set_exception(error)
            if discard is not None:
                discard(value)

    # Python must not see the promise itself. Pyodide makes a future of each that a call returns,
    # and one that is rejected with an OverconstrainedError, which it takes for no error, never
    # ends. So JavaScript makes the call, and Python waits for what is never rejected.
    map_array = getattr(window.Array, "from")  # a keyword of Python's
    promises = map_array(_ffi.to_js([argument]), getattr(owner, method), owner)
    window.Promise.allSettled(promises).then(settled)
    return result


# --- objects ----------------------------------------------------------------------------------


class Wrapper(Handle):
    """The handle of an object of the browser.

    Its attributes are read from the object each time: there is no state here to disagree with.

    Args:
        js: The object.
    """

    __slots__ = ("_js",)

    #: The types of the events that are passed on.
    events: ClassVar[tuple[str, ...]] = ()

    def __init__(self, js: JsObject) -> None:
        super().__init__()
        self._js = js
        for event in self.events:
            # The same function each time: listening twice is listening once.
            js.addEventListener(event, _listener)

    @property
    def js(self) -> JsObject:
        """The browser's object."""
        return self._js

    def pin(self, interface: Listener | None) -> None:
        """Keep the interface object alive, or (None) no longer."""
        super().pin(interface)
        if interface is None:
            _pinned.discard(self)
        else:
            _pinned.add(self)

    def happened(self, event: JsObject) -> None:
        """Pass on an event of the object's."""
        self.notify(event.type)


# JavaScript knows each object by a number, and Python each handle, weakly both: neither keeps the
# other's alive.
_numbers: JsObject = window.WeakMap.new()
_handles: WeakValueDictionary[int, Wrapper] = WeakValueDictionary()
_pinned: set[Wrapper] = set()
_next_number = count(1)


def wrapper_of(cls: type[_W], js: JsObject) -> _W:
    """Return the one handle of an object; make it if there is none.

    Args:
        cls: The class of the handle.
        js: The object.
    """
    number = _numbers.get(js)
    if number is None:
        number = next(_next_number)
        _numbers.set(js, number)
    handle = _handles.get(number)
    if not isinstance(handle, cls):
        handle = _handles[number] = cls(js)
    return handle


def _hear(event: JsObject) -> None:
    number = _numbers.get(event.currentTarget)
    if number is not None and (handle := _handles.get(number)) is not None:
        handle.happened(event)


#: The one function that hears every event; it is never destroyed.
_listener: JsObject = create_proxy(_hear)
