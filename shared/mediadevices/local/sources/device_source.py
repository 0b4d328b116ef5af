"""A device as a source: opened once, shared by its tracks, closed after the last (§4.3.1, §11)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Literal, TypeAlias

from mediadevices.algorithms.capabilities import device_capabilities
from mediadevices.algorithms.properties import OWN_PIXEL_FORMAT
from mediadevices.algorithms.select_settings import Selection
from mediadevices.driver import Configuration, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices.local.handover.device_sink import DeviceSink
from mediadevices.local.sources.sharing import Sharing, named_controls
from mediadevices.local.sources.source import Source
from mediadevices.local.tracks.track import LocalTrack
from mediadevices.webidl import promise

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
    from mediadevices.driver import Capture, Device, Driver, Mode
    from mediadevices.pipeline.clock import Clock, Timer

__all__ = ["RELINQUISH_AFTER", "DeviceSource"]

_log = logging.getLogger("mediadevices")

#: Takes "open" or "close", and the device.
DeviceNote: TypeAlias = "Callable[[Literal['open', 'close'], Device], None]"

#: Seconds after which a device is closed whose tracks are all disabled; the standard allows 3.
RELINQUISH_AFTER = 2.0
#: How many blocks of samples may wait for a busy event loop: one second of them.
AUDIO_CAPACITY = 100


class DeviceSource(Source):
    """A camera or microphone, opened while a live and enabled track needs it.

    Args:
        device: The device.
        driver: Its driver.
        identity: Its `deviceId` and `groupId`.
        clock: The agent's clock.
        loop: The event loop on which everything happens.
        ended: Called when the device is gone.
        note: Told of each opening and closing of the device.
    """

    holds_device = True
    gapless = True

    def __init__(
        self,
        device: Device,
        driver: Driver,
        identity: Mapping[str, str],
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        ended: Callable[[DeviceSource], None],
        note: DeviceNote,
    ) -> None:
        super().__init__(
            "video" if device.kind == "videoinput" else "audio", device.label, clock, loop
        )
        self.device = device
        self._identity = identity
        self._sharing = Sharing(device, identity, self.kind)
        self._on_end = ended
        self._driver = driver
        self._note = note
        self.capture: Capture | None = None  # while the device is open
        self._forsaken = False
        self._sink: DeviceSink | None = None
        self._controls: Mapping[str, Value] = dict(device.initial)
        self._gone = False
        self._idle_timer: Timer | None = None

    # --- Source ---------------------------------------------------------------------------

    @property
    def live(self) -> bool:
        """Whether a live track uses the device."""
        return bool(self.tracks)

    @property
    def idle(self) -> bool:
        """Whether the device is closed, and nothing is under way with it."""
        return not self.tracks and self.capture is None and not self._lock.locked()

    @property
    def native_rate(self) -> float:
        """The frames per second of the native mode; 0 while closed and for microphones."""
        mode = self._mode
        return mode.frame_rate if isinstance(mode, VideoMode) else 0.0

    @property
    def _mode(self) -> Mode | None:
        """The mode that the device is open in; None while it is closed."""
        return self.capture.configuration.mode if self.capture is not None else None

    @property
    def delivers(self) -> bool:
        """Whether media come at the moment, even if only to be replaced by black or silence."""
        return self.capture is not None and not self.muted

    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities, the same for all tracks."""
        return device_capabilities(self.device, self._identity)

    def shared_settings(self) -> Mapping[str, Value]:
        """Return which device it is, what its controls are at, and how it sends its pictures."""
        single = {
            name: control[0]
            for name, control in self.device.controls.items()
            if isinstance(control, tuple) and len(control) == 1
        }
        mode = self._mode
        layout: dict[str, Value] = {}
        if isinstance(mode, VideoMode) and mode.pixel_format:
            layout[OWN_PIXEL_FORMAT] = mode.pixel_format
        return {**single, **self._controls, **layout, **self._identity}

    def add(self, track: LocalTrack) -> None:
        """Take a live track in."""
        super().add(track)
        self._sharing.needs.note(track)

    def remove(self, track: LocalTrack) -> None:
        """Take note that a track has ended, which may have been the last enabled one."""
        self._sharing.needs.forget(track)
        super().remove(track)
        if self.tracks and track.enabled:
            self.enabled_changed()

    def release(self) -> None:
        """Close the device, since its last track has ended."""
        self._cancel_idle_timer()
        if self._sink is not None:
            self._sink.pause()
        self._start(f"close {self.label!r}", self._close_if_unused())

    def forsake(self) -> None:
        """End the tracks, and begin nothing more with the device."""
        self._forsaken = True
        self.stop_tracks()

    async def shut(self) -> None:
        """End the tracks and close the device, as the last thing that is done in the loop."""
        self.forsake()
        async with self._lock:
            await self.close_device()

    async def released(self) -> None:
        """Wait until all that was begun with the device is done: its closing, after `release`."""
        async with self._lock:
            pass

    def readers_changed(self) -> None:
        """Let as much wait for the loop as the most patient reader lets wait for itself."""
        if self._sink is not None:
            self._sink.set_capacity(self._capacity())

    def _capacity(self) -> int:
        if self.kind == "audio":
            return AUDIO_CAPACITY
        return max((track.pipeline.capacity for track in self.tracks), default=1)

    def _start(self, name: str, coroutine: Coroutine[object, None, None]) -> None:
        if self.loop.is_closed() or self._forsaken:
            coroutine.close()  # A device that nobody takes media from releases itself.
        else:
            promise.started(coroutine, name, self.loop)

    def renew(self, device: Device) -> None:
        """Take over what the driver says now of the device, which no track uses."""
        self.device = device
        self._sharing = Sharing(device, self._identity, self.kind)
        # What earlier tracks set counts no more, unless the device has kept it.
        self._controls = dict(device.initial)

    # --- opening and closing --------------------------------------------------------------

    async def create_track(self, constraints: MediaTrackConstraints) -> LocalTrack:
        """Open the device if it is closed, and return a new track with these constraints.

        Raises:
            NotReadableError: The device cannot be had now.
            OverconstrainedError: What it really does, or what other tracks need, rules it out.
            Exception: The driver failed in another way.
        """
        await self._lock.acquire()
        unwanted = asyncio.Event()
        try:
            # A task of its own, which is not cancelled with the caller: a device must not be left
            # half open, nor half changed for its other tracks.
            creating = promise.started(
                self._create_track(constraints, unwanted), f"open {self.label!r}"
            )
        except BaseException:
            self._lock.release()
            raise
        creating.add_done_callback(lambda _: self._lock.release())
        try:
            return await promise.shielded(creating)
        except asyncio.CancelledError:
            unwanted.set()
            creating.add_done_callback(_stop_unwanted)
            raise

    async def _create_track(
        self, constraints: MediaTrackConstraints, unwanted: asyncio.Event
    ) -> LocalTrack:
        try:
            selection = await self._fit(constraints, None)
            if unwanted.is_set():
                raise asyncio.CancelledError
            return LocalTrack(self, constraints, selection.settings)
        except BaseException:
            if not any(track.enabled for track in self.tracks):
                await self.close_device()
            raise

    async def apply_now(self, track: LocalTrack, constraints: MediaTrackConstraints) -> None:
        """Make a track's constraints and settings new in one step, or fail and change nothing."""
        selection = await self._fit(constraints, track)
        track.set_applied(constraints, selection.settings)
        self._sharing.needs.note(track)

    async def _fit(self, constraints: MediaTrackConstraints, track: LocalTrack | None) -> Selection:
        """Find settings that satisfy these constraints and all other tracks; set the device so.

        Args:
            constraints: The constraints.
            track: The track that they are for; None for one to come, for which the device opens.
        """
        self._check_present()
        capture = self.capture
        before = capture.configuration if capture is not None else None
        selection = self._select(constraints, track)
        wanted = self._sharing.configuration(selection, constraints)
        if capture is None and track is not None:
            # It takes effect when the device is opened again.
            self._controls = {**self._controls, **wanted.controls}
            return selection
        if capture is None:
            controls = {**self._controls_to_restore(), **wanted.controls}
            capture = await self._open(Configuration(wanted.mode, controls))
        elif wanted.mode != capture.configuration.mode or any(
            self._controls.get(name) != value for name, value in wanted.controls.items()
        ):
            await capture.configure(wanted)
        try:
            self._check_present()
            actual = capture.configuration
            self._sharing.check_controls(constraints, actual.controls)
            if actual.mode != selection.mode:
                _log.debug("%r: asked for %s, does %s", self.label, selection.mode, actual.mode)
                selection = self._select(constraints, track, (actual.mode,))
        except BaseException:
            if before is not None and not self._gone:
                await capture.configure(before)
            raise
        self._controls = {**self._controls, **actual.controls}
        if before is None or before.mode != actual.mode:
            self._follow_mode(track)
        return selection

    def _check_present(self) -> None:
        if self._gone:
            message = f"{self.label!r} was unplugged"
            raise NotReadableError(message)

    def _select(
        self,
        constraints: MediaTrackConstraints,
        track: LocalTrack | None,
        modes: Sequence[Mode] | None = None,
    ) -> Selection:
        return self._sharing.select(
            constraints,
            track,
            modes=self.device.modes if modes is None else modes,
            controls=self._controls,
            current_mode=self._mode,
        )

    def _follow_mode(self, asking: LocalTrack | None = None) -> None:
        """Let all tracks go on in another native mode but the one that asked for it."""
        if (mode := self._mode) is not None:
            tracks = [track for track in self.tracks if track is not asking]
            self._follow(tracks, lambda one: self._sharing.settings_in(mode, one, self._controls))

    def _follow(
        self, tracks: Sequence[LocalTrack], find: Callable[[LocalTrack], Mapping[str, Value]]
    ) -> None:
        """Set the settings of tracks as found; for clones that are still alike it is found once."""
        found: dict[tuple[int, int], Mapping[str, Value]] = {}
        for track in tracks:
            alike = id(track.get_constraints()), id(track.settings)
            if alike not in found:
                found[alike] = find(track)
            self._set_settings(track, found[alike])

    def _set_settings(self, track: LocalTrack, settings: Mapping[str, Value]) -> None:
        """Set settings that the program did not ask for, and tell it if they are new."""
        if track.ready_state == "ended":
            return
        changed = settings != track.settings
        track.set_settings(settings)  # The native rate may be another in any case.
        self._sharing.needs.note(track)
        if changed:
            self.loop.call_soon(track.notify, "configurationchange")

    async def _open(self, configuration: Configuration) -> Capture:
        sink = DeviceSink(
            self.loop,
            self.distribute,
            self._changed,
            self.set_muted,
            self.device_gone,
            self._capacity(),
        )
        _log.debug("opening %r: %s", self.label, configuration)
        try:
            capture = await self._driver.open(self.device, configuration, sink)
        except BaseException:
            sink.close()
            raise
        # First: whatever fails from here on, `close_device` finds the open device.
        self.capture, self._sink = capture, sink
        self._note("open", self.device)
        self._controls = {**self._controls, **capture.configuration.controls}
        self.set_muted(False)
        self._update_flow()
        await asyncio.sleep(0)  # What the device has said meanwhile is heard first.
        sink.start()
        return capture

    async def close_device(self) -> None:
        """Close the device, if it is open; its lock is held, or its loop is over."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None
        capture, self.capture = self.capture, None
        self._update_flow()
        if capture is not None:
            _log.debug("closing %r", self.label)
            await capture.close()
            self._note("close", self.device)

    async def _close_if_unused(self) -> None:
        async with self._lock:
            if not self.tracks:
                await self.close_device()
            elif self._sink is not None:
                self._sink.start()

    # --- relinquishing a device whose tracks are all disabled (§4.3.1) ------------------------

    def enabled_changed(self) -> None:
        """Close the device soon if no track wants it; open it again if one does."""
        if not self.loop.is_closed():
            self.loop.call_soon(self._follow_enabled)  # A timer needs a loop that runs.

    def _follow_enabled(self) -> None:
        self._cancel_idle_timer()
        if any(track.enabled for track in self.tracks):
            if self.capture is None:
                self._start(f"reopen {self.label!r}", self._reacquire())
        elif self.tracks:
            self._idle_timer = self.clock.call_later(
                RELINQUISH_AFTER,
                lambda: self._start(f"relinquish {self.label!r}", self._relinquish()),
            )

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    async def _relinquish(self) -> None:
        async with self._lock:
            if not any(track.enabled for track in self.tracks):
                await self.close_device()

    async def _reacquire(self) -> None:
        async with self._lock:
            wanted = next((track for track in self.tracks if track.enabled), None)
            if wanted is None or self.capture is not None or self._gone:
                return
            try:
                selection = self._select(wanted.get_constraints(), wanted)
                configuration = Configuration(selection.mode, self._controls_to_restore())
                actual = (await self._open(configuration)).configuration
            except Exception as error:  # noqa: BLE001  (the standard: failing to reopen ends the track)
                _log.warning("%r could not be opened again: %s", self.label, error)
                self.end_tracks()
                return
            if actual.mode == selection.mode:
                self._follow_mode()
            else:
                self._changed(actual)

    def _controls_to_restore(self) -> Mapping[str, Value]:
        """Return what the tracks once set: another program may have changed it meanwhile."""
        named: set[str] = set()
        for track in self.tracks:
            named |= named_controls(track.get_constraints(), self.device)
        return {name: value for name, value in self._controls.items() if name in named}

    def _update_flow(self) -> None:
        for track in tuple(self.tracks):
            track.update_flow()

    # --- what the device says, on the loop ----------------------------------------------------

    def _changed(self, configuration: Configuration) -> None:
        """Follow a device that has changed by itself (§11, spontaneous changes)."""
        self._controls = {**self._controls, **configuration.controls}
        mode = configuration.mode
        self._follow(
            self.tracks, lambda one: self._sharing.nearest_settings(mode, one, self._controls)
        )

    def device_gone(self, error: Exception | None = None) -> None:
        """End all tracks and close the device, which is gone.

        Args:
            error: Why, if it failed; None if it was unplugged.
        """
        if self._gone:
            return
        self._gone = True
        self._cancel_idle_timer()
        _log.warning("%r ended: %s", self.label, error or "it was unplugged")
        if self._sink is not None:
            self._sink.pause()
        self.end_tracks()
        self._on_end(self)
        self._start(f"close {self.label!r}", self._close_locked())

    async def _close_locked(self) -> None:
        async with self._lock:
            await self.close_device()


def _stop_unwanted(creating: asyncio.Future[LocalTrack]) -> None:
    """Stop a track, if there is one, that came after its caller had given up."""
    if creating.cancelled():
        return
    if (error := creating.exception()) is None:
        creating.result().halt()
    else:
        _log.debug("an abandoned opening failed: %s", error)
