"""historical: what the standard has dropped does not exist."""

from __future__ import annotations

import pytest

import mediadevices
from mediadevices import MediaStream, MediaStreamTrack, navigator


@pytest.mark.parametrize("name", ["webkitMediaStream", "webkit_media_stream"])
async def test_there_is_no_prefixed_stream(name: str) -> None:
    assert not hasattr(mediadevices, name)


@pytest.mark.parametrize("name", ["webkitGetUserMedia", "mozGetUserMedia", "webkit_get_user_media"])
async def test_there_is_no_prefixed_method(name: str) -> None:
    assert not hasattr(navigator, name)


@pytest.mark.parametrize("name", ["onactive", "oninactive", "onended", "stop", "ended", "label"])
async def test_a_stream_has_no_such_member(name: str) -> None:
    assert not hasattr(MediaStream(), name)


@pytest.mark.parametrize("name", ["onoverconstrained", "readonly", "remote", "get_sources"])
async def test_a_track_has_no_such_member(name: str) -> None:
    assert not hasattr(MediaStreamTrack, name)
