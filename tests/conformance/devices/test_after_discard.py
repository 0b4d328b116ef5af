"""MediaDevices-after-discard: an ended program behaves like a discarded document.

In a browser `enumerateDevices()` then stays pending forever. In Python it would hang the program,
so it fails instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import capture, no_event
from mediadevices import InvalidStateError, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment

pytestmark = pytest.mark.needs("document")


async def test_get_user_media_is_rejected_at_once(environment: Environment) -> None:
    media_devices = navigator.media_devices
    async with capture(video=True):
        pass
    await environment.end_document()
    promise = media_devices.get_user_media({"audio": True})
    assert promise.done()
    with pytest.raises(InvalidStateError):
        await promise


async def test_enumerate_devices_returns_no_list(environment: Environment) -> None:
    media_devices = navigator.media_devices
    assert await media_devices.enumerate_devices()
    await environment.end_document()
    promise = media_devices.enumerate_devices()
    assert promise.done()
    with pytest.raises(InvalidStateError):
        await promise


async def test_its_tracks_have_ended_without_an_event(environment: Environment) -> None:
    async with capture(video=True, audio=True) as stream:
        fired: list[object] = []
        for track in stream.get_tracks():
            track.onended = fired.append
        await environment.end_document()
        assert [track.ready_state for track in stream.get_tracks()] == ["ended", "ended"]
        assert not stream.active
        await no_event(fired)
