"""A device as a source: opened once, shared by its tracks, closed after the last (§4.3.1, §11)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from mediadevices.algorithms.capabilities import device_capabilities
from mediadevices.algorithms.properties import OWN_PIXEL_FORMAT
from mediadevices.driver import VideoMode
from mediadevices.kinds import INPUT_OF_DEVICE
from mediadevices.local.handover.device_sink import DeviceSink
from mediadevices.local.sources.device_changes import follow_configuration
from mediadevices.local.sources.device_connection import DeviceConnection, DeviceObserver
from mediadevices.local.sources.device_fitting import fit_device
from mediadevices.local.sources.relinquishing import Relinquisher
from mediadevices.local.sources.settings_selector import SettingsSelector
from mediadevices.local.sources.source import Source
from mediadevices.local.sources.track_requirements import SharedDevice
from mediadevices.local.tracks.track import LocalTrack
from mediadevices.webidl import promise

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
    from mediadevices.driver import Capture, Configuration, Device, Driver
    from mediadevices.pipeline.clock import Clock

__all__ = ["DeviceSource"]

_log = logging.getLogger("mediadevices")

#: How many blocks of samples may wait for a busy event loop: one second of them.
AUDIO_CAPACITY = 100


class DeviceSource(Source):
    """A camera or microphone, open while a live and enabled track needs it.

    Args:
        device: The device.
        driver: Its driver.
        identity: Its `deviceId` and `groupId`.
        clock: The agent's clock.
        loop: The event loop that owns the device.
        on_lost: Called when the device is lost.
        observer: Called after each opening and closing of the device.
    """

    holds_device = True
    contiguous = True

    def __init__(
        self,
        device: Device,
        driver: Driver,
        identity: Mapping[str, str],
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        on_lost: Callable[[DeviceSource], None],
        observer: DeviceObserver,
    ) -> None:
        super().__init__(INPUT_OF_DEVICE[device.kind].track, device.label, clock, loop)
        self._identity = identity
        self._on_lost = on_lost
        self._abandoned = False
        self._relinquisher = Relinquisher(self)
        self.connection = DeviceConnection(device, driver, self._connection_changed, observer)
        self.selector = SettingsSelector(SharedDevice(device, identity, self.kind))

    # --- state ----------------------------------------------------------------------------

    @property
    def device(self) -> Device:
        """The device."""
        return self.connection.device

    @property
    def is_open(self) -> bool:
        """Whether the device is open."""
        return self.connection.capture is not None

    @property
    def live(self) -> bool:
        """Whether a live track uses the device."""
        return bool(self.tracks)

    @property
    def idle(self) -> bool:
        """Whether the device is closed, unused, and neither opening nor closing."""
        return not self.tracks and not self.is_open and not self.lock.locked()

    @property
    def native_rate(self) -> float:
        """The frames per second of the native mode; 0 while closed and for microphones."""
        return self.connection.native_rate

    @property
    def delivers(self) -> bool:
        """Whether the device delivers data now, even if black or silence replaces them."""
        return self.is_open and not self.muted

    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities, the same for all tracks."""
        return device_capabilities(self.device, self._identity)

    def shared_settings(self) -> Mapping[str, Value]:
        """Return the device's ids, the values of its controls, and its own pixel format."""
        single = {
            name: control[0]
            for name, control in self.device.controls.items()
            if isinstance(control, tuple) and len(control) == 1
        }
        mode = self.connection.mode
        layout: dict[str, Value] = {}
        if isinstance(mode, VideoMode) and mode.pixel_format:
            layout[OWN_PIXEL_FORMAT] = mode.pixel_format
        return {**single, **self.connection.controls, **layout, **self._identity}

    # --- tracks ---------------------------------------------------------------------------

    def add(self, track: LocalTrack) -> None:
        """Add a live track."""
        super().add(track)
        self.selector.requirements.update(track)

    def remove(self, track: LocalTrack) -> None:
        """Remove a track that has ended; it may have been the last enabled one."""
        self.selector.requirements.remove(track)
        super().remove(track)
        if self.tracks and track.enabled:
            self.enabled_changed()

    def enabled_changed(self) -> None:
        """Close the device soon if all tracks are disabled; reopen it if one is enabled."""
        self._relinquisher.enabled_changed()

    def readers_changed(self) -> None:
        """Set the mailbox's capacity to the largest reader's; for audio it is constant."""
        self.connection.set_capacity(self._capacity())

    def _capacity(self) -> int:
        if self.kind == "audio":
            return AUDIO_CAPACITY
        return max((track.pipeline.capacity for track in self.tracks), default=1)

    def update_device(self, device: Device) -> None:
        """Replace the description of the device by a newer one; no track uses the device."""
        self.connection.update_device(device)
        self.selector = SettingsSelector(SharedDevice(device, self._identity, self.kind))

    # --- opening and configuring --------------------------------------------------------------

    async def create_track(self, constraints: MediaTrackConstraints) -> LocalTrack:
        """Open the device if it is closed, and return a new track with these constraints.

        Raises:
            NotReadableError: The device cannot be opened now.
            OverconstrainedError: The device's actual mode, or another track's constraints,
                rule these constraints out.
            Exception: The driver failed in another way.
        """
        await self.lock.acquire()
        unwanted = asyncio.Event()
        try:
            # In a task of its own, because cancelling the caller midway would leave the device
            # half open, or half configured for its other tracks.
            creating = promise.started(
                self._create_track(constraints, unwanted), f"open {self.label!r}"
            )
        except BaseException:
            self.lock.release()
            raise
        creating.add_done_callback(lambda _: self.lock.release())
        try:
            return await promise.shielded(creating)
        except asyncio.CancelledError:
            unwanted.set()
            creating.add_done_callback(_end_unwanted_track)
            raise

    async def _create_track(
        self, constraints: MediaTrackConstraints, unwanted: asyncio.Event
    ) -> LocalTrack:
        try:
            selection = await fit_device(self, constraints, None)
            if unwanted.is_set():
                raise asyncio.CancelledError
            return LocalTrack(self, constraints, selection.settings)
        except BaseException:
            if not any(track.enabled for track in self.tracks):
                await self.close_device()
            raise

    async def apply_now(self, track: LocalTrack, constraints: MediaTrackConstraints) -> None:
        """Replace a track's constraints and settings in one step, or fail and change nothing."""
        selection = await fit_device(self, constraints, track)
        track.set_applied(constraints, selection.settings)
        self.selector.requirements.update(track)

    async def open_device(self, configuration: Configuration) -> Capture:
        """Open the device in a configuration. The caller holds the lock."""
        sink = DeviceSink(
            self.loop,
            self.distribute,
            lambda changed: follow_configuration(self, changed),
            self.set_muted,
            self.device_gone,
            self._capacity(),
        )
        return await self.connection.open(configuration, sink)

    def _connection_changed(self) -> None:
        if self.is_open:
            self.set_muted(False)
        for track in tuple(self.tracks):
            track.update_flow()

    # --- closing --------------------------------------------------------------------------

    def release(self) -> None:
        """Start to close the device, because its last track has ended."""
        self._relinquisher.cancel()
        self.connection.pause()
        self.start(f"close {self.label!r}", self._close_if_unused())

    async def released(self) -> None:
        """Wait until all operations on the device are done, such as closing it."""
        async with self.lock:
            pass

    async def _close_if_unused(self) -> None:
        async with self.lock:
            if not self.tracks:
                await self.close_device()
            else:
                self.connection.resume()

    async def close_device(self) -> None:
        """Close the device, if it is open. The caller holds the lock, or the loop is closed."""
        await self.connection.close()

    def abandon(self) -> None:
        """End the tracks without an event, and start no more operations on the device."""
        self._abandoned = True
        self.end_tracks_silently()

    async def close(self) -> None:
        """End the tracks without an event, and close the device for good."""
        self.abandon()
        async with self.lock:
            await self.close_device()

    def device_gone(self, error: Exception | None = None) -> None:
        """End all tracks and close the device, because it is lost.

        Args:
            error: Why it failed; None if it was unplugged.
        """
        if self.connection.lost:
            return
        self.connection.lost = True
        self._relinquisher.cancel()
        _log.warning("%r ended: %s", self.label, error or "it was unplugged")
        self.connection.pause()
        self.end_tracks()
        self._on_lost(self)
        self.start(f"close {self.label!r}", self._close_locked())

    async def _close_locked(self) -> None:
        async with self.lock:
            await self.close_device()

    def start(self, name: str, coroutine: Coroutine[object, None, None]) -> None:
        """Start an operation on the device, unless it was abandoned or the loop is closed.

        In a closed loop an open device closes itself when it delivers the next frame or block.
        """
        if self.loop.is_closed() or self._abandoned:
            coroutine.close()
        else:
            promise.started(coroutine, name, self.loop)


def _end_unwanted_track(creating: asyncio.Future[LocalTrack]) -> None:
    """End the track of a `create_track` call that was cancelled before the track was made."""
    if creating.cancelled():
        return
    if (error := creating.exception()) is None:
        creating.result().end_silently()
    else:
        _log.debug("an abandoned opening failed: %s", error)
