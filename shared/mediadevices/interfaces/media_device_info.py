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
    """A device, with what the program may see of it (§9.2.1).

    Until the program has captured from a device of this kind, every attribute but `kind` is empty.
    """

    __slots__ = ("_info",)
    _info: DeviceInfo

    def __init__(self, *_arguments: object) -> None:
        message = f"{type(self).__name__} has no constructor; call enumerate_devices()"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.kind} {self.label!r}>"

    def __copy__(self) -> MediaDeviceInfo:
        return self  # The object is immutable.

    def __deepcopy__(self, memo: dict[int, object]) -> MediaDeviceInfo:
        return self

    @property
    def device_id(self) -> str:
        """The identifier of the device: it survives a restart, and differs in each application."""
        return self._info.device_id

    @property
    def kind(self) -> Literal["audioinput", "videoinput", "audiooutput"]:
        """``"audioinput"``, ``"videoinput"`` or ``"audiooutput"``."""
        return self._info.kind

    @property
    def label(self) -> str:
        """The name of the device, to show to the user."""
        return self._info.label

    @property
    def group_id(self) -> str:
        """The identifier of the physical unit: a camera shares it with its built-in microphone."""
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
        """Return the capabilities of the device; empty before the program has captured."""
        return MediaTrackCapabilities(freeze(self._info.capabilities))


def device_infos(infos: Iterable[DeviceInfo]) -> list[MediaDeviceInfo]:
    """Return new interface objects for an agent's list of devices."""
    return [_device_info(info) for info in infos]


def _device_info(info: DeviceInfo) -> MediaDeviceInfo:
    cls = MediaDeviceInfo if info.kind == "audiooutput" else InputDeviceInfo
    device = cls.__new__(cls)
    device._info = info  # pyright: ignore[reportPrivateUsage]  (it has no constructor)
    return device
