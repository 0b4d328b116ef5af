"""What the old drafts tell of sources: which there are, what they can do, how they are set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from mediadevices import (
    InputDeviceInfo,
    MediaDeviceInfo,
    MediaTrackCapabilities,
    MediaTrackSettings,
)
from mediadevices.algorithms.properties import Kind
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

    ``info.source_id`` is ``info["sourceId"]``. The kind is ``"audio"`` or ``"video"``; `facing`,
    which browsers added, is ``""`` where it is not known.
    """

    __slots__ = ()
    members = frozenset({"sourceId", "kind", "label", "facing"})


class MediaSourceStates(Dictionary):
    """How the source of a track is set (16 May 2013).

    `sourceType` and `sourceId`, and all that today's settings tell. A microphone's `volume`, which
    nothing tells today, is absent: None as an attribute.
    """

    __slots__ = ()
    members = _COMMON | _PROPERTIES


class AllCapabilities(Dictionary):
    """What the source of a track can do (16 May 2013): `AllVideoCapabilities` and its like.

    A range is ``{"min": …, "max": …, "supported": True}``, or ``{"supported": False}``; an unknown
    list is ``["notavailable"]``.
    """

    __slots__ = ()
    members = _COMMON | _PROPERTIES


def source_infos(devices: Iterable[MediaDeviceInfo]) -> list[SourceInfo]:
    """Return what the old drafts tell of devices; they know no speakers."""
    return [_source_info(device) for device in devices if isinstance(device, InputDeviceInfo)]


def _source_info(device: InputDeviceInfo) -> SourceInfo:
    facing = device.get_capabilities().facing_mode or [""]
    kind = "video" if device.kind == "videoinput" else "audio"
    return SourceInfo(sourceId=device.device_id, kind=kind, label=device.label, facing=facing[0])


def states_of(source: SourceType, settings: MediaTrackSettings) -> MediaSourceStates:
    """Return the states of a source.

    Args:
        source: What it is.
        settings: The settings of its track.
    """
    others = {name: value for name, value in settings.items() if name != "deviceId"}
    source_id = settings.device_id or ""
    return MediaSourceStates({"sourceType": source, "sourceId": source_id, **others})


def capabilities_of(
    source: SourceType, kind: Kind, capabilities: MediaTrackCapabilities
) -> AllCapabilities:
    """Return the capabilities of a source.

    Args:
        source: What it is.
        kind: The kind of its track.
        capabilities: Those of its track.
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
