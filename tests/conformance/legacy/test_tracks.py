"""MediaStreamTrack of 28 June 2012 and of the drafts of 2013."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.legacy.capturing import capture
from conformance.media import no_event, until
from mediadevices import legacy, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment

pytestmark = pytest.mark.lanes("cpython", "node", "native")


async def test_an_old_track_wraps_a_modern_one() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.video_tracks
        modern = track.modern
        assert (track.kind, track.id, track.label) == ("video", modern.id, modern.label)
        track.enabled = False
        assert modern.enabled is False
        modern.enabled = True
        assert track.enabled is True


@pytest.mark.needs("mute")
async def test_live_muted_ended(environment: Environment) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.video_tracks
        types: list[str] = []
        for type_ in ("mute", "muted", "unmute", "unmuted"):
            track.add_event_listener(type_, lambda event: types.append(event.type))
        assert track.ready_state == track.LIVE == 0
        assert track.ready_state == "live"
        await environment.mute("camera")
        await until(lambda: len(types) == 2)
        assert track.ready_state == track.MUTED == 1
        assert track.ready_state == "muted"
        assert track.muted
        await environment.unmute("camera")
        await until(lambda: len(types) == 4)
        assert track.ready_state == "live"
        assert types == ["mute", "muted", "unmute", "unmuted"]
        track.stop()
        assert track.ready_state == track.ENDED == 2
        assert track.ready_state == "ended"


@pytest.mark.needs("unplug")
async def test_a_track_ends_with_its_device(environment: Environment) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.video_tracks
        ended = asyncio.ensure_future(track.wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        await environment.unplug("camera")
        event = await ended
        assert event.target is track
        assert track.ready_state == "ended"


async def test_stop_fires_no_event() -> None:
    async with capture(video=True) as stream:
        fired: list[object] = []
        (track,) = stream.video_tracks
        track.onended = fired.append
        track.stop()
        track.stop()
        await no_event(fired)


async def test_stop_ends_the_source_with_its_other_tracks() -> None:
    async with (
        capture(video=True, audio=True) as stream,
        capture(video=True) as other,
        capture(video=True) as third,
    ):
        (track,), (sound,) = stream.video_tracks, stream.audio_tracks
        fired: list[object] = []
        track.onended = sound.onended = fired.append
        ends: list[object] = []
        for one in (other, other.video_tracks[0], third.video_tracks[0]):
            one.onended = lambda event: ends.append(event.target)
        track.stop()
        states = [one.ready_state for one in (track, other.video_tracks[0], third.video_tracks[0])]
        assert states == ["ended"] * 3
        assert ends == [], "events are fired in a task of their own"
        assert sound.ready_state == "live"
        await until(lambda: len(ends) == 3)
        assert set(map(id, ends)) == {
            id(other),
            id(other.video_tracks[0]),
            id(third.video_tracks[0]),
        }
        await no_event(fired)


@pytest.mark.needs("two cameras")
async def test_stop_leaves_other_sources_alone(environment: Environment) -> None:
    await environment.set_cameras(2)
    async with capture(video=True) as stream:
        first = stream.video_tracks[0].states().source_id
        infos = await navigator.media_devices.enumerate_devices()
        (other,) = (
            info.device_id
            for info in infos
            if info.kind == "videoinput" and info.device_id != first
        )
        async with capture(video={"mandatory": {"sourceId": other}}) as second:
            stream.video_tracks[0].stop()
            assert second.video_tracks[0].ready_state == "live"


async def test_stopping_a_local_stream_leaves_other_streams_of_the_source_alone() -> None:
    async with capture(video=True) as stream, capture(video=True) as other:
        stream.stop()
        assert other.video_tracks[0].ready_state == "live"


async def test_the_states_of_a_source() -> None:
    async with capture(video={"mandatory": {"width": 320}}, audio=True) as stream:
        (track,), (sound,) = stream.video_tracks, stream.audio_tracks
        settings = track.modern.get_settings()
        states = track.states()
        assert (states.source_type, states["sourceId"]) == ("camera", settings.device_id)
        assert (states.width, states.frame_rate) == (320, settings.frame_rate)
        assert "deviceId" not in states
        assert sound.states().source_type == "microphone"
        assert sound.states().volume is None
        stream.stop()
        assert track.states().source_type == "none"
        assert track.states().source_id == settings.device_id


async def test_the_capabilities_of_a_source() -> None:
    async with capture(video=True, audio=True) as stream:
        (track,), (sound,) = stream.video_tracks, stream.audio_tracks
        modern = track.modern.get_capabilities()
        capabilities = track.capabilities()
        assert capabilities.source_type == ["camera"]
        assert capabilities.source_id == [modern.device_id]
        assert capabilities.width == {**modern.width, "supported": True}
        assert capabilities.facing_mode == ["notavailable"]
        assert sound.capabilities().source_type == ["microphone"]
        assert sound.capabilities().volume == {"supported": False}


async def sources() -> list[legacy.SourceInfo]:
    found: asyncio.Future[list[legacy.SourceInfo]] = asyncio.get_running_loop().create_future()
    legacy.MediaStreamTrack.get_sources(found.set_result)
    async with asyncio.timeout(5):
        return await found


@pytest.mark.needs("document")
async def test_sources_before_and_after_capturing(environment: Environment) -> None:
    await environment.fresh_document()
    before = [(info.kind, info.source_id, info.label, info.facing) for info in await sources()]
    assert before == [("audio", "", "", ""), ("video", "", "", "")]
    async with capture(video=True, audio=True) as stream:
        after = await sources()
        assert [info["kind"] for info in after] == ["audio", "audio", "video"]
        (track,) = stream.video_tracks
        assert (after[-1].sourceId, after[-1].label) == (track.states().source_id, track.label)


async def test_a_coroutine_function_gets_the_sources() -> None:
    got: list[object] = []

    async def take(found: list[legacy.SourceInfo]) -> None:
        await asyncio.sleep(0)
        got.append(found)

    legacy.MediaStreamTrack.get_sources(take)
    await until(lambda: len(got) == 1)


async def test_the_source_callback_must_be_callable() -> None:
    with pytest.raises(TypeError, match="expected a function"):
        legacy.MediaStreamTrack.get_sources(None)
    assert legacy.MediaStreamTrack.getSources is legacy.MediaStreamTrack.get_sources
