"""historical: members that the standard has removed do not exist."""

from __future__ import annotations

from importlib import import_module

import pytest

import mediadevices
from conformance.media import capture
from mediadevices import MediaStream, MediaStreamTrack, navigator


@pytest.mark.parametrize("name", ["webkitMediaStream", "webkit_media_stream"])
async def test_there_is_no_prefixed_stream(name: str) -> None:
    assert not hasattr(mediadevices, name)


@pytest.mark.parametrize("name", ["webkitGetUserMedia", "mozGetUserMedia", "webkit_get_user_media"])
async def test_there_is_no_prefixed_method(name: str) -> None:
    assert not hasattr(navigator, name)


@pytest.mark.parametrize("name", ["create_object_url", "createObjectURL"])
async def test_there_is_no_url_of_a_stream(name: str) -> None:
    assert not hasattr(mediadevices, name)
    assert not hasattr(MediaStream, name)


@pytest.mark.lanes("chromium", "firefox", "webkit")
async def test_a_page_has_no_url_of_a_stream() -> None:
    attempt = import_module("pyodide.code").run_js(
        "stream => { try { URL.createObjectURL(stream) } catch (error) { return error.name } }"
    )
    async with capture(video=True) as stream:
        assert attempt(stream.js) == "TypeError"


@pytest.mark.parametrize("name", ["onactive", "oninactive", "onended", "stop", "ended", "label"])
async def test_a_stream_has_no_such_member(name: str) -> None:
    assert not hasattr(MediaStream(), name)


@pytest.mark.parametrize("name", ["onoverconstrained", "readonly", "remote", "get_sources"])
async def test_a_track_has_no_such_member(name: str) -> None:
    assert not hasattr(MediaStreamTrack, name)
