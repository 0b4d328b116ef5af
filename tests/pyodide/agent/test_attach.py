"""Streams in the elements of the page."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest

from mediadevices import InvalidStateError, MediaStream, NotSupportedError, attach
from mediadevices.testing import install_fake_devices
from support.page_media import painted_stream, shown_pixel

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit")


def video() -> Any:
    element = import_module("js").document.createElement("video")
    element.muted = element.autoplay = element.playsInline = True
    return element


async def test_a_video_shows_the_stream() -> None:
    async with painted_stream((20, 180, 90)) as (stream, _):
        element = video()
        async with asyncio.timeout(10):
            await attach(stream, element)
        assert (element.videoWidth, element.videoHeight) == (64, 48)
        assert element.srcObject == stream.js
        seen = await shown_pixel(element, (20, 180, 90))
        assert all(abs(a - b) <= 6 for a, b in zip(seen, (20, 180, 90), strict=True)), seen


async def test_a_stream_that_has_ended_cannot_be_shown() -> None:
    async with painted_stream() as (stream, _):
        stream.get_tracks()[0].stop()
        async with asyncio.timeout(10):
            with pytest.raises(InvalidStateError, match="every track has ended"):
                await attach(stream, video())


async def test_another_stream_takes_the_place() -> None:
    async with painted_stream() as (stream, _), painted_stream() as (other, _):
        element = video()
        first = attach(MediaStream(), element)
        await asyncio.sleep(0)
        with pytest.raises(InvalidStateError):
            await first
        first = attach(stream, element)
        await asyncio.sleep(0)
        element.srcObject = other.js
        async with asyncio.timeout(10):
            outcome = (await asyncio.gather(first, return_exceptions=True))[0]
        # It may have been quick enough; else it says what has happened.
        assert outcome is None or "something else to show" in str(outcome)


async def test_only_streams_go_into_media_elements() -> None:
    async with painted_stream() as (stream, _):
        with pytest.raises(TypeError, match=r"expected a <video> or <audio>"):
            await attach(stream, import_module("js").document.body)
        with pytest.raises(TypeError, match="attach: stream: expected a MediaStream"):
            attach("stream", video())
    with install_fake_devices() as fakes:
        assert fakes
        with pytest.raises(NotSupportedError, match="only in a web page"):
            await attach(MediaStream(), video())
