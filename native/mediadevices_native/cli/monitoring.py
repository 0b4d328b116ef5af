"""What ``mediadevices monitor`` watches."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from mediadevices import AudioData, DOMException, navigator
from mediadevices_native.cli.capturing import INPUTS, Kind, all_devices, open_track
from mediadevices_native.cli.failures import CommandError
from mediadevices_native.cli.level import decibels, meter, peak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from mediadevices import DeviceChangeEvent, Event, MediaDeviceInfo, MediaStreamTrack
    from mediadevices.local.agent import LocalAgent

__all__ = ["Capture", "Monitor"]

_KEPT_EVENTS = 12
_RETRY_SECONDS = 5.0
_TRACK_EVENTS = ("mute", "unmute", "configurationchange", "ended")


class Capture:
    """One kind of device, and what comes from it.

    Args:
        kind: The kind.
        device_id: The one device to capture from; None for any.
    """

    def __init__(self, kind: Kind, device_id: str | None) -> None:
        self.kind: Kind = kind
        self.what = INPUTS[kind][1]
        self.device_id = device_id
        self.status = "not open"
        self.track: MediaStreamTrack | None = None
        self.tried = asyncio.Event()
        self.retry = asyncio.Event()
        self._peak = 0.0
        self._counted = (0.0, 0)

    async def consume(self, track: MediaStreamTrack) -> None:
        """Take what comes from a track, to its end.

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
        """The name of the device that is captured from now; ``""`` for none."""
        return "" if self.track is None else self.track.label

    def reading(self) -> str:
        """Return the frame rate or the level since the last reading, or why there is none."""
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


class Monitor:
    """Watches the devices, and captures from some while it is entered.

    Args:
        agent: The agent behind `navigator`.
        wanted: The kinds to capture from, and for each the id of its device, or None for any.
        constraints: What ``--constraints`` says, if anything.
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
            # One after the other, so that the questions to the user do not mix.
            for capture in self.captures:
                task = asyncio.create_task(self._follow(capture))
                self._tasks.append(task)
                tried = asyncio.create_task(capture.tried.wait())
                await asyncio.wait({task, tried}, return_when=asyncio.FIRST_COMPLETED)
                tried.cancel()
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
        """Raise what has gone wrong with a capture, if it cannot be waited out.

        Raises:
            CommandError: An option is wrong.
        """
        for task in self._tasks:
            if task.done():
                task.result()

    def say(self, text: str) -> None:
        """Note that something has happened now."""
        self.events.append((time.strftime("%H:%M:%S"), text))
        self.event_count += 1

    async def _end(self) -> None:
        navigator.media_devices.remove_event_listener("devicechange", self._devices_changed)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, capture: Capture) -> None:
        """Capture from a device whenever there is one."""
        captured = False
        while True:
            capture.retry.clear()
            try:
                track = await open_track(
                    self._agent, capture.kind, capture.device_id, self._constraints
                )
            except (DOMException, CommandError) as error:
                if isinstance(error, CommandError) and not captured:
                    raise
                if capture.status != str(error):
                    capture.status = str(error)
                    self.say(f"{capture.what}: {capture.status}")
                capture.tried.set()
            else:
                captured = True
                await self._capture(capture, track)
            with suppress(TimeoutError):
                async with asyncio.timeout(_RETRY_SECONDS):
                    await capture.retry.wait()

    async def _capture(self, capture: Capture, track: MediaStreamTrack) -> None:
        def happened(event: Event) -> None:
            self.say(f"{capture.what} {track.label}: {event.type}")

        async with track:
            for event_type in _TRACK_EVENTS:
                track.add_event_listener(event_type, happened)
            settings = track.get_settings()
            mode = (
                f"{settings.width}x{settings.height}, {settings.frame_rate:g} frames a second"
                if capture.kind == "video"
                else f"{settings.sample_rate} Hz, channels: {settings.channel_count}"
            )
            self.say(f"{capture.what} {track.label}: {mode}")
            capture.status = f"{track.label} was taken away"
            capture.tried.set()
            await capture.consume(track)

    def _devices_changed(self, event: DeviceChangeEvent) -> None:
        before, self.devices = self.devices, event.devices
        for one, verb in [
            *((one, "plugged in") for one in _without(self.devices, before)),
            *((one, "unplugged") for one in _without(before, self.devices)),
        ]:
            self.say(f"{one.kind} {one.label}: {verb}")
        for capture in self.captures:
            capture.retry.set()


def _without(
    devices: Sequence[MediaDeviceInfo], others: Sequence[MediaDeviceInfo]
) -> Sequence[MediaDeviceInfo]:
    known = {(other.kind, other.device_id) for other in others}
    return [one for one in devices if (one.kind, one.device_id) not in known]
