"""MediaStream-clone, for streams and tracks."""

from __future__ import annotations

from conformance.media import capture, tracks_of
from mediadevices import MediaStream


async def test_a_cloned_stream_is_independent() -> None:
    async with capture(video=True, audio=True) as stream:
        clone = stream.clone()
        async with tracks_of(clone):
            ids = {stream.id, *(track.id for track in stream.get_tracks())}
            assert clone.id not in ids
            assert len(clone.get_audio_tracks()) == len(clone.get_video_tracks()) == 1
            assert not ids & {track.id for track in clone.get_tracks()}
            stream.get_audio_tracks()[0].stop()
            assert clone.get_audio_tracks()[0].ready_state == "live"
            clone.get_video_tracks()[0].stop()
            assert stream.get_video_tracks()[0].ready_state == "live"
            assert stream.active
            stream.get_video_tracks()[0].stop()
            assert not stream.active
            assert clone.active
            again = clone.clone()
            async with tracks_of(again):
                assert again.get_video_tracks()[0].ready_state == "ended"
                assert again.get_audio_tracks()[0].ready_state == "live"
                assert again.active


async def test_a_clone_of_ended_tracks_is_inactive() -> None:
    async with capture(video=True) as stream:
        stream.get_tracks()[0].stop()
        clone = stream.clone()
        assert not clone.active
        assert clone.get_tracks()[0].ready_state == "ended"


async def test_a_cloned_track_is_independent() -> None:
    async with capture(video=True, audio=True) as stream:
        (video,) = stream.get_video_tracks()
        clone = video.clone()
        assert clone.id != video.id
        assert (clone.kind, clone.ready_state, clone.label) == ("video", "live", video.label)
        video.stop()
        assert clone.ready_state == "live"
        assert video.clone().ready_state == "ended"
        inactive = MediaStream([video])
        assert not inactive.active
        inactive.add_track(clone)
        assert inactive.active
        clone.stop()
        assert not inactive.active
        assert stream.active
