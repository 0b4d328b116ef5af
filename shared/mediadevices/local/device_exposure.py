"""Which devices a program may see, and under which ids (§9.2.4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from mediadevices.algorithms.capabilities import device_capabilities
from mediadevices.algorithms.device_ids import device_id, group_id
from mediadevices.algorithms.exposure import DeviceInfo, exposed_devices
from mediadevices.driver import Device
from mediadevices.kinds import PERMISSION_NAMES, PermissionName

__all__ = ["DeviceExposure"]


class DeviceExposure:
    """Knows which kinds of device the program may see, and describes the devices to it.

    Args:
        secret: The application's own secret, from which device ids are made.
        is_granted: Returns whether a permission is granted.
    """

    def __init__(self, secret: bytes, is_granted: Callable[[PermissionName], bool]) -> None:
        self._secret = secret
        self._group_salt = secrets.token_bytes(32)
        self._is_granted = is_granted
        self._exposed: set[PermissionName] = set()

    def exposes(self, name: PermissionName) -> bool:
        """Return whether the program may see the devices of a permission."""
        return name in self._exposed

    def expose(self, names: Sequence[PermissionName]) -> None:
        """Let the program see devices ("set the device information exposure", §9.2.4)."""
        self._exposed.update(names)
        if names:
            # Granted permissions are exposed together with the requested ones.
            self._exposed.update(name for name in PERMISSION_NAMES if self._is_granted(name))

    def identity(self, device: Device) -> dict[str, str]:
        """Return the `deviceId` and `groupId` of a device."""
        return {
            "deviceId": device_id(self._secret, device),
            "groupId": group_id(self._group_salt, device),
        }

    def visible(self, devices: Sequence[Device]) -> list[DeviceInfo]:
        """Return a list of devices as the program may see it."""
        return exposed_devices(devices, self._exposed, self._describe)

    def _describe(self, device: Device) -> DeviceInfo:
        identity = self.identity(device)
        is_input = device.kind != "audiooutput"
        capabilities = device_capabilities(device, identity) if is_input else {}
        return DeviceInfo(
            device.kind, identity["deviceId"], device.label, identity["groupId"], capabilities
        )
