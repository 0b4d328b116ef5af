"""MediaStream-add-audio-track, MediaStream-removetrack."""

from __future__ import annotations

import pytest

from conformance.media import capture, no_event
from mediadevices import MediaStream


async def test_adding_a_track_twice_adds_it_once_without_an_event() -> None:
    async with capture(audio=True) as audio, capture(video=True) as video:
        fired: list[object] = []
        video.onaddtrack = fired.append
        (track,) = audio.get_audio_tracks()
        video.add_track(track)
        assert video.get_audio_tracks() == [track]
        assert len(video.get_tracks()) == 2
        video.add_track(track)
        assert len(video.get_tracks()) == 2
        await no_event(fired)


async def test_removing_fires_nothing_even_for_a_foreign_track() -> None:
    async with capture(audio=True) as audio, capture(video=True) as video:
        fired: list[object] = []
        audio.onremovetrack = fired.append
        (track,) = audio.get_audio_tracks()
        audio.remove_track(video.get_video_tracks()[0])
        assert audio.get_tracks() == [track]
        audio.remove_track(track)
        assert audio.get_tracks() == []
        assert track.ready_state == "live"
        audio.remove_track(track)
        await no_event(fired)
        track.stop()


@pytest.mark.parametrize("bad", [None, 5, "track"])
async def test_only_tracks_can_be_added_and_removed(bad: object) -> None:
    stream = MediaStream()
    with pytest.raises(TypeError):
        stream.add_track(bad)
    with pytest.raises(TypeError):
        stream.remove_track(bad)
