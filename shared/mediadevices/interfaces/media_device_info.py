"""`MediaDeviceInfo` and `InputDeviceInfo` (§9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mediadevices.interfaces.dictionaries import MediaTrackCapabilities
from mediadevices.webidl.dictionary import Dictionary, freeze
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mediadevices.algorithms.exposure import DeviceInfo

__all__ = ["InputDeviceInfo", "MediaDeviceInfo", "device_infos"]


class MediaDeviceInfo(Interface):
    """A device as the program may see it now (§9.2.1).

    Before the program has captured from a device of the kind, all but `kind` is empty.
    """

    __slots__ = ("_info",)
    _info: DeviceInfo

    def __init__(self, *_arguments: object) -> None:
        message = f"{type(self).__name__} has no constructor; see navigator.media_devices"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.kind} {self.label!r}>"

    def __copy__(self) -> MediaDeviceInfo:
        return self  # It cannot be changed.

    def __deepcopy__(self, memo: dict[int, object]) -> MediaDeviceInfo:
        return self

    @property
    def device_id(self) -> str:
        """Names the device: the same after a restart, different for each application."""
        return self._info.device_id

    @property
    def kind(self) -> Literal["audioinput", "videoinput", "audiooutput"]:
        """``"audioinput"``, ``"videoinput"`` or ``"audiooutput"``."""
        return self._info.kind

    @property
    def label(self) -> str:
        """The name to show to a person."""
        return self._info.label

    @property
    def group_id(self) -> str:
        """Equal for the devices of one physical unit, such as a camera and its microphone."""
        return self._info.group_id

    def to_json(self) -> Dictionary:
        """Return `deviceId`, `kind`, `label` and `groupId` as a dictionary."""
        return Dictionary(
            deviceId=self.device_id, kind=self.kind, label=self.label, groupId=self.group_id
        )


class InputDeviceInfo(MediaDeviceInfo):
    """A camera or microphone (§9.2.2)."""

    __slots__ = ()

    def get_capabilities(self) -> MediaTrackCapabilities:
        """Return the capabilities of a track of this device; empty while it is not exposed."""
        return MediaTrackCapabilities(freeze(self._info.capabilities))


def device_infos(infos: Iterable[DeviceInfo]) -> list[MediaDeviceInfo]:
    """Return new objects for what an agent tells of its devices."""
    return [_device_info(info) for info in infos]


def _device_info(info: DeviceInfo) -> MediaDeviceInfo:
    cls = MediaDeviceInfo if info.kind == "audiooutput" else InputDeviceInfo
    device = cls.__new__(cls)
    device._info = info  # pyright: ignore[reportPrivateUsage]  (it has no constructor)
    return device
