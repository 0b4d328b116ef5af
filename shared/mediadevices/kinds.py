"""The one table of kinds: what a track captures, from which device, under which permission."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

__all__ = [
    "INPUT_OF_DEVICE",
    "INPUT_OF_PERMISSION",
    "INPUT_OF_TRACK",
    "PERMISSION_NAMES",
    "DeviceKind",
    "InputKind",
    "Kind",
    "PermissionName",
    "permission_name",
]

Kind: TypeAlias = Literal["audio", "video"]
"""What a track carries."""

DeviceKind: TypeAlias = Literal["audioinput", "videoinput", "audiooutput"]
"""What a device is, by the standard's names."""

PermissionName: TypeAlias = Literal["camera", "microphone"]
"""What a program may be permitted to use."""


class InputKind(NamedTuple):
    """A kind of input device.

    Attributes:
        track: The kind of its tracks.
        device: The kind of the device in the list of devices.
        permission: The name of its permission, which is also the word for it in messages.
    """

    track: Kind
    device: DeviceKind
    permission: PermissionName


_INPUTS = (
    InputKind("video", "videoinput", "camera"),
    InputKind("audio", "audioinput", "microphone"),
)

INPUT_OF_TRACK: Mapping[Kind, InputKind] = MappingProxyType({row.track: row for row in _INPUTS})
INPUT_OF_DEVICE: Mapping[DeviceKind, InputKind] = MappingProxyType(
    {row.device: row for row in _INPUTS}
)
INPUT_OF_PERMISSION: Mapping[PermissionName, InputKind] = MappingProxyType(
    {row.permission: row for row in _INPUTS}
)
PERMISSION_NAMES = tuple(INPUT_OF_PERMISSION)


def permission_name(text: object) -> PermissionName | None:
    """Return the permission that has this name, or None if there is none.

    Args:
        text: The name.
    """
    if not isinstance(text, str):
        return None  # an object of the program can raise anything when it is compared
    return next((name for name in PERMISSION_NAMES if name == text), None)
