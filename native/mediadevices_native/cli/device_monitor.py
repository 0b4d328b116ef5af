"""Watch devices and capture from them, for ``mediadevices monitor``."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from mediadevices import AudioData, DOMException, navigator
from mediadevices.kinds import INPUT_OF_TRACK, Kind
from mediadevices_native.cli.errors import CommandError
from mediadevices_native.cli.level import decibels, meter, peak
from mediadevices_native.cli.open_track import all_devices, open_track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from mediadevices import DeviceChangeEvent, Event, MediaDeviceInfo, MediaStreamTrack
    from mediadevices.local.agent import LocalAgent

__all__ = ["Capture", "DeviceMonitor"]

_KEPT_EVENTS = 12
_RETRY_SECONDS = 5.0
_TRACK_EVENTS = ("mute", "unmute", "configurationchange", "ended")


class Capture:
    """A capture of one kind, audio or video.

    Args:
        kind: The kind.
        device_id: The device; None for any.
    """

    def __init__(self, kind: Kind, device_id: str | None) -> None:
        self.kind: Kind = kind
        self.noun = INPUT_OF_TRACK[kind].permission
        self.device_id = device_id
        self.status = "not open"
        self.track: MediaStreamTrack | None = None
        self.attempted = asyncio.Event()
        self.retry = asyncio.Event()
        self._peak = 0.0
        self._counted = (0.0, 0)

    async def consume(self, track: MediaStreamTrack) -> None:
        """Read frames or samples until the track ends.

        Args:
            track: The track.
        """
        self.track = track
        self._counted = (time.monotonic(), 0)
        try:
            async for data in track.frames():
                with data:
                    if isinstance(data, AudioData):
                        with data.converted("s16") as samples:
                            self._peak = max(self._peak, peak(samples))
        finally:
            self.track = None

    @property
    def name(self) -> str:
        """The name of the device in use; ``""`` for none."""
        return "" if self.track is None else self.track.label

    def reading(self) -> str:
        """Return the frame rate or the level since the last call, or why there is none."""
        if self.track is None:
            return self.status
        if self.kind == "audio":
            level, self._peak = decibels(self._peak), 0.0
            text = meter(level)
        else:
            (before, frames), now = self._counted, time.monotonic()
            stats = self.track.stats
            count = stats.delivered_frames if stats is not None else frames
            self._counted = (now, count)
            text = f"{(count - frames) / max(now - before, 1e-3):.1f} frames a second"
        return f"{text} (muted)" if self.track.muted else text


class DeviceMonitor:
    """Watches the devices, and captures from some of them inside its context.

    Args:
        agent: The agent behind `navigator`.
        wanted: The kinds to capture, each with the id of its device, or None for any.
        constraints: The value of ``--constraints``; None if it is not given.
    """

    def __init__(
        self, agent: LocalAgent, wanted: Mapping[Kind, str | None], constraints: str | None
    ) -> None:
        self._agent = agent
        self._constraints = constraints
        self.captures = [Capture(kind, device) for kind, device in wanted.items()]
        self.devices: Sequence[MediaDeviceInfo] = ()
        self.events: deque[tuple[str, str]] = deque(maxlen=_KEPT_EVENTS)
        self.event_count = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self.devices = await all_devices(self._agent)
        navigator.media_devices.add_event_listener("devicechange", self._devices_changed)
        try:
            # One after the other, so that the user sees one question at a time.
            for capture in self.captures:
                task = asyncio.create_task(self._follow(capture))
                self._tasks.append(task)
                attempt = asyncio.create_task(capture.attempted.wait())
                await asyncio.wait({task, attempt}, return_when=asyncio.FIRST_COMPLETED)
                attempt.cancel()
                self.check()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    def check(self) -> None:
        """Raise the error of a capture that cannot succeed later.

        Raises:
            UsageError: The constraints are wrong.
            CommandError: ``--device`` matches no device.
        """
        for task in self._tasks:
            if task.done():
                task.result()

    def log_event(self, text: str) -> None:
        """Record an event with the current time."""
        self.events.append((time.strftime("%H:%M:%S"), text))
        self.event_count += 1

    async def _end(self) -> None:
        navigator.media_devices.remove_event_listener("devicechange", self._devices_changed)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, capture: Capture) -> None:
        """Capture, and try again after each end and each failure."""
        has_captured = False
        while True:
            capture.retry.clear()
            try:
                track = await open_track(
                    self._agent, capture.kind, capture.device_id, self._constraints
                )
            except (DOMException, CommandError) as error:
                if isinstance(error, CommandError) and not has_captured:
                    raise
                if capture.status != str(error):
                    capture.status = str(error)
                    self.log_event(f"{capture.noun}: {capture.status}")
                capture.attempted.set()
            else:
                has_captured = True
                await self._capture(capture, track)
            with suppress(TimeoutError):
                async with asyncio.timeout(_RETRY_SECONDS):
                    await capture.retry.wait()

    async def _capture(self, capture: Capture, track: MediaStreamTrack) -> None:
        def log_track_event(event: Event) -> None:
            self.log_event(f"{capture.noun} {track.label}: {event.type}")

        async with track:
            for event_type in _TRACK_EVENTS:
                track.add_event_listener(event_type, log_track_event)
            settings = track.get_settings()
            mode = (
                f"{settings.width}x{settings.height}, {settings.frame_rate:g} frames a second"
                if capture.kind == "video"
                else f"{settings.sample_rate} Hz, channels: {settings.channel_count}"
            )
            self.log_event(f"{capture.noun} {track.label}: {mode}")
            capture.status = f"{track.label} was disconnected"
            capture.attempted.set()
            await capture.consume(track)

    def _devices_changed(self, event: DeviceChangeEvent) -> None:
        before, self.devices = self.devices, event.devices
        for one, verb in [
            *((one, "plugged in") for one in _without(self.devices, before)),
            *((one, "unplugged") for one in _without(before, self.devices)),
        ]:
            self.log_event(f"{one.kind} {one.label}: {verb}")
        for capture in self.captures:
            capture.retry.set()


def _without(
    devices: Sequence[MediaDeviceInfo], others: Sequence[MediaDeviceInfo]
) -> Sequence[MediaDeviceInfo]:
    known = {(other.kind, other.device_id) for other in others}
    return [one for one in devices if (one.kind, one.device_id) not in known]
