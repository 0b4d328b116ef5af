"""Notices that the sound server's microphones or speakers have come or gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Device
    from mediadevices_native.microphones.pulse.server_monitor import ServerMonitor
    from mediadevices_native.microphones.pulse.sound_server import ServerSnapshot, SoundServer

__all__ = ["watch_server"]


def watch_server(
    monitor: ServerMonitor,
    devices: Callable[[ServerSnapshot], tuple[Device, ...]],
    changed: Callable[[], None],
) -> Callable[[], None]:
    """Call `changed` when the server's devices become others, or it comes or goes.

    Args:
        monitor: Follows the server.
        devices: Makes the list of devices; events that do not change it are of no interest.
        changed: Called on the monitor's thread.

    Returns:
        A function that ends this.
    """
    return monitor.add(_ServerWatch(devices, changed))


class _ServerWatch:
    def __init__(
        self, devices: Callable[[ServerSnapshot], tuple[Device, ...]], changed: Callable[[], None]
    ) -> None:
        self._devices = devices
        self._changed = changed
        self._known: tuple[Device, ...] | None = None
        self._started = False

    def server_changed(self, snapshot: ServerSnapshot, _server: SoundServer) -> None:
        self._now(self._devices(snapshot))

    def server_lost(self) -> None:
        self._now(None)

    def _now(self, known: tuple[Device, ...] | None) -> None:
        before, self._known = self._known, known
        # The first look is what the caller's own first list was made from.
        started, self._started = self._started, True
        if started and known != before:
            self._changed()
