"""`LocalTrack`: the state machine of a track (§4.3)."""

from __future__ import annotations

import asyncio
import uuid
import warnings
import weakref
from collections.abc import Mapping

from mediadevices.agent_protocol.handles import FrameReader, Listener, ReadyState, TrackHandle
from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
from mediadevices.algorithms.properties import INHERENT, Kind
from mediadevices.errors import InvalidStateError, TrackLeakWarning
from mediadevices.local.sources.source import Source
from mediadevices.pipeline.audio_pipeline import AudioPipeline
from mediadevices.pipeline.loop_ownership import call_on_loop, check_loop
from mediadevices.pipeline.track_pipeline import TrackPipeline
from mediadevices.pipeline.video_pipeline import VideoPipeline
from mediadevices.webidl import promise

__all__ = ["LocalTrack"]


class LocalTrack(TrackHandle):
    """A track of a source of this process.

    Args:
        source: The source, which never changes.
        constraints: The constraints in force.
        settings: The track's own settings; the source adds those that all its tracks share.
        ready_state: ``"ended"`` for the clone of an ended track.
    """

    __slots__ = (
        "_constraints",
        "_content_hint",
        "_enabled",
        "_ending",
        "_id",
        "_muted",
        "_ready_state",
        "_settings",
        "pipeline",
        "source",
    )

    def __init__(
        self,
        source: Source,
        constraints: MediaTrackConstraints,
        settings: Mapping[str, Value],
        ready_state: ReadyState = "live",
    ) -> None:
        super().__init__()
        self.source = source
        self.pipeline: TrackPipeline = (
            VideoPipeline(source.clock, rising=source.holds_device, first_waits=source.holds_device)
            if source.kind == "video"
            else AudioPipeline(source.clock, rising=source.holds_device, gapless=source.gapless)
        )
        self._id = str(uuid.uuid4())
        self._enabled = True
        self._muted = source.muted
        self._ready_state: ReadyState = ready_state
        self._ending = False
        self._settings: Mapping[str, Value] = settings
        self._content_hint = ""
        self.set_applied(constraints, settings)
        if ready_state == "live":
            self.update_flow()
            source.add(self)

    # --- TrackHandle ----------------------------------------------------------------------

    @property
    def kind(self) -> Kind:
        """``"audio"`` or ``"video"``."""
        return self.source.kind

    @property
    def id(self) -> str:
        """A name of the track alone."""
        return self._id

    @property
    def label(self) -> str:
        """The label of the source."""
        return self.source.label

    @property
    def enabled(self) -> bool:
        """Whether the program wants real media."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        if value != self._enabled:
            live = self._is_live_here()
            self._enabled = value
            if live:
                self.update_flow()
                self.source.enabled_changed()

    @property
    def muted(self) -> bool:
        """Whether the source gives no media for now."""
        return self._muted

    @property
    def ready_state(self) -> ReadyState:
        """``"live"`` or ``"ended"``."""
        if self._ready_state == "live" and self.source.loop.is_closed():
            self.halt()  # Nothing can be delivered any more, and no task can end the track.
        return self._ready_state

    def _is_live_here(self) -> bool:
        """Return whether the track is live.

        Raises:
            InvalidStateError: It is, and another event loop owns it.
        """
        live = self.ready_state == "live"
        if live:
            check_loop(self.source.loop)
        return live

    @property
    def content_hint(self) -> str:
        """What the program hints at."""
        return self._content_hint

    @content_hint.setter
    def content_hint(self, value: str) -> None:
        self._content_hint = value

    @property
    def settings(self) -> Mapping[str, Value]:
        """The track's own settings, without those that all tracks of the source share."""
        return self._settings

    def get_capabilities(self) -> Mapping[str, object]:
        """Return what the source can be set to."""
        return self.source.get_capabilities()

    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints in force."""
        return self._constraints

    def get_settings(self) -> Mapping[str, object]:
        """Return the settings; of an ended track, those that say which device it was."""
        if self.ready_state == "ended":
            return {name: self._settings[name] for name in INHERENT if name in self._settings}
        return {**self._settings, **self.source.shared_settings()}

    def get_stats(self) -> Mapping[str, float]:
        """Return the numbers of `MediaStreamTrack.stats`."""
        return self.pipeline.stats()

    def reset_latency(self) -> None:
        """Forget the least and the greatest latency."""
        self.pipeline.reset_latency()

    def apply_constraints(self, constraints: MediaTrackConstraints) -> asyncio.Future[None]:
        """Replace the constraints; the source does so in the order of the calls (§4.3.4)."""
        try:
            if not self._is_live_here():
                return promise.resolved(None)
        except InvalidStateError as error:
            return promise.rejected(error)
        application = self.source.apply_constraints(self, constraints)
        # Shielded: cancelling midway would leave the device half configured.
        return promise.shielded(promise.started(application, f"apply_constraints {self._id}"))

    def clone(self) -> LocalTrack:
        """Return a new track of the same source in the same state."""
        live = self._is_live_here()
        track = LocalTrack(self.source, self._constraints, self._settings, self._ready_state)
        track._content_hint = self._content_hint
        track.enabled = self._enabled
        if self._ending and live:
            track.end_soon()
        return track

    def stop(self) -> None:
        """End the track at once, without an event (§4.3.4)."""
        if self._is_live_here():
            self.halt()

    def released(self) -> asyncio.Future[None]:
        """Return a future that is done when the device is closed, if no other track uses it."""
        return promise.started(self.source.released(), f"wait for {self.label!r} to be free")

    def open_reader(self, max_buffer_size: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Start to read frames or samples."""
        if not self._is_live_here():
            message = "the track has ended; get another one from get_user_media()"
            raise InvalidStateError(message)
        reader = self.pipeline.open_reader(
            max_buffer_size, format, self._reader_closed, self.source.loop
        )
        # A consumer that drops its reader without closing it is gone as well.
        finalizer = weakref.finalize(reader, call_on_loop, self.source.loop, self._reader_closed)
        finalizer.atexit = False
        self.source.readers_changed()
        return reader

    def _reader_closed(self) -> None:
        self.pipeline.readers_changed()
        self.source.readers_changed()
        self.stop_if_lost()

    def _interface_lost(self, reference: weakref.ref[Listener], /) -> None:  # noqa: ARG002  (whichever it was)
        # Any thread may collect garbage; what follows belongs on the loop's.
        if self._ready_state == "live":
            call_on_loop(self.source.loop, self.stop_if_lost)

    # --- for the source -------------------------------------------------------------------

    def halt(self) -> None:
        """End the track at once, without an event, whichever thread this is."""
        if self._ready_state == "live":
            # These settings stay, whatever other tracks do to the device.
            self._settings = {**self._settings, **self.source.shared_settings()}
            self._ready_state = "ended"
            self.pipeline.end()
            self.source.remove(self)

    def stop_if_lost(self) -> None:
        """Stop the track if it is live and the program can reach it no more."""
        if self._ready_state == "ended" or self.interface is not None or self.pipeline.readers:
            return
        self.halt()
        if self.source.holds_device:
            warnings.warn(
                f"the {self.kind} track {self.label!r} was dropped while live; call its stop(), "
                "or use the stream as an async context manager",
                TrackLeakWarning,
                stacklevel=2,
            )

    def set_applied(
        self, constraints: MediaTrackConstraints, settings: Mapping[str, Value]
    ) -> None:
        """Set the constraints and settings in one step."""
        self._constraints = constraints
        self.set_settings(settings)

    def set_settings(self, settings: Mapping[str, Value]) -> None:
        """Set the settings alone, as when the device changed by itself."""
        self._settings = settings
        self.pipeline.configure(settings, self.source.native_rate)

    def update_flow(self) -> None:
        """Let real media through exactly when the track is live, enabled and unmuted (§4.3.1)."""
        # The source may be muted already while the track's own state follows in a task.
        muted = self._muted or self.source.muted
        self.pipeline.set_flow(
            real=self._enabled and not muted, source_delivers=self.source.delivers
        )

    def set_muted(self, muted: bool) -> None:
        """Set the track's muted state, with the event (§4.3.1.1)."""
        if muted != self._muted and self._ready_state == "live":
            self._muted = muted
            self.update_flow()
            self.notify("mute" if muted else "unmute")

    def end_soon(self) -> None:
        """End the track in a task; a clone that is made before ends too."""
        self._ending = True
        self.source.loop.call_soon(self.end)

    def end(self) -> None:
        """End the track for a reason other than `stop`, with the event (§4.3.1)."""
        if self._ready_state == "live":
            self.halt()
            self.notify("ended")
