"""MediaStream, LocalMediaStream and MediaStreamTrackList of 28 June 2012 and of 2013."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import TYPE_CHECKING

import pytest

import mediadevices
from conformance.legacy.capturing import capture
from conformance.media import no_event, until
from mediadevices import DOMException, InvalidStateError, legacy

if TYPE_CHECKING:
    from conformance.environment import Environment

pytestmark = pytest.mark.lanes("cpython", "node", "native")


async def test_the_label_identifies_one_stream() -> None:
    async with capture(video=True) as stream:
        derived = legacy.MediaStream(stream)
        assert len(stream.label) == 36
        assert stream.label == stream.id != derived.label


async def test_stop_ends_every_track_and_derived_streams() -> None:
    async with capture(video=True, audio=True) as stream:
        derived = legacy.MediaStream(stream.audio_tracks, stream.video_tracks)
        tracks = [*stream.audio_tracks, *stream.video_tracks]
        assert [*derived.audio_tracks, *derived.video_tracks] == tracks
        assert (stream.ended, derived.ended) == (False, False)
        stream.stop()
        assert [track.ready_state for track in tracks] == ["ended", "ended"]
        assert (stream.ended, derived.ended) == (True, True)


async def test_stop_ends_granted_tracks_that_moved_to_another_stream() -> None:
    async with capture(video=True, audio=True) as stream:
        (track,) = stream.video_tracks
        derived = legacy.MediaStream([track])
        stream.video_tracks.remove(track)
        stream.stop()
        assert track.ready_state == track.ENDED
        assert derived.ended


async def test_a_stopped_stream_fires_nothing_but_derived_streams_do() -> None:
    async with capture(video=True, audio=True) as stream:
        fired: list[object] = []
        derived = legacy.MediaStream(stream)
        stream.onended = stream.video_tracks[0].onended = fired.append
        ended = asyncio.ensure_future(derived.wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        stream.stop()
        event = await ended
        assert event.target is derived
        assert event.is_trusted
        await no_event(fired)


@pytest.mark.needs("unplug", "microphone faults")
async def test_a_stream_ends_with_its_last_track(environment: Environment) -> None:
    async with capture(video=True, audio=True) as stream:
        fired: list[object] = []
        stream.onended = fired.append
        await environment.unplug("camera")
        await until(lambda: stream.video_tracks[0].ready_state == "ended")
        assert not stream.ended
        await no_event(fired)
        await environment.unplug("microphone")
        await until(lambda: bool(fired))
        assert stream.ended
        await no_event(fired[1:])


async def test_a_stream_whose_tracks_are_stopped_one_by_one_ends() -> None:
    async with capture(video=True, audio=True) as stream:
        ended = asyncio.ensure_future(stream.wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        stream.get_audio_tracks()[0].stop()
        assert not stream.ended
        stream.get_video_tracks()[0].stop()
        assert stream.ended
        await ended


async def test_a_track_added_later_counts() -> None:
    async with capture(video=True) as stream, capture(audio=True) as other:
        derived = legacy.MediaStream(stream)
        fired: list[object] = []
        derived.onended = fired.append
        derived.audio_tracks.add(other.audio_tracks[0])
        stream.stop()
        assert not derived.ended
        await no_event(fired)
        other.stop()
        await until(lambda: bool(fired))


async def test_a_removed_track_does_not_count() -> None:
    async with capture(video=True, audio=True) as stream:
        fired: list[object] = []
        stream.onended = fired.append
        (sound,) = stream.audio_tracks
        stream.remove_track(sound)
        sound.stop()
        await no_event(fired)
        stream.video_tracks[0].stop()
        await until(lambda: bool(fired))


@pytest.mark.parametrize("by", ["stream", "list"])
async def test_a_stream_ends_when_its_last_live_track_is_removed_and_can_be_filled_again(
    by: str,
) -> None:
    async with capture(video=True, audio=True) as stream:
        derived = legacy.MediaStream(stream)
        fired: list[object] = []
        derived.onended = fired.append
        (sound,), (picture,) = derived.audio_tracks, derived.video_tracks
        sound.stop()

        def add(track: legacy.MediaStreamTrack) -> None:
            (derived.video_tracks.add if by == "list" else derived.add_track)(track)

        def remove(track: legacy.MediaStreamTrack) -> None:
            (derived.video_tracks.remove if by == "list" else derived.remove_track)(track)

        for times in (1, 2):
            remove(picture)
            assert derived.ended
            assert len(fired) == times - 1, "events are fired in a task of their own"
            await until(lambda times=times: len(fired) == times)
            await no_event(fired[times:])
            add(picture)
            assert not derived.ended
        picture.stop()
        await until(lambda: len(fired) == 3)
        assert derived.ended


async def test_an_ended_track_does_not_fill_a_stream_again() -> None:
    async with capture(video=True, audio=True) as stream:
        derived = legacy.MediaStream(stream.get_video_tracks())
        (track,) = derived.video_tracks
        derived.remove_track(track)
        stream.audio_tracks[0].stop()
        derived.add_track(stream.audio_tracks[0])
        assert derived.ended
        derived.add_track(track)
        assert not derived.ended


async def test_the_lists_are_always_the_same() -> None:
    async with capture(video=True, audio=True) as stream:
        assert stream.audio_tracks is stream.audio_tracks
        assert stream.video_tracks is stream.video_tracks
        assert stream.video_tracks[0] is stream.video_tracks[0]
        assert stream.get_track_by_id(stream.video_tracks[0].id) is stream.video_tracks[0]
        assert stream.get_track_by_id("nobody") is None


async def test_a_list_of_tracks() -> None:
    async with capture(video=True, audio=True) as stream:
        tracks = stream.video_tracks
        (track,) = tracks
        assert (tracks.length, len(tracks)) == (1, 1)
        assert tracks.item(0) is tracks[0] is tracks[-1] is track
        assert tracks[:] == [track]
        assert (tracks.item(1), tracks.item(-1)) == (None, None)
        with pytest.raises(IndexError):
            tracks[1]
        assert track in tracks
        assert stream.audio_tracks[0] not in tracks


async def test_tracks_are_added_and_removed_without_events() -> None:
    async with capture(video=True) as stream, capture(video=True) as other:
        fired: list[object] = []
        tracks = stream.video_tracks
        for target in (tracks, stream):
            target.onaddtrack = target.onremovetrack = fired.append
        first, second = tracks[0], other.video_tracks[0]
        tracks.add(second)
        tracks.add(second)
        assert list(tracks) == [first, second]
        assert stream.modern.get_tracks() == [first.modern, second.modern]
        tracks.remove(first)
        tracks.remove(first)
        assert list(tracks) == [second]
        stream.add_track(first)
        stream.remove_track(second)
        assert stream.get_video_tracks() == [first]
        await no_event(fired)


async def test_tracks_added_by_the_browser_fire_events() -> None:
    async with capture(video=True) as stream, capture(video=True) as other:
        derived = legacy.MediaStream(stream)
        fired: list[tuple[str, object, object]] = []

        def note(event: legacy.MediaStreamTrackEvent) -> None:
            fired.append((event.type, event.target, event.track))

        derived.onaddtrack = derived.video_tracks.onaddtrack = note
        derived.audio_tracks.onaddtrack = note
        added = other.video_tracks[0]
        # The agent does the same: it changes its stream and fires the event.
        derived.modern.add_track(added.modern)
        event = mediadevices.MediaStreamTrackEvent("addtrack", {"track": added.modern})
        derived.modern.dispatch_event(event)
        assert sorted(fired, key=lambda one: repr(one[1])) == [
            ("addtrack", derived.video_tracks, added),
            ("addtrack", derived, added),
        ]


async def test_only_tracks_of_its_kind_go_into_a_list() -> None:
    async with capture(video=True, audio=True) as stream:
        with pytest.raises(TypeError, match="expected an audio track"):
            stream.audio_tracks.add(stream.video_tracks[0])
        with pytest.raises(TypeError, match="expected a MediaStreamTrack, got 5"):
            stream.audio_tracks.add(5)
        with pytest.raises(TypeError, match="expected a MediaStreamTrack, got 5"):
            stream.audio_tracks.remove(5)
        stream.audio_tracks.remove(stream.video_tracks[0])
        assert stream.video_tracks.length == 1


async def test_an_ended_stream_cannot_be_changed() -> None:
    async with capture(video=True) as stream, capture(video=True) as other:
        stream.stop()
        track = other.video_tracks[0]
        for change in (
            stream.video_tracks.add,
            stream.video_tracks.remove,
            stream.add_track,
            stream.remove_track,
        ):
            with pytest.raises(InvalidStateError, match="has ended"):
                change(track)


async def test_a_stream_is_made_of_lists_streams_and_tracks() -> None:
    async with capture(video=True, audio=True) as stream:
        (sound,), (picture,) = stream.audio_tracks, stream.video_tracks
        both = {sound, picture}
        assert set(_tracks(legacy.MediaStream(stream))) == both
        assert set(_tracks(legacy.MediaStream(stream.modern))) == both
        assert set(_tracks(legacy.MediaStream([picture, sound.modern]))) == both
        assert _tracks(legacy.MediaStream(None, stream.video_tracks)) == [picture]
        assert _tracks(legacy.MediaStream(stream.audio_tracks)) == [sound]
        assert _tracks(legacy.MediaStream()) == []
        assert not legacy.MediaStream().ended
        with pytest.raises(DOMException, match="is not of kind 'video'") as caught:
            legacy.MediaStream(None, stream.audio_tracks)
        assert caught.value.name == "SyntaxError"
        with pytest.raises(TypeError, match="expected a MediaStream or a list"):
            legacy.MediaStream("stream")
        with pytest.raises(TypeError, match=r"MediaStream\[0\]: expected a MediaStreamTrack"):
            legacy.MediaStream([5])


def _tracks(stream: legacy.MediaStream) -> list[legacy.MediaStreamTrack]:
    return [*stream.audio_tracks, *stream.video_tracks]


async def test_a_stream_of_ended_tracks_has_ended() -> None:
    async with capture(video=True) as stream:
        stream.stop()
        derived = legacy.MediaStream(stream)
        fired: list[object] = []
        derived.onended = fired.append
        assert derived.ended
        await no_event(fired)


async def test_a_stream_without_listeners_can_be_collected() -> None:
    async with capture(video=True) as stream:
        derived = legacy.MediaStream(stream)
        derived.onended = print
        derived.onended = None
        dropped = weakref.ref(derived)
        del derived
        gc.collect()
        assert dropped() is None


async def test_a_url_identifies_a_stream() -> None:
    async with capture(video=True) as stream:
        url = legacy.URL.create_object_url(stream)
        assert url.startswith("blob:")
        assert url != legacy.URL.createObjectURL(stream)
        assert legacy.stream_for_url(url) is stream
        legacy.URL.revoke_object_url(url)
        legacy.URL.revoke_object_url(url)
        assert legacy.stream_for_url(url) is None
        with pytest.raises(ValueError, match="is unknown or was revoked"):
            legacy.attach_url(object(), url)
        with pytest.raises(TypeError, match="expected a MediaStream"):
            legacy.URL.create_object_url(5)
