"""The sources of the old drafts: their list, capabilities and states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from mediadevices import (
    InputDeviceInfo,
    MediaDeviceInfo,
    MediaTrackCapabilities,
    MediaTrackSettings,
)
from mediadevices.kinds import INPUT_OF_DEVICE, Kind
from mediadevices.webidl.conversion import is_mapping
from mediadevices.webidl.dictionary import Dictionary, freeze

__all__ = [
    "AllCapabilities",
    "MediaSourceStates",
    "SourceInfo",
    "capabilities_of",
    "source_infos",
    "states_of",
]

SourceType = Literal["camera", "microphone", "none"]

_COMMON = frozenset({"sourceType", "sourceId"})
_RANGES: Mapping[Kind, tuple[str, ...]] = {
    "audio": ("volume",),
    "video": ("width", "height", "frameRate", "aspectRatio"),
}
_LISTS: Mapping[Kind, tuple[str, ...]] = {"audio": (), "video": ("facingMode",)}
_PROPERTIES = frozenset({"width", "height", "frameRate", "aspectRatio", "facingMode", "volume"})


class SourceInfo(Dictionary):
    """A camera or microphone (3 September 2013): `sourceId`, `kind`, `label`, `facing`.

    ``info.source_id`` equals ``info["sourceId"]``. The kind is ``"audio"`` or ``"video"``. Browsers
    added `facing`; it is ``""`` if unknown.
    """

    __slots__ = ()
    members = frozenset({"sourceId", "kind", "label", "facing"})


class MediaSourceStates(Dictionary):
    """The current settings of a track's source (16 May 2013).

    It has `sourceType`, `sourceId` and the current settings of the track. The `volume` of a
    microphone is unknown, so it is absent, and None as an attribute.
    """

    __slots__ = ()
    members = _COMMON | _PROPERTIES


class AllCapabilities(Dictionary):
    """The capabilities of a track's source (16 May 2013).

    It stands for `AllVideoCapabilities` and `AllAudioCapabilities`. A range is
    ``{"min": …, "max": …, "supported": True}`` or ``{"supported": False}``; an unknown list is
    ``["notavailable"]``.
    """

    __slots__ = ()
    members = _COMMON | _PROPERTIES


def source_infos(devices: Iterable[MediaDeviceInfo]) -> list[SourceInfo]:
    """Return the sources of a list of devices; the old drafts do not list speakers."""
    return [_source_info(device) for device in devices if isinstance(device, InputDeviceInfo)]


def _source_info(device: InputDeviceInfo) -> SourceInfo:
    facing = device.get_capabilities().facing_mode or [""]
    kind = INPUT_OF_DEVICE[device.kind].track
    return SourceInfo(sourceId=device.device_id, kind=kind, label=device.label, facing=facing[0])


def states_of(source: SourceType, settings: MediaTrackSettings) -> MediaSourceStates:
    """Return the states of a source.

    Args:
        source: The type of the source.
        settings: The current settings of its track.
    """
    others = {name: value for name, value in settings.items() if name != "deviceId"}
    source_id = settings.device_id or ""
    return MediaSourceStates({"sourceType": source, "sourceId": source_id, **others})


def capabilities_of(
    source: SourceType, kind: Kind, capabilities: MediaTrackCapabilities
) -> AllCapabilities:
    """Return the capabilities of a source.

    Args:
        source: The type of the source.
        kind: The kind of its track.
        capabilities: The current capabilities of its track.
    """
    result: dict[str, object] = {
        "sourceType": [source],
        "sourceId": [capabilities.device_id or ""],
        **{name: {"supported": False} for name in _RANGES[kind]},
        **{name: ["notavailable"] for name in _LISTS[kind]},
    }
    for name, value in capabilities.items():
        if is_mapping(value):
            result[name] = {**value, "supported": True}
        elif name != "deviceId" and value != []:
            result[name] = value
    return AllCapabilities(freeze(result))
