"""Permissions, which are the browser's to give."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest

from conformance.media import capture
from mediadevices import NotAllowedError, NotSupportedError, navigator
from support.page import ask

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


async def test_the_state_is_the_browsers() -> None:
    js = import_module("js")
    status = await navigator.permissions.query({"name": "camera"})
    options = js.JSON.parse('{"name": "camera"}')
    assert status.state == (await js.navigator.permissions.query(options)).state
    assert status.name == "camera"
    assert await navigator.permissions.query({"name": "camera"}) is status


async def test_a_permission_that_is_granted_is_not_asked_for_again() -> None:
    async with capture(audio=True):
        status = await navigator.permissions.request({"name": "microphone"})
        assert status.name == "microphone"


@pytest.mark.browser("denied")
@pytest.mark.lanes("chromium", "firefox", "oldpyodide")
@pytest.mark.parametrize("kind", ["video", "audio"])
async def test_what_is_denied_is_not_allowed(kind: str) -> None:
    with pytest.raises(NotAllowedError, match="see the site's permissions"):
        await navigator.media_devices.get_user_media({kind: True})


@pytest.mark.browser("denied")
@pytest.mark.lanes("chromium", "firefox", "oldpyodide")
async def test_asking_for_what_is_denied_says_so() -> None:
    status = await navigator.permissions.request({"name": "camera"})
    assert status.state != "granted"


@pytest.mark.browser("camera-only")
@pytest.mark.lanes("chromium", "firefox", "oldpyodide")
async def test_each_permission_stands_alone() -> None:
    async with capture(video=True) as stream:
        assert stream.get_video_tracks()[0].ready_state == "live"
    with pytest.raises(NotAllowedError):
        await navigator.media_devices.get_user_media(audio=True)


@pytest.mark.browser("denied")
@pytest.mark.lanes("chromium")
async def test_a_change_is_told_of() -> None:
    status = await navigator.permissions.query({"name": "camera"})
    seen: list[str] = []
    status.onchange = lambda _event: seen.append(status.state)
    before = status.state
    await ask("set_permission", name="camera", state="granted")
    await status.wait_for("change", timeout=5) if not seen else None
    assert status.state == "granted" != before
    async with capture(video=True) as stream:
        assert stream.active
    await ask("set_permission", name="camera", state="denied")
    if len(seen) < 2:
        await status.wait_for("change", timeout=5)
    assert status.state != "granted"
    status.onchange = None


async def test_only_the_user_takes_a_permission_back() -> None:
    with pytest.raises(NotSupportedError, match="the user can"):
        await navigator.permissions.revoke({"name": "camera"})


def test_no_program_decides_for_the_user() -> None:
    permissions = navigator.permissions
    permissions.set_policy(camera="ask", microphone="ask")
    with pytest.raises(NotSupportedError, match="the browser asks"):
        permissions.set_policy(camera="grant")
    assert permissions.prompter is None
    permissions.prompter = None
    with pytest.raises(NotSupportedError, match="no prompter"):
        permissions.prompter = lambda _request: True


@pytest.mark.parametrize(
    ("allowed", "state", "questions"), [(True, "granted", 1), (False, "prompt", 2)]
)
async def test_an_engine_that_tells_nothing_is_asked_until_the_user_says_yes(
    allowed: bool, state: str, questions: int
) -> None:
    from mediadevices_pyodide.permissions import Permissions

    asked: list[dict[str, bool]] = []

    async def capture(constraints: Any) -> None:
        asked.append(constraints.to_py())
        if not allowed:
            raise NotAllowedError("The request is not allowed by the user agent")

    silent = Permissions(None)
    for _ in range(2):
        assert (await silent.request("microphone", capture)).state == state
    assert asked == [{"audio": True}] * questions


async def test_a_cancelled_request_leaves_no_camera_on() -> None:
    """The user's answer comes later, when nobody holds the stream any more."""
    js, run_js = import_module("js"), import_module("pyodide.code").run_js
    camera = await js.navigator.mediaDevices.getUserMedia(js.JSON.parse('{"video": true}'))
    gate = run_js("Promise.withResolvers()")
    js.navigator.mediaDevices.getUserMedia = run_js("(gate) => () => gate.promise")(gate)
    if hasattr(js.navigator, "permissions"):
        js.navigator.permissions.query = run_js("() => Promise.reject(new TypeError('unknown'))")
    from mediadevices_pyodide.agent import BrowserAgent

    agent = BrowserAgent(js.navigator.mediaDevices)
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(agent.request_permission("camera"), 0.2)
        gate.resolve(camera)
        async with asyncio.timeout(10):
            while camera.active:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.01)
    finally:
        del js.navigator.mediaDevices.getUserMedia
        if hasattr(js.navigator, "permissions"):
            del js.navigator.permissions.query
        for track in camera.getTracks():
            track.stop()


async def test_an_engine_that_tells_nothing_is_guessed_at() -> None:
    from mediadevices_pyodide.permissions import Permissions

    silent = Permissions(None)
    status = await silent.query("camera")
    microphone = await silent.query("microphone")
    assert (status.state, microphone.state) == ("prompt", "prompt")
    silent.learn({"video"}, None)
    silent.learn({"audio"}, NotAllowedError("no"))
    assert (status.state, microphone.state) == ("granted", "prompt")
    silent.learn({"audio", "video"}, NotAllowedError("one of them"))
    assert (status.state, microphone.state) == ("granted", "prompt")
    silent.learn({"video"}, NotAllowedError("no"))
    assert status.state == "prompt"
