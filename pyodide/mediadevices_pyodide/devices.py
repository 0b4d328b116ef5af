"""The list of devices, as the browser lets the page see it (§9.2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from mediadevices.agent_protocol.agent import DeviceChange
from mediadevices.algorithms.exposure import DeviceInfo, inserted_devices
from mediadevices.errors import DOMException
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["DeviceList"]

_log = logging.getLogger("mediadevices")


class DeviceList:
    """The devices of the page, and what has changed of them.

    Args:
        media_devices: The browser's `navigator.mediaDevices`.
        notify: Called with each change.
    """

    def __init__(self, media_devices: ffi.JsObject, notify: Callable[[DeviceChange], None]) -> None:
        self._media_devices = media_devices
        self._notify = notify
        # What the program was told of last, to tell what is new; it may not have been told all.
        self._told: Sequence[DeviceInfo] = ()
        self._telling = asyncio.Lock()  # what one event names, the next one does not name again

    def enumerate(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """Return the devices as the page may see them now."""
        return ffi.future(self._media_devices, "enumerateDevices", None, self._take)

    def watch(self) -> None:
        """Learn the list, so that a later change can be told from it."""
        if not self._told:
            promise.started(self._look(), name="look for devices")

    def changed(self) -> None:
        """Take note that the browser has seen a change: its event does not say which."""
        promise.started(self._tell(), name="look for devices")

    async def _look(self) -> Sequence[DeviceInfo] | None:
        try:
            return await self.enumerate()
        except DOMException as error:
            # The page may be going away, or not be in sight: there is nothing to tell then.
            _log.warning("devices: cannot be listed: %s", error)
            return None

    async def _tell(self) -> None:
        async with self._telling:
            before = self._told
            now = await self._look()
            if now is None:
                return
            # Of a kind that was nameless before, nobody knows which device is new.
            hidden = {info.kind for info in before if not info.device_id}
            fresh = [info for info in inserted_devices(before, now) if info.kind not in hidden]
            self._told = now
            self._notify(DeviceChange(now, [now.index(info) for info in fresh] if before else ()))

    def _take(self, infos: Iterable[ffi.JsObject]) -> Sequence[DeviceInfo]:
        found = [_device_info(info) for info in infos]
        if not all(info.device_id for info in self._told) or not self._told:
            self._told = found
        return found


def _device_info(info: ffi.JsObject) -> DeviceInfo:
    # Firefox's inputs are plain MediaDeviceInfo objects, which cannot tell their capabilities.
    known = hasattr(info, "getCapabilities")
    return DeviceInfo(
        kind=info.kind,
        device_id=info.deviceId,
        label=info.label,
        group_id=info.groupId,
        capabilities=ffi.to_dict(info.getCapabilities()) if known else {},
    )
