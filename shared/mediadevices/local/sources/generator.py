"""A Python program as a source (MediaStreamTrack Insertable Media Processing §4)."""

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
from mediadevices.algorithms.properties import Kind
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import (
    Region,
    deliverable_channel_counts,
    deliverable_sample_rates,
    settings_universe,
)
from mediadevices.driver import AudioMode, Device, VideoMode
from mediadevices.errors import InvalidStateError, OverconstrainedError
from mediadevices.local.sources.source import Source
from mediadevices.local.tracks.track import LocalTrack
from mediadevices.media.audio_data import AudioData
from mediadevices.media.video_frame import VideoFrame
from mediadevices.pipeline.clock import Clock
from mediadevices.pipeline.loop_ownership import call_on_loop, check_loop
from mediadevices.webidl import promise

__all__ = ["LocalGenerator"]

#: A generator has no rate of its own; nothing faster than this is written.
FASTEST_FRAME_RATE = 1000.0
#: What a program may write, as long as it has written nothing.
_LARGEST: Mapping[Kind, VideoMode | AudioMode] = {
    "video": VideoMode(32767, 32767, FASTEST_FRAME_RATE),
    "audio": AudioMode(1_000_000, 32),
}
#: The settings that a generator's tracks can have.
_SETTINGS = frozenset({"width", "height", "frameRate", "resizeMode", "sampleRate", "channelCount"})
#: A track is decimated no further than its constraints ask for.
_NO_SLOWER: Mapping[str, Value] = {"frameRate": FASTEST_FRAME_RATE}


class LocalGenerator(GeneratorHandle):
    """A generator and its first track.

    Args:
        kind: What it generates.
        clock: The agent's clock.
        loop: The event loop on which everything happens.
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
        """Whether the tracks give black frames or silence."""
        return self._source.muted

    @muted.setter
    def muted(self, value: bool) -> None:
        check_loop(self._source.loop)
        self._source.set_muted(value)

    def write(self, data: MediaData) -> asyncio.Future[None]:
        """Give a frame or block to the tracks, and close it."""
        try:
            self._check_writable(data)
        except InvalidStateError as error:
            return promise.rejected(error)
        self._source.take(data)
        return promise.resolved(None)

    def _check_writable(self, data: MediaData) -> None:
        check_loop(self._source.loop)
        if not any(track.ready_state == "live" for track in tuple(self._source.tracks)):
            message = "every track of the generator has ended; make another generator"
            raise InvalidStateError(message)
        if data.closed:
            message = "the frame or block is closed; write it before closing it, or a clone of it"
            raise InvalidStateError(message)

    def close(self) -> None:
        """End the tracks, each in a task and with its event."""
        check_loop(self._source.loop)
        self._source.end_tracks()

    def writer_lost(self) -> None:
        """End the tracks: the program has dropped all that it could write to, in any thread."""
        call_on_loop(self._source.loop, self._source.end_tracks)


class GeneratorSource(Source):
    """What a program writes, for any number of tracks.

    Its capabilities are those of the frames or blocks: unknown before the first.
    """

    def __init__(self, kind: Kind, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(kind, "", clock, loop)
        self._mode: VideoMode | AudioMode | None = None

    @property
    def delivers(self) -> bool:
        """Whether something may come at any moment: always, since the program decides."""
        return True

    def set_muted(self, muted: bool) -> None:
        """Set the muted state, and in a task that of the tracks (§4.3 of the document).

        Of several changes in one turn of the event loop, only the last one reaches the tracks.
        """
        if muted == self.muted:
            return
        self.muted = muted
        for track in tuple(self.tracks):
            track.update_flow()
        self.loop.call_soon(self._settle_muted)

    def _settle_muted(self) -> None:
        for track in tuple(self.tracks):
            track.set_muted(self.muted)

    def take(self, data: MediaData) -> None:
        """Give a frame or block to every track, and close it."""
        mode = _mode_of(data)
        if mode != self._mode:
            self._mode = mode
            for track in self.tracks:
                track.set_settings(self._select(track.get_constraints(), strict=False))
        self.distribute([data])

    def get_capabilities(self) -> Mapping[str, object]:
        """Return what the tracks can be set to; nothing before the first frame or block."""
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
        """Return no settings: a generator is no device."""
        return {}

    async def apply_now(self, track: LocalTrack, constraints: MediaTrackConstraints) -> None:
        """Make a track's constraints and settings new in one step, or fail and change nothing."""
        track.set_applied(constraints, self._select(constraints, strict=True))

    def release(self) -> None:
        """Let go of nothing: a generator holds nothing."""

    async def released(self) -> None:
        """Wait for nothing, likewise."""

    def readers_changed(self) -> None:
        """Do nothing: what is written goes to whoever reads."""

    def enabled_changed(self) -> None:
        """Do nothing: the program decides whether to write."""

    def _select(self, constraints: MediaTrackConstraints, *, strict: bool) -> Mapping[str, Value]:
        """Return the settings of a track; before the first frame or block there are none."""
        universe = _universe(self.kind, self._mode or _LARGEST[self.kind])
        applicable = applicable_constraints(constraints, self.kind)
        basic = basic_set(applicable)
        selections = select_settings(
            universe, basic, advanced_sets(applicable), initial=[_NO_SLOWER]
        )
        if not selections:
            if strict:
                name = failed_constraint(universe, basic)
                what = failed_constraint_text(name)
                message = f"what the program writes to the generator cannot satisfy {what}"
                raise OverconstrainedError(name, message)
            selections = select_settings(universe, (), initial=[_NO_SLOWER])
        if self._mode is None:
            return {}
        settings = selections[0].settings
        if settings.get("frameRate") == FASTEST_FRAME_RATE:
            # Every frame is taken, at a rate that only the program knows.
            settings = {name: settings[name] for name in settings if name != "frameRate"}
        return settings


def _universe(kind: Kind, mode: VideoMode | AudioMode) -> list[Region]:
    """Return the settings that tracks can have of what a program writes.

    A generator is no device, so it has neither an id nor controls.
    """
    device = Device(kind="videoinput" if kind == "video" else "audioinput", key="", label="")
    nothing: Mapping[str, Domain] = {}
    return [
        region._replace(
            mode_domains={
                name: domain for name, domain in region.mode_domains.items() if name in _SETTINGS
            },
            device_domains=nothing,
        )
        for region in settings_universe(0, device, {}, [mode])
    ]


def _mode_of(data: MediaData) -> VideoMode | AudioMode:
    if isinstance(data, VideoFrame):
        return VideoMode(data.display_width, data.display_height, FASTEST_FRAME_RATE)
    assert isinstance(data, AudioData)
    return AudioMode(int(data.sample_rate), data.number_of_channels)
