"""The machinery that runs tests in web pages, seen from within."""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.page import AskError, ask

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


def test_a_plain_test_runs_in_the_page() -> None:
    from js import document

    assert sys.platform == "emscripten"
    assert document.title == "Tests of mediadevices"


def test_the_library_comes_from_the_page_wheel() -> None:
    installed = distribution("mediadevices")
    assert "pyemscripten" in (installed.read_text("WHEEL") or "")
    assert find_spec("mediadevices_native") is None
    assert len(installed.files or ()) > 100
    assert all(Path(str(path.locate())).is_file() for path in installed.files or ())


async def test_a_coroutine_awaits_the_browsers_own_promises() -> None:
    from js import navigator

    devices = await navigator.mediaDevices.enumerateDevices()
    assert devices.length > 0


@pytest.mark.parametrize("seconds", [0, 0.05])
async def test_time_passes(seconds: float) -> None:
    before = asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    assert asyncio.get_running_loop().time() - before >= seconds * 0.8


@pytest.mark.xfail(reason="the machinery must tell a failure", raises=AssertionError)
async def test_a_failure_after_an_await_is_a_failure() -> None:
    await asyncio.sleep(0)
    assert sys.platform == "none"


UNCAUGHT = {
    "an exception in a callback": "setTimeout(() => { throw new Error('so it is') })",
    "a rejected promise": "void Promise.reject(new Error('so it is'))",
}


@pytest.mark.xfail(reason="the machinery must tell an error of the page", raises=AssertionError)
@pytest.mark.parametrize("what", UNCAUGHT)
async def test_an_error_that_nothing_catches_is_a_failure(what: str) -> None:
    from pyodide.code import run_js

    run_js(UNCAUGHT[what])
    await asyncio.sleep(0.05)


@pytest.mark.xfail(reason="the machinery must tell an error of the page", raises=AssertionError)
async def test_a_call_of_a_destroyed_proxy_is_a_failure() -> None:
    from js import setTimeout
    from pyodide.ffi import create_proxy

    proxy = create_proxy(lambda: None)
    setTimeout(proxy, 10)
    proxy.destroy()
    await asyncio.sleep(0.05)


@pytest.mark.untidy_page("its subject")
async def test_a_test_may_be_about_such_errors() -> None:
    from pyodide.code import run_js

    run_js(UNCAUGHT["a rejected promise"])
    await asyncio.sleep(0.05)


async def test_the_host_refuses_an_unknown_command() -> None:
    with pytest.raises(AskError, match=r"no command 'dance'.*screenshot"):
        await ask("dance")


class TestThePageLives:
    """Clicks, pictures, output."""

    async def test_a_click_is_a_users_gesture(self) -> None:
        from js import document
        from pyodide.ffi.wrappers import add_event_listener

        button = document.createElement("button")
        button.id, button.textContent = "press", "Press"
        document.body.append(button)
        trusted: list[bool] = []
        add_event_listener(button, "click", lambda event: trusted.append(event.isTrusted))
        await ask("click", selector="#press")
        button.remove()
        assert trusted == [True]

    async def test_a_screenshot_is_saved(self) -> None:
        path = await ask("screenshot", name="harness")
        assert path.endswith("/.cache/screenshots/harness.png")

    async def test_output_is_captured(self, capsys: pytest.CaptureFixture[str]) -> None:
        print("before")
        await asyncio.sleep(0)
        print("after")
        assert capsys.readouterr().out == "before\nafter\n"


@pytest.mark.lanes("oldpyodide")
def test_the_older_pyodide_has_numpy_and_pillow() -> None:
    import numpy as np
    from PIL import Image

    assert sys.version_info[:2] == (3, 12)
    assert np.asarray(Image.new("L", (2, 2), 7)).sum() == 28
