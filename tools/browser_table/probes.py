"""Uses every member of every interface once.

A probe is a short function of an object of the interface. A member works if its probe returns True,
directly or when awaited. Any other result describes what happens instead.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any

from conformance.media import capture, until
from mediadevices import (
    AudioData,
    AudioTrackGenerator,
    DeviceChangeEvent,
    DOMException,
    Event,
    EventTarget,
    MediaDeviceInfo,
    MediaDevices,
    MediaStream,
    MediaStreamTrack,
    MediaStreamTrackEvent,
    MediaStreamTrackProcessor,
    OverconstrainedError,
    Permissions,
    PermissionStatus,
    ReadableStream,
    VideoFrame,
    VideoTrackGenerator,
    WritableStream,
    navigator,
)
from mediadevices.agent_protocol.capture import DeviceChange
from mediadevices.interfaces.handle_backed import handle_of
from support.page import ask

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from mediadevices import MediaStreamTrackAudioStats, MediaStreamTrackVideoStats
    from mediadevices.interfaces.handle_backed import HandleBacked

__all__ = ["PROBES", "Probes", "outcome_of"]

# Any: each interface has probes of its own kind of object.
Probe = Callable[[Any], object]

# The time limit of one member; devices open slowly on a busy machine.
_SECONDS = 10
UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Probes:
    """The probes of an interface.

    Attributes:
        subject: Yields the argument of the probes, inside a block.
        members: The probe of each member.
    """

    subject: Callable[[], AbstractAsyncContextManager[object]]
    members: Mapping[str, Probe]


async def outcome_of(probe: Probe, subject: object) -> str:
    """Return "works", "untried", or what happens instead."""
    try:
        async with asyncio.timeout(_SECONDS):
            result = probe(subject)
            if inspect.isawaitable(result):
                result = await result
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what happens)
        return f"raises {type(error).__name__}"
    if result is True:
        return "works"
    return result if isinstance(result, str) else f"gives {result!r}"


# --- events -----------------------------------------------------------------------------------


def _browsers(target: HandleBacked[Any]) -> Any:  # Any: the browser's object, or None
    return getattr(handle_of(target), "js", None) if _in_page() else None


def _in_page() -> bool:
    try:
        import_module("js")
    except ModuleNotFoundError:
        return False
    return True


def _javascript(code: str) -> Any:  # Any: whatever it gives
    return import_module("pyodide.code").run_js(code)


def handler(name: str, tell: Callable[[Any, Any], None]) -> Probe:
    """Return the probe of an event handler, which fires the event on the target.

    Args:
        name: The type of the event.
        tell: Reports the event to a handle's listener, without a browser. Its arguments are the
            listener and the target.
    """

    async def probe(target: HandleBacked[Any]) -> object:
        attribute = f"on{name}"
        js = _browsers(target)
        if js is not None and not hasattr(js, attribute):
            return "no event"
        heard: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        setattr(target, attribute, heard.set_result)
        try:
            if js is None:
                tell(handle_of(target).listener, target)
            elif not _dispatched(js, name):
                return UNTRIED
            event = await heard
        finally:
            setattr(target, attribute, None)
        return event.type == name and event.target is target

    return probe


def _dispatched(js: Any, name: str) -> bool:
    """Dispatch an event to the browser's object; return whether its listeners are called."""
    fire = _javascript(
        "(target, name) => { let heard = false; const listen = () => { heard = true };"
        " const track = target.getTracks?.()[0];"
        " const event = track ? new MediaStreamTrackEvent(name, {track}) : new Event(name);"
        " target.addEventListener(name, listen); target.dispatchEvent(event);"
        " target.removeEventListener(name, listen); return heard }"
    )
    return bool(fire(js, name))


# --- devices ----------------------------------------------------------------------------------


@asynccontextmanager
async def _navigator() -> AsyncGenerator[object]:
    yield navigator


async def _legacy_capture(subject: Any) -> bool:
    found: asyncio.Future[MediaStream] = asyncio.get_running_loop().create_future()
    subject.get_user_media({"video": True}, found.set_result, found.set_exception)
    stream = await found
    _stop(stream)
    return True


_NAVIGATOR: Mapping[str, Probe] = {
    "get_user_media": _legacy_capture,
    "media_devices": lambda it: isinstance(it.media_devices, MediaDevices),
    "permissions": lambda it: isinstance(it.permissions, Permissions),
}


@asynccontextmanager
async def _media_devices() -> AsyncGenerator[MediaDevices]:
    yield navigator.media_devices


async def _captures(devices: MediaDevices) -> bool:
    stream = await devices.get_user_media(video=True, audio=True)
    kinds = {track.kind for track in stream.get_tracks()}
    _stop(stream)
    return kinds == {"audio", "video"}


async def _lists(devices: MediaDevices) -> bool:
    return {"audioinput", "videoinput"} <= {info.kind for info in await devices.enumerate_devices()}


_MEDIA_DEVICES: Mapping[str, Probe] = {
    "enumerate_devices": _lists,
    "get_supported_constraints": lambda it: it.get_supported_constraints()["deviceId"],
    "get_user_media": _captures,
    "ondevicechange": handler(
        "devicechange", lambda to, _: to.devices_changed(DeviceChange([], []))
    ),
}


@asynccontextmanager
async def _camera() -> AsyncGenerator[MediaDeviceInfo]:
    async with capture(video=True):
        infos = await navigator.media_devices.enumerate_devices()
        yield next(info for info in infos if info.kind == "videoinput")


_DEVICE_INFO: Mapping[str, Probe] = {
    "device_id": lambda it: bool(it.device_id),
    "group_id": lambda it: bool(it.group_id),
    "kind": lambda it: it.kind == "videoinput",
    "label": lambda it: bool(it.label),
    "to_json": lambda it: it.to_json()["deviceId"] == it.device_id,
}
_INPUT_INFO: Mapping[str, Probe] = {
    "get_capabilities": lambda it: bool(it.get_capabilities()) or {},
}


async def _touch_the_page() -> None:
    """Click a button, because some browsers start sound only after a user gesture."""
    if not _in_page():
        return
    document = import_module("js").document
    button = document.createElement("button")
    button.id = button.textContent = "touch"
    document.body.append(button)
    try:
        await ask("click", selector="#touch")
    finally:
        button.remove()


# --- streams and tracks -----------------------------------------------------------------------


def _stop(stream: MediaStream) -> None:
    for track in stream.get_tracks():
        track.stop()


@asynccontextmanager
async def _stream() -> AsyncGenerator[MediaStream]:
    async with capture(video=True, audio=True) as stream:
        yield stream


def _clones_stream(stream: MediaStream) -> bool:
    clone = stream.clone()
    kinds = [track.kind for track in clone.get_tracks()]
    _stop(clone)
    return sorted(kinds) == ["audio", "video"] and stream.active


def _adds_track(stream: MediaStream) -> bool:
    other = MediaStream()
    (track,) = stream.get_video_tracks()
    other.add_track(track)
    return other.get_tracks() == [track]


def _removes_track(stream: MediaStream) -> bool:
    other = MediaStream(stream)
    (track,) = stream.get_video_tracks()
    other.remove_track(track)
    return other.get_tracks() == stream.get_audio_tracks()


async def _stops_at_the_end(subject: MediaStream | MediaStreamTrack) -> bool:
    async with subject.clone() as clone:
        pass
    states = [clone.active] if isinstance(clone, MediaStream) else [clone.ready_state == "live"]
    return states == [False]


def _first_track(stream: MediaStream) -> object:
    return handle_of(stream.get_tracks()[0])


_STREAM: Mapping[str, Probe] = {
    "()": lambda it: {*MediaStream(it).get_tracks()} == {*it.get_tracks()},
    "active": lambda it: it.active,
    "add_track": _adds_track,
    "async with": _stops_at_the_end,
    "clone": _clones_stream,
    "from_js": lambda it: MediaStream.from_js(it.js) is it,
    "get_audio_tracks": lambda it: [track.kind for track in it.get_audio_tracks()] == ["audio"],
    "get_track_by_id": lambda it: all(it.get_track_by_id(t.id) is t for t in it.get_tracks()),
    "get_tracks": lambda it: len(it.get_tracks()) == 2,
    "get_video_tracks": lambda it: [track.kind for track in it.get_video_tracks()] == ["video"],
    "id": lambda it: bool(it.id),
    "js": lambda it: it.js.id == it.id,
    "onaddtrack": handler("addtrack", lambda to, stream: to.track_added(_first_track(stream))),
    "onremovetrack": handler(
        "removetrack", lambda to, stream: to.track_removed(_first_track(stream))
    ),
    "remove_track": _removes_track,
}


@asynccontextmanager
async def _track() -> AsyncGenerator[MediaStreamTrack]:
    async with capture(video={"width": 320, "height": 240}) as stream:
        (track,) = stream.get_tracks()
        yield track


async def _applies_constraints(track: MediaStreamTrack) -> object:
    clone = track.clone()
    try:
        await clone.apply_constraints({"width": 320})
        if clone.get_constraints() != {"width": 320}:
            return clone.get_constraints()
        await clone.apply_constraints({"width": {"exact": 99999}})
    except OverconstrainedError:
        return True
    finally:
        clone.stop()
    return "no OverconstrainedError"


async def _gives_frames(track: MediaStreamTrack) -> bool:
    async with aclosing(track.frames(format="RGBA")) as frames:
        async for frame in frames:
            return bool(frame.data.nbytes == 4 * frame.coded_width * frame.coded_height)
    return False


def _clones_track(track: MediaStreamTrack) -> bool:
    clone = track.clone()
    alike = (clone.kind, clone.label) == (track.kind, track.label) and clone.id != track.id
    clone.stop()
    return alike


def _stops(track: MediaStreamTrack) -> bool:
    clone = track.clone()
    clone.stop()
    return (clone.ready_state, track.ready_state) == ("ended", "live")


def _is_disabled(track: MediaStreamTrack) -> bool:
    track.enabled = False
    disabled = not track.enabled
    track.enabled = True
    return disabled and track.enabled


def _keeps_hint(track: MediaStreamTrack) -> bool:
    track.content_hint = "motion"
    return track.content_hint == "motion"


_TRACK: Mapping[str, Probe] = {
    "apply_constraints": _applies_constraints,
    "async with": _stops_at_the_end,
    "clone": _clones_track,
    "content_hint": _keeps_hint,
    "enabled": _is_disabled,
    "frames": _gives_frames,
    "from_js": lambda it: MediaStreamTrack.from_js(it.js) is it,
    "get_capabilities": lambda it: "width" in it.get_capabilities() or dict(it.get_capabilities()),
    "get_constraints": lambda it: it.get_constraints()["width"] == 320,
    "get_settings": lambda it: it.get_settings().width > 0,
    "id": lambda it: bool(it.id),
    "js": lambda it: it.js.id == it.id,
    "kind": lambda it: it.kind == "video",
    "label": lambda it: bool(it.label),
    "muted": lambda it: it.muted in {True, False},
    "onconfigurationchange": handler(
        "configurationchange", lambda to, _: to.configuration_changed()
    ),
    "onended": handler("ended", lambda to, _: to.ended()),
    "onmute": handler("mute", lambda to, _: to.muted_changed(True)),
    "onunmute": handler("unmute", lambda to, _: to.muted_changed(False)),
    "ready_state": lambda it: it.ready_state == "live",
    "stats": lambda it: it.stats and it.stats.total_frames >= 0,
    "stop": _stops,
}


@asynccontextmanager
async def _video_stats() -> AsyncGenerator[MediaStreamTrackVideoStats | None]:
    async with capture(video=True) as stream:
        stats: Any = stream.get_tracks()[0].stats  # Any: which of the two the kind says
        if stats is not None:
            await until(lambda: stats.delivered_frames > 0)
        yield stats


@asynccontextmanager
async def _audio_stats() -> AsyncGenerator[MediaStreamTrackAudioStats | None]:
    async with capture(audio=True) as stream:
        stats: Any = stream.get_tracks()[0].stats  # Any: which of the two the kind says
        if stats is None:
            yield None
            return
        # In some engines the numbers do not change unless the samples are read.
        async with aclosing(stream.get_tracks()[0].frames()) as blocks:
            await anext(blocks)
            await until(lambda: stats.delivered_frames > 0)
            yield stats


def _number(name: str) -> Probe:
    # The track of an engine without statistics gives None.
    return lambda stats: None if stats is None else getattr(stats, name) >= 0


def _writes_json(stats: Any) -> object:
    return None if stats is None else stats.to_json()["deliveredFrames"] >= 0


def _resets_latency(stats: Any) -> object:
    if stats is None:
        return None
    stats.reset_latency()
    return bool(stats.minimum_latency <= stats.maximum_latency)


_VIDEO_STATS: Mapping[str, Probe] = {
    **{name: _number(name) for name in ("delivered_frames", "discarded_frames", "total_frames")},
    "to_json": _writes_json,
}
_AUDIO_STATS: Mapping[str, Probe] = {
    **{
        name: _number(name)
        for name in (
            *("average_latency", "latency", "maximum_latency", "minimum_latency"),
            *("delivered_frames", "delivered_frames_duration"),
            *("total_frames", "total_frames_duration"),
        )
    },
    "reset_latency": _resets_latency,
    "to_json": _writes_json,
}


# --- frames and samples -----------------------------------------------------------------------


def _frame() -> VideoFrame:
    init = {"format": "RGBA", "codedWidth": 2, "codedHeight": 2, "timestamp": 5, "duration": 7}
    return VideoFrame(bytes(range(16)), init)


def _block() -> AudioData:
    init = {"format": "s16", "sampleRate": 48000, "numberOfFrames": 480, "timestamp": 5}
    return AudioData({**init, "numberOfChannels": 1, "data": bytes(960)})


async def _processes(track: MediaStreamTrack) -> bool:
    async with aclosing(aiter(MediaStreamTrackProcessor(track).readable)) as frames:
        with await anext(frames) as frame:
            return isinstance(frame, VideoFrame)


def _drops_nothing(track: MediaStreamTrack) -> bool:
    processor = MediaStreamTrackProcessor(track)
    dropped = processor.dropped
    _ = processor.readable.cancel()
    return dropped == 0


_PROCESSOR: Mapping[str, Probe] = {
    "()": lambda it: MediaStreamTrackProcessor({"track": it}).readable.cancel().done(),
    "dropped": _drops_nothing,
    "readable": _processes,
}


@asynccontextmanager
async def _video_generator() -> AsyncGenerator[VideoTrackGenerator]:
    generator = VideoTrackGenerator()
    try:
        yield generator
    finally:
        generator.track.stop()


@asynccontextmanager
async def _audio_generator() -> AsyncGenerator[AudioTrackGenerator]:
    await _touch_the_page()
    generator = AudioTrackGenerator()
    try:
        yield generator
    finally:
        await generator.writable.abort()


async def _carries(generator: VideoTrackGenerator | AudioTrackGenerator) -> bool:
    """Write frames or blocks until the track delivers one."""
    sound = isinstance(generator, AudioTrackGenerator)
    writer: Any = generator.writable.get_writer()  # Any: of frames or of blocks

    async def write(number: int) -> None:
        data = _block() if sound else _frame()
        await writer.write(data.retimed(number * 10_000))

    async def write_on() -> None:
        for number in count(1):
            await write(number)
            await asyncio.sleep(0.01)  # about as fast as blocks are played

    async def read() -> bool:
        async with aclosing(generator.track.frames()) as blocks:
            with await anext(blocks) as data:
                return isinstance(data, AudioData if sound else VideoFrame)

    await write(0)
    tasks = reading, writing = asyncio.create_task(read()), asyncio.create_task(write_on())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if writing.done():
            writing.result()  # The task ends only by failing: raise its error.
        return await reading
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        writer.release_lock()


def _is_muted(generator: VideoTrackGenerator | AudioTrackGenerator) -> bool:
    generator.muted = True
    muted = generator.muted
    generator.muted = False
    return muted and not generator.muted


_GENERATOR: Mapping[str, Probe] = {
    "()": lambda it: it.track.ready_state == "live",
    "muted": _is_muted,
    "track": lambda it: it.track.kind in type(it).__name__.lower(),
    "writable": _carries,
}


@asynccontextmanager
async def _readable() -> AsyncGenerator[Callable[[], ReadableStream[Any]]]:
    async with _track() as track:
        yield lambda: MediaStreamTrackProcessor(track).readable


async def _iterates(make: Callable[[], ReadableStream[Any]]) -> bool:
    async with aclosing(aiter(make())) as chunks:
        with await anext(chunks) as chunk:
            return isinstance(chunk, VideoFrame)


async def _reads(make: Callable[[], ReadableStream[Any]]) -> bool:
    reader = make().get_reader()
    result = await reader.read()
    await reader.cancel()
    reader.release_lock()
    return isinstance(result.value, VideoFrame) and not result.done


async def _locks(make: Callable[[], ReadableStream[Any]]) -> bool:
    stream = make()
    reader = stream.get_reader()
    locked = stream.locked
    await reader.read()
    await reader.cancel()
    reader.release_lock()
    return locked and not stream.locked


async def _cancels(make: Callable[[], ReadableStream[Any]]) -> bool:
    stream = make()
    await stream.cancel("enough")
    return (await stream.get_reader().read()).done


_READABLE: Mapping[str, Probe] = {
    "async for": _iterates,
    "cancel": _cancels,
    "get_reader": _reads,
    "locked": _locks,
}


@asynccontextmanager
async def _writable() -> AsyncGenerator[Callable[[], VideoTrackGenerator]]:
    yield VideoTrackGenerator


async def _ends(make: Callable[[], VideoTrackGenerator], how: str) -> bool:
    generator = make()
    await getattr(generator.writable, how)()
    await until(lambda: generator.track.ready_state == "ended")
    return True


async def _writes(make: Callable[[], VideoTrackGenerator]) -> bool:
    generator = make()
    writer = generator.writable.get_writer()
    frame = _frame()
    await writer.write(frame)
    await writer.close()
    return frame.closed


async def _locks_writing(make: Callable[[], VideoTrackGenerator]) -> bool:
    stream: WritableStream[VideoFrame] = make().writable
    writer = stream.get_writer()
    locked = stream.locked
    writer.release_lock()
    unlocked = not stream.locked
    await stream.close()
    return locked and unlocked


_WRITABLE: Mapping[str, Probe] = {
    "abort": lambda it: _ends(it, "abort"),
    "close": lambda it: _ends(it, "close"),
    "get_writer": _writes,
    "locked": _locks_writing,
}


@asynccontextmanager
async def _video_frame() -> AsyncGenerator[VideoFrame]:
    with _frame() as frame:
        yield frame


@asynccontextmanager
async def _audio_data() -> AsyncGenerator[AudioData]:
    with _block() as block:
        yield block


async def _copies(data: VideoFrame | AudioData) -> bool:
    target = bytearray(data.allocation_size())
    copied = data.copy_to(target)
    if copied is not None:
        await copied
    return bytes(target) == bytes(data.data)


def _closes(data: VideoFrame | AudioData) -> bool:
    clone = data.clone()
    clone.close()
    return clone.closed and not data.closed


def _closes_at_the_end(data: VideoFrame | AudioData) -> bool:
    with data.clone() as clone:
        pass
    return clone.closed


_DATA: Mapping[str, Probe] = {
    "clone": lambda it: bytes(it.clone().data) == bytes(it.data),
    "close": _closes,
    "closed": lambda it: not it.closed,
    "copy_to": _copies,
    "retimed": lambda it: it.retimed(9).timestamp == 9,
    "timestamp": lambda it: it.timestamp == 5,
    "with": _closes_at_the_end,
}
_VIDEO_FRAME: Mapping[str, Probe] = {
    **_DATA,
    "()": lambda it: VideoFrame(it, {"timestamp": 8}).timestamp == 8,
    "allocation_size": lambda it: it.allocation_size() == 16,
    "coded_height": lambda it: it.coded_height == 2,
    "coded_rect": lambda it: (it.coded_rect.width, it.coded_rect.height) == (2, 2),
    "coded_width": lambda it: it.coded_width == 2,
    "data": lambda it: bytes(it.data) == bytes(range(16)),
    "display_height": lambda it: it.display_height == 2,
    "display_width": lambda it: it.display_width == 2,
    "duration": lambda it: it.duration == 7,
    "flip": lambda it: not it.flip,
    "format": lambda it: it.format == "RGBA",
    "geometry": lambda it: it.geometry.coded_width == 2,
    "layout": lambda it: [plane.stride for plane in it.layout] == [8],
    "over": lambda it: VideoFrame.over(it.resource, it.geometry, 8).data == it.data,
    "planes": lambda it: [bytes(plane) for plane in it.planes] == [bytes(range(16))],
    "resource": lambda it: it.resource.view.nbytes == 16,
    "rotation": lambda it: it.rotation == 0,
    "to_ndarray": lambda it: it.to_ndarray("rgb24").shape == (2, 2, 3),
    "visible_rect": lambda it: (it.visible_rect.x, it.visible_rect.width) == (0, 2),
    "wrap": lambda it: VideoFrame.wrap(bytes(16), "RGBA", 2, 2, timestamp=8).timestamp == 8,
}
_AUDIO_DATA: Mapping[str, Probe] = {
    **_DATA,
    "()": lambda _: _block().number_of_frames == 480,
    "allocation_size": lambda it: it.allocation_size() == 960,
    "channels": lambda it: [len(channel) for channel in it.channels()] == [480],
    "converted": lambda it: it.converted("f32").data.nbytes == 1920,
    "data": lambda it: it.data.nbytes == 960,
    "duration": lambda it: it.duration == 10_000,
    "format": lambda it: it.format == "s16",
    "number_of_channels": lambda it: it.number_of_channels == 1,
    "number_of_frames": lambda it: it.number_of_frames == 480,
    "sample_rate": lambda it: it.sample_rate == 48000,
    "to_ndarray": lambda it: it.to_ndarray().shape == (480, 1),
    "wrap": lambda it: AudioData.wrap(bytes(4), "s16", 8000, 2, 1, timestamp=8).timestamp == 8,
}


# --- permissions ------------------------------------------------------------------------------


@asynccontextmanager
async def _permissions() -> AsyncGenerator[Permissions]:
    yield navigator.permissions


async def _answers(permissions: Permissions, method: str) -> bool:
    status = await getattr(permissions, method)({"name": "camera"})
    return isinstance(status, PermissionStatus)


def _sets_policy(permissions: Permissions) -> bool:
    permissions.set_policy(camera="grant")
    return True


def _sets_prompter(permissions: Permissions) -> bool:
    before = permissions.prompter
    permissions.prompter = lambda _request: True
    is_set = permissions.prompter is not before
    permissions.prompter = before
    return is_set


_PERMISSIONS: Mapping[str, Probe] = {
    "prompter": _sets_prompter,
    "query": lambda it: _answers(it, "query"),
    "request": lambda it: _answers(it, "request"),
    "revoke": lambda it: _answers(it, "revoke"),
    "set_policy": _sets_policy,
}


@asynccontextmanager
async def _status() -> AsyncGenerator[PermissionStatus]:
    yield await navigator.permissions.query({"name": "camera"})


_PERMISSION_STATUS: Mapping[str, Probe] = {
    "name": lambda it: it.name == "camera",
    "onchange": handler("change", lambda to, _: to.state_changed()),
    "state": lambda it: it.state in {"granted", "denied", "prompt"},
}


# --- events, as objects -----------------------------------------------------------------------


@asynccontextmanager
async def _target() -> AsyncGenerator[EventTarget]:
    yield EventTarget()


def _hears(target: EventTarget) -> bool:
    heard: list[Event] = []
    target.add_event_listener("x", heard.append, once=True)
    target.dispatch_event(Event("x"))
    return [event.type for event in heard] == ["x"]


def _stops_hearing(target: EventTarget) -> bool:
    heard: list[Event] = []
    target.add_event_listener("x", heard.append)
    target.remove_event_listener("x", heard.append)
    target.dispatch_event(Event("x"))
    return not heard


async def _waits(target: EventTarget) -> bool:
    asyncio.get_running_loop().call_soon(target.dispatch_event, Event("x"))
    event = await target.wait_for("x", timeout=_SECONDS)
    return bool(event.target is target)


async def _iterates_events(target: EventTarget) -> bool:
    asyncio.get_running_loop().call_soon(target.dispatch_event, Event("x"))
    async with aclosing(target.events("x")) as events:
        return bool((await anext(events)).target is target)


_EVENT_TARGET: Mapping[str, Probe] = {
    "()": lambda _: EventTarget().dispatch_event(Event("x")),
    "add_event_listener": _hears,
    "dispatch_event": lambda it: it.dispatch_event(Event("x")),
    "events": _iterates_events,
    "remove_event_listener": _stops_hearing,
    "wait_for": _waits,
}


@asynccontextmanager
async def _event() -> AsyncGenerator[Event]:
    yield Event("x", {"cancelable": True})


def _during(look: Callable[[Event, EventTarget], bool]) -> Probe:
    """Return a probe that looks at an event while it is dispatched."""

    def probe(_: object) -> bool:
        target, seen = EventTarget(), list[bool]()
        target.add_event_listener("x", lambda event: seen.append(look(event, target)))
        target.dispatch_event(Event("x"))
        return seen == [True]

    return probe


def _stopping(method: str) -> Probe:
    def probe(_: object) -> bool:
        target, heard = EventTarget(), list[Event]()
        target.add_event_listener("x", lambda event: getattr(event, method)(), {"capture": True})
        target.add_event_listener("x", heard.append)
        target.dispatch_event(Event("x"))
        return not heard

    return probe


def _prevents(event: Event) -> bool:
    event.prevent_default()
    return event.default_prevented


_EVENT: Mapping[str, Probe] = {
    "()": lambda _: Event("y").type == "y",
    "bubbles": lambda it: not it.bubbles,
    "cancelable": lambda it: it.cancelable,
    "current_target": _during(lambda event, target: event.current_target is target),
    "default_prevented": lambda _: not Event("x").default_prevented,
    "is_trusted": lambda it: not it.is_trusted,
    "prevent_default": _prevents,
    "stop_immediate_propagation": _stopping("stop_immediate_propagation"),
    "stop_propagation": _stopping("stop_propagation"),
    "target": _during(lambda event, target: event.target is target),
    "time_stamp": lambda it: it.time_stamp > 0,
    "type": lambda it: it.type == "x",
}


@asynccontextmanager
async def _track_event() -> AsyncGenerator[MediaStreamTrackEvent]:
    async with _track() as track:
        yield MediaStreamTrackEvent("addtrack", {"track": track})


_TRACK_EVENT: Mapping[str, Probe] = {
    "()": lambda it: it.type == "addtrack",
    "track": lambda it: isinstance(it.track, MediaStreamTrack),
}


@asynccontextmanager
async def _device_event() -> AsyncGenerator[DeviceChangeEvent]:
    """Yield the event that the agent fires when the browser has noticed a change."""
    media_devices = navigator.media_devices
    waiting = asyncio.create_task(media_devices.wait_for("devicechange", timeout=_SECONDS))
    await asyncio.sleep(0)  # Wait until it listens.
    js = _browsers(media_devices)
    if js is None:
        infos = await handle_of(media_devices).enumerate_devices()
        listener = handle_of(media_devices).listener
        assert listener is not None
        listener.devices_changed(DeviceChange(infos, []))
    else:
        _dispatched(js, "devicechange")
    yield await waiting


_DEVICE_EVENT: Mapping[str, Probe] = {
    "()": lambda _: not DeviceChangeEvent("devicechange").devices,
    "devices": lambda it: len(it.devices) > 0,
    "user_inserted_devices": lambda it: list(it.user_inserted_devices) == [],
}


# --- errors -----------------------------------------------------------------------------------


@asynccontextmanager
async def _error() -> AsyncGenerator[DOMException]:
    """Yield the error of an impossible capture."""
    try:
        await navigator.media_devices.get_user_media(video={"width": {"exact": 99999}})
    except DOMException as error:
        yield error


_DOM_EXCEPTION: Mapping[str, Probe] = {
    "()": lambda _: DOMException("what", "ThatError").name == "ThatError",
    "code": lambda it: it.code == 0,
    "message": lambda it: bool(it.message),
    "name": lambda it: it.name == "OverconstrainedError",
}
_OVERCONSTRAINED: Mapping[str, Probe] = {
    "()": lambda _: OverconstrainedError("width").constraint == "width",
    "constraint": lambda it: it.constraint == "width",
}

PROBES: Mapping[str, Probes] = {
    "Navigator": Probes(_navigator, _NAVIGATOR),
    "MediaDevices": Probes(_media_devices, _MEDIA_DEVICES),
    "MediaDeviceInfo": Probes(_camera, _DEVICE_INFO),
    "InputDeviceInfo": Probes(_camera, _INPUT_INFO),
    "MediaStream": Probes(_stream, _STREAM),
    "MediaStreamTrack": Probes(_track, _TRACK),
    "MediaStreamTrackVideoStats": Probes(_video_stats, _VIDEO_STATS),
    "MediaStreamTrackAudioStats": Probes(_audio_stats, _AUDIO_STATS),
    "MediaStreamTrackProcessor": Probes(_track, _PROCESSOR),
    "VideoTrackGenerator": Probes(_video_generator, _GENERATOR),
    "AudioTrackGenerator": Probes(_audio_generator, _GENERATOR),
    "ReadableStream": Probes(_readable, _READABLE),
    "WritableStream": Probes(_writable, _WRITABLE),
    "VideoFrame": Probes(_video_frame, _VIDEO_FRAME),
    "AudioData": Probes(_audio_data, _AUDIO_DATA),
    "Permissions": Probes(_permissions, _PERMISSIONS),
    "PermissionStatus": Probes(_status, _PERMISSION_STATUS),
    "EventTarget": Probes(_target, _EVENT_TARGET),
    "Event": Probes(_event, _EVENT),
    "MediaStreamTrackEvent": Probes(_track_event, _TRACK_EVENT),
    "DeviceChangeEvent": Probes(_device_event, _DEVICE_EVENT),
    "DOMException": Probes(_error, _DOM_EXCEPTION),
    "OverconstrainedError": Probes(_error, _OVERCONSTRAINED),
}
