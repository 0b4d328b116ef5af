"""GUM-api, -empty-option-param, -unknownkey-option-param, -trivial- and -optional-constraint."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import MediaStream, navigator


async def test_get_user_media_is_a_method_of_media_devices() -> None:
    assert callable(navigator.media_devices.get_user_media)
    assert callable(navigator.mediaDevices.getUserMedia)


async def test_an_empty_dictionary_is_rejected_at_once() -> None:
    promise = navigator.media_devices.get_user_media({})
    assert promise.done()
    with pytest.raises(TypeError) as caught:
        await promise
    assert not hasattr(caught.value, "constraint_name")


@pytest.mark.parametrize(
    "constraints",
    [None, {}, {"video": False, "audio": False}, {"video": None}, {"doesnotexist": True}],
)
async def test_asking_for_neither_kind_is_rejected_at_once(constraints: object) -> None:
    promise = navigator.media_devices.get_user_media(constraints)
    assert promise.done()
    with pytest.raises(TypeError):
        await promise


async def test_an_unknown_key_requests_nothing() -> None:
    with pytest.raises(TypeError):
        await navigator.media_devices.get_user_media({"doesnotexist": True})


async def test_an_empty_constraint_set_requests_the_kind() -> None:
    async with capture(video={}, audio={}) as stream:
        assert sorted(track.kind for track in stream.get_tracks()) == ["audio", "video"]


async def test_a_trivial_constraint_is_satisfied() -> None:
    async with capture(video={"width": {"min": 0}}) as stream:
        assert isinstance(stream, MediaStream)
        assert len(stream.get_video_tracks()) == 1


async def test_an_advanced_set_that_cannot_be_satisfied_is_skipped() -> None:
    async with capture(video={"advanced": [{"width": {"min": 1024, "max": 800}}]}) as stream:
        assert len(stream.get_video_tracks()) == 1
