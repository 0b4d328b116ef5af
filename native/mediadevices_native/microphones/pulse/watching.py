"""Notices when microphones or speakers of the sound server come or go."""

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
    """Call `changed` when the server's devices change, or the server starts or ends.

    Args:
        monitor: Follows the server.
        devices: Makes the list of devices; events that do not change the list are ignored.
        changed: Called on the monitor's thread.

    Returns:
        A function that stops the watching.
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
        self._update(self._devices(snapshot))

    def server_lost(self) -> None:
        self._update(None)

    def _update(self, known: tuple[Device, ...] | None) -> None:
        before, self._known = self._known, known
        # The first list is no change: the caller has just made its own.
        started, self._started = self._started, True
        if started and known != before:
            self._changed()
