"""Devices, streams and tracks over the browser's own."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest

from conformance.media import capture, until
from mediadevices import (
    DeviceChangeEvent,
    Event,
    InputDeviceInfo,
    MediaDeviceInfo,
    MediaStream,
    MediaStreamTrack,
    MediaStreamTrackEvent,
    NotFoundError,
    NotSupportedError,
    OverconstrainedError,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.agent_protocol.capture import DeviceChange
from mediadevices.testing import install_fake_devices
from support.page import ask
from support.page_media import painted_stream

pytestmark = pytest.mark.lanes("chromium", "firefox", "webkit", "oldpyodide")


def javascript(code: str) -> Any:
    return import_module("pyodide.code").run_js(code)


async def test_the_browsers_devices_are_listed() -> None:
    js = import_module("js")
    async with capture(video=True, audio=True):
        infos = await navigator.media_devices.enumerate_devices()
        theirs = await js.navigator.mediaDevices.enumerateDevices()
        assert [info.to_json() for info in infos] == [
            info.toJSON().to_py() for info in theirs.to_py()
        ]
        kinds = {info.kind: type(info) for info in infos}
        assert kinds["videoinput"] is kinds["audioinput"] is InputDeviceInfo
        assert kinds.get("audiooutput", MediaDeviceInfo) is MediaDeviceInfo


async def test_an_input_tells_its_capabilities_where_the_engine_does() -> None:
    async with capture(video=True):
        infos = await navigator.media_devices.enumerate_devices()
        camera = next(info for info in infos if info.kind == "videoinput")
        assert isinstance(camera, InputDeviceInfo)
        capabilities = camera.get_capabilities()
        if hasattr(import_module("js"), "InputDeviceInfo"):
            assert capabilities.width["max"] > 640
        else:
            assert capabilities == {}


async def test_the_supported_constraints_are_the_browsers() -> None:
    js = import_module("js")
    supported = navigator.media_devices.get_supported_constraints()
    assert supported == js.navigator.mediaDevices.getSupportedConstraints().to_py()
    assert supported.width is True


async def test_settings_and_capabilities_are_read_from_the_browser() -> None:
    async with capture(video={"width": 320, "height": 240}) as stream:
        (track,) = stream.get_tracks()
        assert track.get_settings() == track.js.getSettings().to_py()
        assert track.get_capabilities() == track.js.getCapabilities().to_py()
        assert track.get_constraints() == {"width": 320, "height": 240}
        assert track.label == track.js.label != ""


async def test_an_object_of_the_browsers_is_always_the_same_object_here() -> None:
    async with capture(video=True, audio=True) as stream:
        assert MediaStream.from_js(stream.js) is stream
        for track, again in zip(stream.get_tracks(), stream.get_tracks(), strict=True):
            assert track is again
            assert MediaStreamTrack.from_js(track.js) is track
            assert stream.get_track_by_id(track.id) is track
    assert navigator.media_devices is navigator.media_devices


async def test_what_javascript_does_to_a_track_shows() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        track.js.enabled = False
        assert track.enabled is False
        track.enabled = True
        assert track.js.enabled is True
        track.js.stop()
        assert track.ready_state == "ended"
        assert stream.active is False


async def test_a_clone_is_independent() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        track.enabled = False
        track.content_hint = "text"
        clone = track.clone()
        assert clone.id != track.id
        assert (clone.enabled, clone.content_hint, clone.label) == (False, "text", track.label)
        track.stop()
        assert (track.ready_state, clone.ready_state) == ("ended", "live")
        clone.stop()


async def test_a_cloned_stream_has_cloned_tracks() -> None:
    async with capture(video=True, audio=True) as stream:
        clone = stream.clone()
        assert {track.kind for track in clone.get_tracks()} == {"audio", "video"}
        assert not {track.id for track in clone.get_tracks()} & {t.id for t in stream.get_tracks()}
        for track in clone.get_tracks():
            track.stop()


async def test_streams_are_made_of_tracks() -> None:
    async with capture(video=True, audio=True) as stream:
        (video,) = stream.get_video_tracks()
        other = MediaStream([video])
        assert other.get_tracks() == [video]
        other.remove_track(video)
        assert other.get_tracks() == [] == list(other.js.getTracks())
        other.add_track(video)
        assert other.js.getTracks().length == 1


async def test_content_hints_work_where_the_engine_has_none() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        assert track.content_hint == ""
        track.content_hint = "motion"
        track.content_hint = "nonsense"
        assert track.content_hint == "motion"


@pytest.mark.parametrize("target", ["stream", "track"])
async def test_from_js_refuses_what_it_is_not(target: str) -> None:
    wrong = javascript("document.createElement('video')")
    made = MediaStream if target == "stream" else MediaStreamTrack
    with pytest.raises(TypeError, match="from_js: expected the browser's Media"):
        made.from_js(wrong)
    with pytest.raises(TypeError, match="got str"):
        made.from_js("https://example.org")


async def test_a_stream_of_a_canvas_is_a_stream() -> None:
    async with painted_stream() as (stream, painting):
        (track,) = stream.get_tracks()
        assert (stream.active, track.kind, track.ready_state) == (True, "video", "live")
        assert stream.js == painting.js


# In Firefox, events that a script dispatches at a track go nowhere.
@pytest.mark.lanes("chromium", "webkit", "oldpyodide")
async def test_the_browsers_events_reach_handlers() -> None:
    async with painted_stream() as (stream, _):
        (track,) = stream.get_tracks()
        heard: list[Event] = []
        for name in ("mute", "unmute", "ended"):
            track.add_event_listener(name, heard.append)
            track.add_event_listener(name, heard.append)  # once is enough
            track.js.dispatchEvent(javascript(f"new Event('{name}')"))
        assert [event.type for event in heard] == ["mute", "unmute", "ended"]
        assert {event.target for event in heard} == {track}


async def test_the_browser_can_add_tracks_to_a_stream() -> None:
    async with capture(video=True) as stream, painted_stream() as (painted, _):
        (other,) = painted.get_tracks()
        heard: list[MediaStreamTrackEvent] = []
        stream.onaddtrack = stream.onremovetrack = heard.append
        for name in ("addtrack", "removetrack"):
            event = javascript(f"(track) => new MediaStreamTrackEvent('{name}', {{track}})")
            stream.js.dispatchEvent(event(other.js))
        assert [event.type for event in heard] == ["addtrack", "removetrack"]
        assert [event.track for event in heard] == [other, other]


# In Firefox, events that a script dispatches at a track go nowhere.
@pytest.mark.lanes("chromium", "webkit", "oldpyodide")
async def test_a_track_with_a_listener_lives_on_alone() -> None:
    ended: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    async with painted_stream() as (stream, _):
        js_track = stream.js.getTracks()[0]
        clone = js_track.clone()
        MediaStreamTrack.from_js(clone).onended = ended.set_result
        import gc

        gc.collect()
        clone.dispatchEvent(javascript("new Event('ended')"))
        clone.stop()
        async with asyncio.timeout(5):
            assert (await ended).target.js == clone
        MediaStreamTrack.from_js(clone).onended = None


async def test_constraints_that_cannot_be_satisfied_name_the_constraint() -> None:
    async with capture(video=True) as stream:
        with pytest.raises(OverconstrainedError, match="no device satisfies") as caught:
            await navigator.media_devices.get_user_media(video={"width": {"exact": 99999}})
        assert caught.value.constraint == "width"
        (track,) = stream.get_tracks()
        assert track.ready_state == "live"


# Firefox lets such constraints pass.
@pytest.mark.lanes("chromium", "webkit", "oldpyodide")
async def test_a_refused_change_keeps_the_old_constraints() -> None:
    async with capture(video={"width": 320, "height": 240}) as stream:
        (track,) = stream.get_tracks()
        with pytest.raises(OverconstrainedError, match="the old constraints stay") as caught:
            await track.apply_constraints({"width": {"exact": 99999}})
        assert caught.value.constraint == "width"
        assert track.get_constraints() == {"width": 320, "height": 240}


# The fake cameras of the others keep their size.
@pytest.mark.lanes("chromium", "oldpyodide")
async def test_constraints_can_be_changed() -> None:
    async with capture(video={"width": 640, "height": 480}) as stream:
        (track,) = stream.get_tracks()
        await track.apply_constraints({"width": {"exact": 320}, "height": {"exact": 240}})
        assert (track.get_settings().width, track.get_settings().height) == (320, 240)
        assert track.get_constraints() == {"width": {"exact": 320}, "height": {"exact": 240}}


async def test_a_fake_device_has_no_object_of_the_browsers() -> None:
    with install_fake_devices():
        async with capture(video=True) as fake:
            (track,) = fake.get_tracks()
            for something in (fake, track):
                with pytest.raises(NotSupportedError, match="only in a web page"):
                    _ = something.js
            with pytest.raises(NotSupportedError):
                MediaStream.from_js(javascript("new MediaStream()"))
    with pytest.raises(NotSupportedError, match="is not the browser's"):
        MediaStream([track])


@pytest.mark.browser("no-devices")
@pytest.mark.lanes("chromium", "firefox", "oldpyodide")
async def test_without_a_device_there_is_none_to_be_found() -> None:
    with pytest.raises(NotFoundError, match="connect a device"):
        await navigator.media_devices.get_user_media(video=True)


#: A `navigator.mediaDevices` that lists what it was given, after a while.
LISTING = """
    ({
      devices: [],
      add(kind, name) {
        this.devices.push({kind, deviceId: name, label: name, groupId: name});
      },
      async enumerateDevices() {
        const found = [...this.devices];
        await new Promise((resolve) => setTimeout(resolve, 10));
        return found;
      },
    })
"""


def inserted_labels(change: DeviceChange) -> list[str]:
    return [change.devices[index].label for index in change.inserted]


async def test_two_events_in_a_row_name_a_new_device_once() -> None:
    from mediadevices_pyodide.devices import DeviceList

    browser = javascript(LISTING)
    browser.add("videoinput", "first")
    changes: list[DeviceChange] = []
    devices = DeviceList(browser, changes.append)
    await devices.enumerate()
    browser.add("videoinput", "second")
    devices.changed()
    devices.changed()
    await until(lambda: len(changes) == 2)
    assert [inserted_labels(change) for change in changes] == [["second"], []]


async def test_a_name_that_is_shown_now_does_not_make_a_device_new() -> None:
    from mediadevices_pyodide.devices import DeviceList

    browser = javascript(LISTING)
    browser.add("audioinput", "first")
    browser.add("videoinput", "")  # A camera without a name, as before a capture.
    changes: list[DeviceChange] = []
    devices = DeviceList(browser, changes.append)
    await devices.enumerate()
    browser.devices.pop()
    browser.add("videoinput", "camera")
    browser.add("audioinput", "second")
    devices.changed()
    await until(lambda: len(changes) == 1)
    assert len(changes[0].devices) == 3
    assert inserted_labels(changes[0]) == ["second"]


@pytest.mark.browser("pulse")
@pytest.mark.lanes("chromium", "firefox")
async def test_a_device_that_is_plugged_in_is_told_of() -> None:
    media_devices = navigator.media_devices
    async with capture(audio=True):
        changes: list[DeviceChangeEvent] = []
        media_devices.ondevicechange = changes.append
        before = await media_devices.enumerate_devices()
        await ask("pulse_load_source", name="second", description="Second Microphone")
        try:
            event = await _change(changes, there=True)
            assert len(event.devices) > len(before)
            inserted = [info for change in changes for info in change.user_inserted_devices]
            assert any("Second" in info.label for info in inserted)
            assert not any("Desk" in info.label for info in inserted)
        finally:
            await ask("pulse_unload_source", name="second")
            await _change(changes, there=False)
            media_devices.ondevicechange = None


async def _change(changes: list[DeviceChangeEvent], *, there: bool) -> DeviceChangeEvent:
    """Wait for an event that tells whether the second microphone is there."""
    async with asyncio.timeout(20):
        while True:
            if changes and there is any("Second" in info.label for info in changes[-1].devices):
                return changes[-1]
            # Chromium sees what PulseAudio has new only when somebody asks.
            await navigator.media_devices.enumerate_devices()
            await asyncio.sleep(0.2)


async def test_a_generator_is_the_browsers_too() -> None:
    generator = VideoTrackGenerator()
    assert generator.track.js.kind == "video"
    generator.track.stop()
