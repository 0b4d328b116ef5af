"""The device list that the browser exposes to the page (§9.2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from mediadevices.agent_protocol.capture import DeviceChange
from mediadevices.algorithms.exposure import DeviceInfo, inserted_devices
from mediadevices.errors import DOMException
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["DeviceList"]

_log = logging.getLogger("mediadevices")


class DeviceList:
    """The devices that the page may see, and their changes.

    Args:
        media_devices: The browser's `navigator.mediaDevices`.
        notify: Called with each change.
    """

    def __init__(self, media_devices: ffi.JsObject, notify: Callable[[DeviceChange], None]) -> None:
        self._media_devices = media_devices
        self._notify = notify
        # The list that the program knows, to find out which devices are new; it may be incomplete.
        self._known: Sequence[DeviceInfo] = ()
        self._notifying = asyncio.Lock()  # so that no two events report the same device

    def enumerate(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """Return the devices that the page may see now."""
        return ffi.future(self._media_devices, "enumerateDevices", None, self._converted)

    def watch(self) -> None:
        """Read the list of devices now, so that later changes can be detected."""
        if not self._known:
            promise.started(self._look(), name="look for devices")

    def changed(self) -> None:
        """Find out what has changed, because the browser's event does not say, and notify."""
        promise.started(self._notify_change(), name="look for devices")

    async def _look(self) -> Sequence[DeviceInfo] | None:
        try:
            return await self.enumerate()
        except DOMException as error:
            # The page may be closing or hidden.
            _log.warning("devices: cannot be listed: %s", error)
            return None

    async def _notify_change(self) -> None:
        async with self._notifying:
            before = self._known
            now = await self._look()
            if now is None:
                return
            # Without ids the devices of a kind cannot be told apart, so none counts as new.
            hidden = {info.kind for info in before if not info.device_id}
            fresh = [info for info in inserted_devices(before, now) if info.kind not in hidden]
            self._known = now
            self._notify(DeviceChange(now, [now.index(info) for info in fresh] if before else ()))

    def _converted(self, infos: Iterable[ffi.JsObject]) -> Sequence[DeviceInfo]:
        found = [_device_info(info) for info in infos]
        if not all(info.device_id for info in self._known) or not self._known:
            self._known = found
        return found


def _device_info(info: ffi.JsObject) -> DeviceInfo:
    # Firefox's inputs are plain MediaDeviceInfo objects without getCapabilities.
    known = hasattr(info, "getCapabilities")
    return DeviceInfo(
        kind=info.kind,
        device_id=info.deviceId,
        label=info.label,
        group_id=info.groupId,
        capabilities=ffi.to_dict(info.getCapabilities()) if known else {},
    )
