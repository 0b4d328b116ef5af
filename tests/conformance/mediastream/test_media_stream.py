"""MediaStream-audio-only, -video-only, -id, -idl, -gettrackid, -finished-add."""

from __future__ import annotations

import asyncio
import string

import pytest

from conformance.media import capture
from mediadevices import MediaStream

ALLOWED = set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`{|}~") - set("{}")


async def test_a_stream_of_audio_only() -> None:
    async with capture(audio=True) as stream:
        assert isinstance(stream, MediaStream)
        assert len(stream.get_audio_tracks()) == 1
        assert stream.get_video_tracks() == []


async def test_a_stream_of_video_only() -> None:
    async with capture(video=True) as stream:
        assert isinstance(stream, MediaStream)
        assert len(stream.get_video_tracks()) == 1
        assert stream.get_audio_tracks() == []


async def test_an_id_is_36_allowed_characters() -> None:
    async with capture(video=True) as stream:
        assert len(stream.id) == 36
        assert set(stream.id) <= ALLOWED
        assert stream.id == stream.id


async def test_a_track_is_found_by_its_id() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        assert stream.get_track_by_id(track.id) is track
        assert stream.get_track_by_id("no such track") is None


async def test_constructors_share_the_tracks_but_not_the_id() -> None:
    async with capture(video=True, audio=True) as first:
        second = MediaStream(first)
        assert second.id != first.id
        assert set(map(id, second.get_tracks())) == set(map(id, first.get_tracks()))
        third = MediaStream(first.get_tracks())
        assert third.id not in {first.id, second.id}
        assert set(map(id, third.get_tracks())) == set(map(id, first.get_tracks()))
        empty = MediaStream()
        assert empty.id not in {first.id, second.id, third.id}
        assert empty.get_tracks() == []
        assert not empty.active
        assert len(MediaStream([*first.get_tracks(), *first.get_tracks()]).get_tracks()) == 2


async def test_stopping_all_tracks_makes_every_stream_inactive_at_once() -> None:
    async with capture(video=True, audio=True) as stream:
        shared = MediaStream(stream)
        audio_only = MediaStream(stream.get_audio_tracks())
        fired: list[object] = []
        (audio,), (video,) = stream.get_audio_tracks(), stream.get_video_tracks()
        audio.onended = video.onended = fired.append
        audio.stop()
        assert audio.ready_state == "ended"
        assert not audio_only.active
        assert stream.active
        assert shared.active
        video.stop()
        assert not stream.active
        assert not shared.active
        await asyncio.sleep(0.1)
        assert fired == []


async def test_a_stream_of_ended_tracks_has_them_and_is_inactive() -> None:
    async with capture(video=True, audio=True) as stream:
        for track in stream.get_tracks():
            track.stop()
        ended = MediaStream(stream.get_tracks())
        assert len(ended.get_tracks()) == 2
        assert not ended.active


async def test_an_inactive_stream_accepts_and_removes_tracks() -> None:
    async with capture(audio=True) as audio, capture(video=True) as video:
        (audio_track,), (video_track,) = audio.get_tracks(), video.get_tracks()
        audio_track.stop()
        assert not audio.active
        audio.add_track(video_track)
        assert audio.active
        assert audio.get_video_tracks() == [video_track]
        audio.remove_track(audio_track)
        assert audio.get_audio_tracks() == []
        video_track.stop()
        assert not audio.active


async def test_lists_of_tracks_are_new_each_time() -> None:
    async with capture(video=True) as stream:
        taken = stream.get_tracks()
        assert taken is not stream.get_tracks()
        taken.clear()
        assert len(stream.get_tracks()) == 1


@pytest.mark.parametrize("bad", [5, "stream", [None], [5]])
async def test_a_stream_accepts_only_tracks(bad: object) -> None:
    with pytest.raises(TypeError):
        MediaStream(bad)
