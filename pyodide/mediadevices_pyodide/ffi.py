"""Passes values, calls and events between Python and JavaScript.

Mappings become plain objects, and dictionaries become dicts. JavaScript errors become the exception
of the same name. Promises become futures. Each browser object has at most one handle at a time. One
listener receives the events of all objects, so no proxy has to be destroyed with an object.
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

from mediadevices.agent_protocol.handles import Handle
from mediadevices.agent_protocol.js_bridge import JsHandle
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

# Imported by name, because the type checkers run where these modules do not exist.
_ffi = import_module("pyodide.ffi")

JsObject: TypeAlias = Any
"""A JavaScript object with its own attributes (Any: the type checkers know no such types)."""

window: JsObject = import_module("js")
"""JavaScript's global object."""

JsError: type[Exception] = _ffi.JsException
"""The exception for a JavaScript error, before `error_of` converts it."""

create_proxy: Callable[[object], JsObject] = _ffi.create_proxy
"""Make a JavaScript proxy of a Python object, valid until its `destroy` is called."""

_T = TypeVar("_T")
_W = TypeVar("_W", bound="Wrapper[Any]")
_L = TypeVar("_L")


# --- values -----------------------------------------------------------------------------------


#: From here on Pyodide converts an int to a BigInt, which browsers reject as a number.
_FIRST_BIGINT = 2**53 - 1


def to_js(value: object) -> JsObject:
    """Convert mappings to plain objects, sequences to arrays, and numbers to numbers."""
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
    """Copy a buffer to a typed array with items of the same type (Any: of any item type)."""
    return _ffi.to_js(buffer)


def to_dict(value: JsObject) -> dict[str, Any]:  # Any: a member may be of any type of the IDL
    """Convert a browser dictionary to a dict; members that are undefined or null are left out.

    Args:
        value: A plain object, or an object with `toJSON`.
    """
    if hasattr(value, "toJSON"):
        value = value.toJSON()
    members = value.to_py() if hasattr(value, "to_py") else value
    return {name: item for name, item in members.items() if optional(item) is not None}


def optional(value: JsObject) -> JsObject | None:
    """Return the value, or None for undefined and null."""
    # Newer versions of Pyodide distinguish null from undefined; the interfaces here do not.
    return None if value is None or value is getattr(_ffi, "jsnull", None) else value


@contextmanager
def callbacks(**functions: Callable[..., object]) -> Generator[JsObject]:
    """Yield an object whose functions JavaScript can call within the ``with`` block."""
    proxies = {name: create_proxy(function) for name, function in functions.items()}
    try:
        yield to_js(proxies)
    finally:
        for proxy in proxies.values():
            proxy.destroy()


@contextmanager
def script_url(package: str, name: str) -> Generator[str]:
    """Yield a URL of a script in one of our packages, valid within the ``with`` block.

    Args:
        package: The package that contains the script.
        name: The file name.
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
    """Construct an object of a global class, as JavaScript's ``new Name(…)`` does.

    Raises:
        DOMException: The constructor throws; or TypeError.
    """
    with errors():
        return getattr(window, name).new(*arguments)


# --- errors and promises ----------------------------------------------------------------------

# When a call throws a DOMException, Pyodide raises an error that quotes it.
_QUOTED_ERROR = re.compile(
    r'was thrown as an error!\n.*"""(?P<name>\w+): (?P<message>.*?)"""', re.DOTALL
)


def error_of(reason: JsObject) -> Exception:
    """Convert a JavaScript error to the exception of the same name."""
    name = str(getattr(reason, "name", "Error"))
    message = str(getattr(reason, "message", reason))
    if described := _QUOTED_ERROR.search(message):
        name, message = described["name"], described["message"]
    if name == TypeError.__name__:
        return TypeError(message)
    constraint = optional(getattr(reason, "constraint", None))
    return exception_for_name(name, message, "" if constraint is None else str(constraint))


@contextmanager
def errors() -> Generator[None]:
    """Convert errors that JavaScript throws in the ``with`` block; see `error_of`."""
    try:
        yield
    except JsError as reason:
        raise error_of(reason) from None


async def awaited(pending: JsObject) -> JsObject:
    """Wait for a promise that is never rejected with an OverconstrainedError; else use `future`.

    Raises:
        DOMException: The promise was rejected; or TypeError.
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
    """Call a method that returns a promise; return a future of its result.

    Args:
        owner: The object.
        method: The name of the method.
        argument: The argument; None for no argument.
        convert: Converts the promise's value to the result.
        discard: Called with a value that is not returned, because the future was cancelled or
            `convert` failed.
        explain: Converts the browser's error to one with a better message.
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
        except Exception as error:  # noqa: BLE001  (it is passed to the caller)
            result.set_exception(error)
            if discard is not None:
                discard(value)

    # Python must not get the promise itself. Pyodide converts a returned promise to a future, which
    # never ends if the promise is rejected with an OverconstrainedError, because Pyodide does not
    # recognise it as an error. So JavaScript makes the call, and `allSettled` never rejects.
    map_array = getattr(window.Array, "from")  # `from` is a keyword in Python.
    promises = map_array(_ffi.to_js([argument]), getattr(owner, method), owner)
    window.Promise.allSettled(promises).then(settled)
    return result


# --- objects ----------------------------------------------------------------------------------


class Wrapper(Handle[_L], JsHandle):
    """The handle of a browser object.

    It reads the attributes from the object each time, and keeps no state of its own.

    Args:
        js: The object.
    """

    __slots__ = ("_js",)

    #: The event types that the handle listens to; each event calls `happened`.
    events: ClassVar[tuple[str, ...]] = ()

    def __init__(self, js: JsObject) -> None:
        super().__init__()
        self._js = js
        for event in self.events:
            # Adding the same listener twice has no effect.
            js.addEventListener(event, _listener)

    @property
    def js(self) -> JsObject:
        """The browser's object."""
        return self._js

    def pin(self, interface: object | None) -> None:
        """Keep the interface object alive, or, with None, stop doing so."""
        super().pin(interface)
        if interface is None:
            _pinned.discard(self)
        else:
            _pinned.add(self)

    def happened(self, event: JsObject) -> None:
        """Handle an event of the browser's object.

        Args:
            event: The event, of one of the types in `events`.
        """
        raise NotImplementedError


# JavaScript maps objects to numbers and Python maps numbers to handles. Both maps are weak, so
# neither side keeps the other's objects alive.
_numbers: JsObject = window.WeakMap.new()
_handles: WeakValueDictionary[int, Wrapper[Any]] = WeakValueDictionary()
_pinned: set[Wrapper[Any]] = set()
_next_number = count(1)


def wrapper_of(cls: type[_W], js: JsObject) -> _W:
    """Return the handle of an object; create it if there is none.

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


def _dispatch(event: JsObject) -> None:
    number = _numbers.get(event.currentTarget)
    if number is not None and (handle := _handles.get(number)) is not None:
        handle.happened(event)


#: The listener of all events; it is never destroyed.
_listener: JsObject = create_proxy(_dispatch)
