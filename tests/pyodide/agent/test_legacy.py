"""The old interface over the browser's own devices."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest

from conformance.legacy.capturing import capture, failure
from conformance.media import read
from mediadevices import NotAllowedError, legacy
from support.page_media import painted_stream, shown_pixel

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit")


def video() -> Any:
    element = import_module("js").document.createElement("video")
    element.muted = element.autoplay = element.playsInline = True
    return element


async def test_capturing() -> None:
    optional = [{"maxWidth": 640}, {"googLeakyBucket": True}]
    async with capture(video={"optional": optional}, audio=True) as stream:
        (track,) = stream.video_tracks
        assert (track.ready_state, stream.ended) == ("live", False)
        assert 0 < track.states().width <= 640
        assert track.states().source_id == track.modern.js.getSettings().deviceId
        assert track.capabilities().source_type == ["camera"]
        assert await read(track.modern)
        derived = legacy.MediaStream(stream)
        ended = asyncio.ensure_future(derived.wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        stream.stop()
        await ended
        assert track.modern.js.readyState == "ended"


async def test_a_mandatory_constraint_that_no_device_satisfies() -> None:
    async with capture(video=True):  # what is exposed is named in the error
        error = await failure(video={"mandatory": {"minWidth": 100_000}})
    assert (error.name, error.constraint_name) == ("CONSTRAINT_NOT_SATISFIED", "minWidth")


async def test_a_mandatory_constraint_that_nobody_knows() -> None:
    error = await failure(video={"mandatory": {"googLeakyBucket": True}})
    assert (error.name, error.constraint_name) == ("CONSTRAINT_NOT_SATISFIED", "googLeakyBucket")


@pytest.mark.lanes("chromium", "firefox")
@pytest.mark.browser("denied")
async def test_a_user_who_says_no() -> None:
    error = await failure(video=True)
    assert (error.name, error.code) == ("PERMISSION_DENIED", 1)
    assert isinstance(error.__cause__, NotAllowedError)


async def test_the_sources_are_the_browsers() -> None:
    async with capture(video=True, audio=True) as stream:
        found: asyncio.Future[list[legacy.SourceInfo]] = asyncio.get_running_loop().create_future()
        legacy.MediaStreamTrack.get_sources(found.set_result)
        async with asyncio.timeout(10):
            infos = await found
        ids = {info.source_id for info in infos if info.kind == "video"}
        assert stream.video_tracks[0].states().source_id in ids
        assert {info.kind for info in infos} == {"audio", "video"}


async def test_the_url_of_a_stream_leads_into_an_element() -> None:
    async with painted_stream((20, 180, 90)) as (painted, _):
        stream = legacy.MediaStream(painted)
        url = legacy.URL.create_object_url(stream)
        try:
            element = video()
            async with asyncio.timeout(10):
                await legacy.attach_url(element, url)
            assert element.srcObject == stream.modern.js
            seen = await shown_pixel(element, (20, 180, 90))
            assert all(abs(a - b) <= 6 for a, b in zip(seen, (20, 180, 90), strict=True)), seen
        finally:
            legacy.URL.revoke_object_url(url)
