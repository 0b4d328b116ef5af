"""Finds out which keys the functions know that take dictionaries, by trying.

A key is known if a value that is of no type of the IDL is an error that names it: what is unknown
is ignored. A key is required if there is an error without it.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from mediadevices import (
    AudioData,
    DeviceChangeEvent,
    Event,
    EventTarget,
    MediaStreamTrack,
    MediaStreamTrackEvent,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.algorithms.constraints import convert_track_constraints
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.webidl.names import to_snake_case
from support.idl import Definition, Member
from support.idl_marks import Difference

__all__ = ["PROBED", "probed"]

_Given = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Probe:
    """What takes a dictionary.

    Attributes:
        use: Takes one; what it returns may have the members as attributes.
        given: A dictionary that is taken; with all required keys.
    """

    use: Callable[[_Given], object]
    given: Callable[[MediaStreamTrack], _Given] = lambda _: {}


def _frame(given: _Given | None = None) -> VideoFrame:
    init = {"format": "RGBA", "codedWidth": 2, "codedHeight": 2, "timestamp": 0}
    return VideoFrame(bytes(16), init if given is None else given)


def _block() -> AudioData:
    return AudioData(_AUDIO)


def _processor(given: _Given) -> object:
    return MediaStreamTrackProcessor(given).readable.cancel()


def _query(given: _Given) -> object:
    return navigator.permissions.query(given)


async def _user_media(given: _Given) -> None:
    async with await navigator.media_devices.get_user_media(given):
        pass


def _constrain(name: str) -> _Probe:
    return _Probe(lambda given: convert_track_constraints({name: given}, "video", PROPERTIES))


_PIXELS: _Given = {"format": "RGBA", "codedWidth": 2, "codedHeight": 2, "timestamp": 0}
_AUDIO: _Given = {
    "format": "s16",
    "sampleRate": 8000,
    "numberOfFrames": 2,
    "numberOfChannels": 1,
    "timestamp": 0,
    "data": bytes(4),
}
_CAMERA: _Given = {"name": "camera"}

#: By the names of the dictionaries.
PROBED: Mapping[str, _Probe] = {
    "EventInit": _Probe(lambda given: Event("x", given)),
    "MediaStreamTrackEventInit": _Probe(
        lambda given: MediaStreamTrackEvent("x", given), lambda track: {"track": track}
    ),
    "DeviceChangeEventInit": _Probe(lambda given: DeviceChangeEvent("x", given)),
    "AddEventListenerOptions": _Probe(
        lambda given: EventTarget().add_event_listener("x", print, given)
    ),
    "EventListenerOptions": _Probe(
        lambda given: EventTarget().remove_event_listener("x", print, given)
    ),
    "MediaStreamTrackProcessorInit": _Probe(_processor, lambda track: {"track": track}),
    "VideoFrameInit": _Probe(lambda given: VideoFrame(_frame(), given)),
    "VideoFrameBufferInit": _Probe(_frame, lambda _: _PIXELS),
    "VideoFrameCopyToOptions": _Probe(lambda given: _frame().allocation_size(given)),
    "PlaneLayout": _Probe(
        lambda given: _frame().allocation_size({"layout": [given]}),
        lambda _: {"offset": 0, "stride": 8},
    ),
    "DOMRectInit": _Probe(
        lambda given: _frame().allocation_size({"rect": given}),
        lambda _: {"x": 0, "y": 0, "width": 2, "height": 2},
    ),
    "AudioDataInit": _Probe(AudioData, lambda _: _AUDIO),
    "AudioDataCopyToOptions": _Probe(
        lambda given: _block().allocation_size(given), lambda _: {"planeIndex": 0}
    ),
    "PermissionDescriptor": _Probe(_query, lambda _: _CAMERA),
    "CameraDevicePermissionDescriptor": _Probe(_query, lambda _: _CAMERA),
    "MediaStreamConstraints": _Probe(_user_media, lambda _: {"video": True}),
    "MediaTrackConstraintSet": _Probe(
        lambda given: convert_track_constraints({"advanced": [given]}, "video", PROPERTIES)
    ),
    "MediaTrackConstraints": _Probe(
        lambda given: convert_track_constraints(given, "video", PROPERTIES)
    ),
    "ConstrainULongRange": _constrain("width"),
    "ConstrainDoubleRange": _constrain("frameRate"),
    "ConstrainDOMStringParameters": _constrain("deviceId"),
    "ConstrainBooleanParameters": _constrain("torch"),
    "ConstrainBooleanOrDOMStringParameters": _constrain("echoCancellation"),
}
# Of no type of the IDL.
_WRONG = object()


async def probed(definitions: Mapping[str, Definition]) -> AsyncIterator[Difference]:
    """Yield where functions take other dictionaries than those of the IDL.

    Args:
        definitions: What the IDL says.
    """
    async with VideoTrackGenerator().track as track:
        for name, probe in PROBED.items():
            given = probe.given(track)
            accepted = await _attempt(probe, {**given, "nobodyKnowsThis": _WRONG})
            assert not isinstance(accepted, Exception), f"{name}: {given} is refused: {accepted}"
            for member in _keys(definitions[name], definitions):
                path = f"{name}.{member.name}"
                refused = await _attempt(probe, {**given, member.name: _WRONG})
                names = {member.name, to_snake_case(member.name)}
                if not (
                    isinstance(refused, TypeError) and any(one in str(refused) for one in names)
                ):
                    yield Difference("without", path, f"in {member.document}")
                    continue
                text = await _key(probe, member, given)
                if text is not None:
                    yield Difference("differs", path, text)


async def _key(probe: _Probe, member: Member, given: _Given) -> str | None:
    """Return in what way a key differs that is known."""
    without = {key: value for key, value in given.items() if key != member.name}
    made = await _attempt(probe, without)
    if isinstance(made, Exception):
        # Either video or audio has to be asked for; neither is required.
        one_of_several = not member.required and member.default == "false"
        return None if member.required or one_of_several else "must be given"
    if member.required:
        return "may be left out"
    attribute = getattr(made, to_snake_case(member.name), None)
    if member.default is None or attribute is None:
        return None
    if str(attribute).lower() != member.default:
        return f"is {attribute} unless given, not {member.default}"
    return None


async def _attempt(probe: _Probe, given: _Given) -> object:
    """Return what comes of a dictionary, or the error that it is refused with."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The library warns of names that nobody knows.
            made = probe.use(given)
            return await made if inspect.isawaitable(made) else made
    except TypeError as error:
        return error


def _keys(definition: Definition, definitions: Mapping[str, Definition]) -> list[Member]:
    parent = definitions.get(definition.parent or "")
    inherited = [] if parent is None else _keys(parent, definitions)
    return [*inherited, *definition.members.values()]
