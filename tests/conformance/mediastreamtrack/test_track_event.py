"""MediaStreamTrackEvent-constructor."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import Event, MediaStreamTrackEvent


@pytest.mark.parametrize("arguments", [(), ("type",)])
async def test_type_and_init_dictionary_are_required(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        MediaStreamTrackEvent(*arguments)


@pytest.mark.parametrize("init", [{}, {"track": None}, {"track": 5}, None])
async def test_the_track_is_required(init: object) -> None:
    with pytest.raises(TypeError):
        MediaStreamTrackEvent("type", init)


async def test_the_attributes_are_those_given() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        event = MediaStreamTrackEvent("type", {"track": track})
        assert isinstance(event, Event)
        assert event.type == "type"
        assert event.track is track
        assert (event.bubbles, event.cancelable, event.is_trusted) == (False, False, False)
        bubbling = MediaStreamTrackEvent("type", {"track": track, "bubbles": True})
        assert bubbling.bubbles
