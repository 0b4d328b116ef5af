"""A generator: the program is the source (MediaStreamTrack Insertable Media Processing §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from mediadevices.agent_protocol.generators import GeneratorHandle
from mediadevices.agent_protocol.handles import MediaData, TrackHandle
from mediadevices.algorithms.constraints import (
    MediaTrackConstraints,
    Value,
    advanced_sets,
    applicable_constraints,
    basic_set,
)
from mediadevices.algorithms.domain import Domain
from mediadevices.algorithms.explain import failed_constraint_text
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import (
    Region,
    deliverable_channel_counts,
    deliverable_sample_rates,
    settings_universe,
)
from mediadevices.driver import AudioMode, Device, VideoMode
from mediadevices.errors import InvalidStateError, OverconstrainedError
from mediadevices.kinds import INPUT_OF_TRACK, Kind
from mediadevices.local.sources.source import Source
from mediadevices.local.tracks.track import LocalTrack
from mediadevices.media.audio_data import AudioData
from mediadevices.media.video_frame import VideoFrame
from mediadevices.pipeline.clock import Clock
from mediadevices.pipeline.generator_writes import check_writable
from mediadevices.pipeline.loop_ownership import call_on_loop, check_loop
from mediadevices.webidl import promise

__all__ = ["LocalGenerator"]

#: The highest frame rate of a generator, which has no frame rate of its own.
FASTEST_FRAME_RATE = 1000.0
#: The largest frames and blocks that a program may write; the mode before the first write.
_LARGEST_MODE: Mapping[Kind, VideoMode | AudioMode] = {
    "video": VideoMode(32767, 32767, FASTEST_FRAME_RATE),
    "audio": AudioMode(1_000_000, 32),
}
#: The settings that a generator's tracks can have.
_SETTINGS = frozenset({"width", "height", "frameRate", "resizeMode", "sampleRate", "channelCount"})
#: The initial settings; a track drops frames only if its constraints request a lower frame rate.
_FASTEST: Mapping[str, Value] = {"frameRate": FASTEST_FRAME_RATE}


class LocalGenerator(GeneratorHandle):
    """A generator and its first track.

    Args:
        kind: The kind of its tracks.
        clock: The agent's clock.
        loop: The event loop that owns the generator.
    """

    def __init__(self, kind: Kind, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        self._source = GeneratorSource(kind, clock, loop)
        self._track = LocalTrack(self._source, MediaTrackConstraints(), {})

    @property
    def track(self) -> TrackHandle:
        """The first track."""
        return self._track

    @property
    def muted(self) -> bool:
        """Whether the tracks deliver black frames or silence."""
        return self._source.muted

    @muted.setter
    def muted(self, value: bool) -> None:
        check_loop(self._source.loop)
        self._source.set_muted(value)

    def write(self, data: MediaData) -> asyncio.Future[None]:
        """Deliver a frame or block to the tracks, and close it."""
        try:
            check_loop(self._source.loop)
            check_writable(data, self._source.tracks)
        except InvalidStateError as error:
            return promise.rejected(error)
        self._source.deliver(data)
        return promise.resolved(None)

    def close(self) -> None:
        """End the tracks, each in a task and with its event."""
        check_loop(self._source.loop)
        self._source.end_tracks()

    def writer_lost(self) -> None:
        """End the tracks, because the program has dropped every writer. Any thread may call it."""
        call_on_loop(self._source.loop, self._source.end_tracks)


class GeneratorSource(Source):
    """The source of a generator's tracks.

    Its capabilities are those of the frames or blocks that the program writes.
    """

    def __init__(self, kind: Kind, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(kind, "", clock, loop)
        self._mode: VideoMode | AudioMode | None = None

    @property
    def delivers(self) -> bool:
        """Return True: the program may write at any time."""
        return True

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute the source now, and its tracks in a task (§4.3 of the document).

        Of several changes in one iteration of the event loop, the tracks see only the last one.
        """
        if muted == self.muted:
            return
        self.muted = muted
        for track in tuple(self.tracks):
            track.update_flow()
        self.loop.call_soon(self._update_muted)

    def _update_muted(self) -> None:
        for track in tuple(self.tracks):
            track.set_muted(self.muted)

    def deliver(self, data: MediaData) -> None:
        """Deliver a frame or block to every track, and close it."""
        mode = _mode_of(data)
        if mode != self._mode:
            self._mode = mode
            for track in self.tracks:
                track.set_settings(self._select(track.get_constraints(), strict=False))
        self.distribute([data])

    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities of the tracks; none before the first frame or block."""
        mode = self._mode
        if isinstance(mode, VideoMode):
            return {
                "width": {"min": 1, "max": mode.width},
                "height": {"min": 1, "max": mode.height},
                "aspectRatio": {"min": round(1 / mode.height, 10), "max": float(mode.width)},
                "resizeMode": ["none", "crop-and-scale"],
            }
        if isinstance(mode, AudioMode):
            rates, channels = deliverable_sample_rates(mode), deliverable_channel_counts(mode)
            return {
                "sampleRate": {"min": rates.min, "max": rates.max},
                "channelCount": {"min": channels.min, "max": channels.max},
            }
        return {}

    def shared_settings(self) -> Mapping[str, Value]:
        """Return no settings, because a generator is not a device."""
        return {}

    async def apply_now(self, track: LocalTrack, constraints: MediaTrackConstraints) -> None:
        """Replace a track's constraints and settings in one step, or fail and change nothing."""
        track.set_applied(constraints, self._select(constraints, strict=True))

    def release(self) -> None:
        """Do nothing, because a generator holds no device."""

    async def released(self) -> None:
        """Return at once, because a generator holds no device."""

    def readers_changed(self) -> None:
        """Do nothing: a generator buffers nothing before its tracks."""

    def enabled_changed(self) -> None:
        """Do nothing: the program may write to disabled tracks."""

    def _select(self, constraints: MediaTrackConstraints, *, strict: bool) -> Mapping[str, Value]:
        """Return the settings of a track; none before the first frame or block."""
        universe = _universe(self.kind, self._mode or _LARGEST_MODE[self.kind])
        applicable = applicable_constraints(constraints, self.kind)
        basic = basic_set(applicable)
        selections = select_settings(universe, basic, advanced_sets(applicable), initial=[_FASTEST])
        if not selections:
            if strict:
                name = failed_constraint(universe, basic)
                what = failed_constraint_text(name)
                message = f"what the program writes to the generator cannot satisfy {what}"
                raise OverconstrainedError(name, message)
            selections = select_settings(universe, (), initial=[_FASTEST])
        if self._mode is None:
            return {}
        settings = selections[0].settings
        if settings.get("frameRate") == FASTEST_FRAME_RATE:
            # The track takes every frame, at a rate that only the program knows.
            settings = {name: settings[name] for name in settings if name != "frameRate"}
        return settings


def _universe(kind: Kind, mode: VideoMode | AudioMode) -> list[Region]:
    """Return the settings that a generator's tracks can have.

    They include neither ids nor controls, because a generator is not a device.
    """
    device = Device(kind=INPUT_OF_TRACK[kind].device, key="", label="")
    no_controls: Mapping[str, Domain] = {}
    return [
        region._replace(
            mode_domains={
                name: domain for name, domain in region.mode_domains.items() if name in _SETTINGS
            },
            device_domains=no_controls,
        )
        for region in settings_universe(0, device, {}, [mode])
    ]


def _mode_of(data: MediaData) -> VideoMode | AudioMode:
    if isinstance(data, VideoFrame):
        return VideoMode(data.display_width, data.display_height, FASTEST_FRAME_RATE)
    assert isinstance(data, AudioData)
    return AudioMode(int(data.sample_rate), data.number_of_channels)
