"""Relinquishing a device while all its tracks are disabled (§4.3.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mediadevices.local.sources.device_fitting import reopen_device

if TYPE_CHECKING:
    from mediadevices.local.sources.device_source import DeviceSource
    from mediadevices.local.tracks.track import LocalTrack
    from mediadevices.pipeline.clock import Timer

__all__ = ["RELINQUISH_AFTER", "Relinquisher"]

_log = logging.getLogger("mediadevices")

#: Seconds after which a device is closed when all its tracks are disabled; the standard allows 3.
RELINQUISH_AFTER = 2.0


class Relinquisher:
    """Closes a device whose tracks are all disabled, and reopens it when one is enabled.

    Args:
        source: The device.
    """

    def __init__(self, source: DeviceSource) -> None:
        self._source = source
        self._timer: Timer | None = None

    def enabled_changed(self) -> None:
        """Close or reopen the device, depending on which tracks are enabled now."""
        if not self._source.loop.is_closed():
            # In a callback of the loop, because a timer needs a running loop.
            self._source.loop.call_soon(self._update)

    def cancel(self) -> None:
        """Cancel a planned closing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _update(self) -> None:
        source = self._source
        self.cancel()
        if self._enabled_track() is not None:
            if not source.is_open:
                source.start(f"reopen {source.label!r}", self._reopen())
        elif source.tracks:
            self._timer = source.clock.call_later(
                RELINQUISH_AFTER,
                lambda: source.start(f"relinquish {source.label!r}", self._relinquish()),
            )

    def _enabled_track(self) -> LocalTrack | None:
        return next((track for track in self._source.tracks if track.enabled), None)

    async def _relinquish(self) -> None:
        async with self._source.lock:
            if self._enabled_track() is None:
                await self._source.close_device()

    async def _reopen(self) -> None:
        source = self._source
        async with source.lock:
            track = self._enabled_track()
            if track is None or source.is_open or source.connection.lost:
                return
            try:
                await reopen_device(source, track)
            except Exception as error:  # noqa: BLE001  (the standard: failing to reopen ends the track)
                _log.warning("%r could not be opened again: %s", source.label, error)
                source.end_tracks()
