"""What crosses between Python and JavaScript."""

from __future__ import annotations

import asyncio
import gc
from importlib import import_module
from typing import Any

import pytest

from mediadevices import DOMException, OverconstrainedError, SecurityError, navigator
from mediadevices.webidl.dictionary import freeze

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


def ffi() -> Any:
    return import_module("mediadevices_pyodide.ffi")


def javascript(code: str) -> Any:
    return import_module("pyodide.code").run_js(code)


@pytest.mark.parametrize("frozen", [False, True])
def test_dictionaries_go_in_as_plain_objects(frozen: bool) -> None:
    given: Any = {"video": {"width": {"ideal": 640}, "advanced": [{"facingMode": ["user", "x"]}]}}
    given["audio"] = True
    value = freeze(given) if frozen else given
    written = javascript("JSON.stringify")(ffi().to_js(value))
    assert written == (
        '{"video":{"width":{"ideal":640},"advanced":[{"facingMode":["user","x"]}]},"audio":true}'
    )
    assert not javascript("(value) => value.video.width instanceof Map")(ffi().to_js(value))


@pytest.mark.parametrize(
    ("number", "written"),
    [(2**53 - 1, "9007199254740991"), (-(10**18), "-1000000000000000000"), (10**400, "Infinity")],
)
def test_an_integer_is_a_number_however_large(number: int, written: str) -> None:
    (made,) = javascript("(list) => list.map(one => `${typeof one} ${one}`)")(ffi().to_js([number]))
    assert made == f"number {written}"


async def test_a_constraint_may_be_larger_than_javascripts_whole_numbers() -> None:
    stream = await navigator.media_devices.get_user_media({"video": {"width": {"ideal": 10**18}}})
    (track,) = stream.get_tracks()
    assert track.ready_state == "live"
    track.stop()


def test_dictionaries_come_out_as_dicts_without_what_is_not_there() -> None:
    value = javascript("({a: {min: 1, max: 2.5}, b: [true, 'x'], c: undefined, d: null, e: 0})")
    assert ffi().to_dict(value) == {"a": {"min": 1, "max": 2.5}, "b": [True, "x"], "e": 0}


def test_what_can_write_itself_as_json_does() -> None:
    value = javascript("({toJSON() { return {frames: 3} }, other: 1})")
    assert ffi().to_dict(value) == {"frames": 3}


@pytest.mark.parametrize(
    "name", ["NotAllowedError", "NotFoundError", "NotReadableError", "AbortError", "DataError"]
)
def test_an_error_has_the_class_of_its_name(name: str) -> None:
    made = ffi().error_of(javascript(f"new DOMException('what happened', '{name}')"))
    assert (type(made).__name__, made.name, str(made)) == (name, name, "what happened")


def test_an_error_without_a_class_keeps_its_name() -> None:
    made = ffi().error_of(javascript("new DOMException('it froze', 'IceError')"))
    assert type(made) is DOMException
    assert (made.name, made.message) == ("IceError", "it froze")


def test_a_type_error_is_pythons() -> None:
    made = ffi().error_of(javascript("new TypeError('no number')"))
    assert type(made) is TypeError
    assert str(made) == "no number"


def test_what_is_thrown_in_a_call_has_its_class() -> None:
    throw = javascript("() => { throw new DOMException('busy', 'NotReadableError') }")
    with pytest.raises(DOMException, match="busy") as caught, ffi().errors():
        throw()
    assert caught.value.name == "NotReadableError"


async def test_a_promise_that_is_rejected_with_no_error_ends_its_future() -> None:
    """Pyodide itself would wait for it for ever, and Firefox has no such class at all."""
    owner = javascript(
        "({ask(value) { return Promise.reject("
        "{name: 'OverconstrainedError', constraint: 'width', message: value}) }})"
    )
    async with asyncio.timeout(5):
        with pytest.raises(OverconstrainedError, match="too wide") as caught:
            await ffi().future(owner, "ask", "too wide", lambda value: value)
    assert caught.value.constraint == "width"


async def test_an_error_of_the_conversion_reaches_the_caller_and_the_result_is_discarded() -> None:
    owner = javascript("({ask(value) { return Promise.resolve(value) }})")
    discarded: list[object] = []
    with pytest.raises(ZeroDivisionError):
        await ffi().future(owner, "ask", 0, lambda value: 1 / value, discarded.append)
    assert discarded == [0]


async def test_a_result_that_nobody_waits_for_any_more_is_discarded() -> None:
    gate = javascript("Promise.withResolvers()")
    owner = javascript("(gate) => ({ask() { return gate.promise }})")(gate)
    discarded: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    future = ffi().future(owner, "ask", None, lambda value: value, discarded.set_result)
    future.cancel()
    gate.resolve(7)
    async with asyncio.timeout(5):
        assert await discarded == 7


async def test_a_capture_that_is_cancelled_leaves_no_camera_on() -> None:
    """The browser cannot be stopped, but what it opens in the end is closed."""
    js = import_module("js")
    opened: list[Any] = []
    real = js.navigator.mediaDevices.getUserMedia
    spy = javascript(
        "(real, opened) => async (constraints) => {"
        " const stream = await real.call(navigator.mediaDevices, constraints);"
        " opened(stream); return stream }"
    )
    proxy = import_module("pyodide.ffi").create_proxy(opened.append)
    js.navigator.mediaDevices.getUserMedia = spy(real, proxy)
    try:
        asked = navigator.media_devices.get_user_media(video=True)
        await asyncio.sleep(0)
        asked.cancel()
        async with asyncio.timeout(10):
            while not opened or opened[0].active:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.01)
    finally:
        del js.navigator.mediaDevices.getUserMedia
        proxy.destroy()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert [track.readyState for track in opened[0].getTracks()] == ["ended"]


def test_an_object_has_one_handle_as_long_as_somebody_holds_it() -> None:
    from mediadevices_pyodide.stream import BrowserStream

    js_stream = import_module("js").MediaStream.new()
    first = ffi().wrapper_of(BrowserStream, js_stream)
    assert ffi().wrapper_of(BrowserStream, js_stream) is first
    number = id(first)
    del first
    gc.collect()
    handles = [value for value in gc.get_objects() if isinstance(value, BrowserStream)]
    assert not [handle for handle in handles if id(handle) == number]


def test_null_and_undefined_are_none() -> None:
    assert ffi().optional(javascript("null")) is None
    assert ffi().optional(javascript("undefined")) is None
    assert ffi().optional(0) == 0


def test_functions_can_be_called_for_the_time_of_a_block() -> None:
    call = javascript("(told) => told.add(1, 2)")
    with ffi().callbacks(add=lambda one, other: one + other) as told:
        assert call(told) == 3
    with pytest.raises(ffi().JsError, match="destroyed"):
        call(told)


async def test_a_page_that_refuses_our_script_is_told_what_to_allow() -> None:
    from mediadevices_pyodide import reader_script

    js: Any = import_module("js")
    known = list(reader_script._loaded)
    real = js.URL.createObjectURL
    reader_script._loaded.clear()
    js.URL.createObjectURL = javascript("() => 'blob:nothing-is-here'")
    try:
        async with asyncio.timeout(10):
            with pytest.raises(SecurityError, match="blob:"):
                await reader_script.script()
    finally:
        js.URL.createObjectURL = real
        reader_script._loaded[:] = known
    async with asyncio.timeout(10):
        assert (await reader_script.script()).slot
