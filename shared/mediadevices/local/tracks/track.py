"""`LocalTrack`: the state machine of a track (§4.3)."""

from __future__ import annotations

import asyncio
import uuid
import warnings
import weakref
from collections.abc import Mapping

from mediadevices.agent_protocol.handles import FrameReader, ReadyState, TrackHandle
from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
from mediadevices.algorithms.properties import INHERENT
from mediadevices.errors import InvalidStateError, TrackLeakWarning
from mediadevices.kinds import Kind
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
        source: The source; it never changes.
        constraints: The constraints in force.
        settings: The track's own settings; the source adds those that its tracks share.
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
            VideoPipeline(
                source.clock, monotonic=source.holds_device, keep_first_frame=source.holds_device
            )
            if source.kind == "video"
            else AudioPipeline(
                source.clock, monotonic=source.holds_device, contiguous=source.contiguous
            )
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
        """The unique id of the track."""
        return self._id

    @property
    def label(self) -> str:
        """The label of the source."""
        return self.source.label

    @property
    def enabled(self) -> bool:
        """Whether the track delivers real media, not black or silence."""
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
        """Whether the source delivers no media for now."""
        return self._muted

    @property
    def ready_state(self) -> ReadyState:
        """``"live"`` or ``"ended"``."""
        if self._ready_state == "live" and self.source.loop.is_closed():
            self.end_silently()  # A closed loop delivers no media and runs no tasks.
        return self._ready_state

    def _is_live_here(self) -> bool:
        """Return whether the track is live.

        Raises:
            InvalidStateError: The track is live, and another event loop owns it.
        """
        live = self.ready_state == "live"
        if live:
            check_loop(self.source.loop)
        return live

    @property
    def content_hint(self) -> str:
        """The program's hint about the content of the media."""
        return self._content_hint

    @content_hint.setter
    def content_hint(self, value: str) -> None:
        self._content_hint = value

    @property
    def settings(self) -> Mapping[str, Value]:
        """The track's own settings, without those that the source's tracks share."""
        return self._settings

    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities of the source."""
        return self.source.get_capabilities()

    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints in force."""
        return self._constraints

    def get_settings(self) -> Mapping[str, object]:
        """Return the settings; of an ended track only the device's ids and facing mode."""
        if self.ready_state == "ended":
            return {name: self._settings[name] for name in INHERENT if name in self._settings}
        return {**self._settings, **self.source.shared_settings()}

    def get_stats(self) -> Mapping[str, float]:
        """Return the numbers of `MediaStreamTrack.stats`."""
        return self.pipeline.stats()

    def reset_latency(self) -> None:
        """Reset the minimum, maximum and average latency."""
        self.pipeline.reset_latency()

    def apply_constraints(self, constraints: MediaTrackConstraints) -> asyncio.Future[None]:
        """Replace the constraints; several calls take effect in their order (§4.3.4)."""
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
            self.end_silently()

    def released(self) -> asyncio.Future[None]:
        """Return a future that is done when this ended track no longer holds its device open."""
        return promise.started(self.source.released(), f"wait for {self.label!r} to be free")

    def open_reader(self, max_buffer_size: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Start to read frames or samples."""
        if not self._is_live_here():
            message = "the track has ended; get another one from get_user_media()"
            raise InvalidStateError(message)
        reader = self.pipeline.open_reader(
            max_buffer_size, format, self._reader_closed, self.source.loop
        )
        # A program may drop its reader without closing it.
        finalizer = weakref.finalize(reader, call_on_loop, self.source.loop, self._reader_closed)
        finalizer.atexit = False
        self.source.readers_changed()
        return reader

    def _reader_closed(self) -> None:
        self.pipeline.readers_changed()
        self.source.readers_changed()
        self.end_if_unreachable()

    def _interface_lost(self, reference: weakref.ref[object], /) -> None:  # noqa: ARG002  (the base class has it)
        # Any thread may collect garbage, but only the loop's thread may end the track.
        if self._ready_state == "live":
            call_on_loop(self.source.loop, self.end_if_unreachable)

    # --- for the source -------------------------------------------------------------------

    def end_silently(self) -> None:
        """End the track at once, without an event. Any thread may call it."""
        if self._ready_state == "live":
            # Keep the present shared settings: other tracks may change the device later.
            self._settings = {**self._settings, **self.source.shared_settings()}
            self._ready_state = "ended"
            self.pipeline.end()
            self.source.remove(self)

    def end_if_unreachable(self) -> None:
        """End the track if it is live and the program holds no reference to it or its readers."""
        if self._ready_state == "ended" or self.interface is not None or self.pipeline.readers:
            return
        self.end_silently()
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
        """Set only the settings, for example after the device changed its mode."""
        self._settings = settings
        self.pipeline.configure(settings, self.source.native_rate)

    def update_flow(self) -> None:
        """Deliver real media exactly when the track is enabled and unmuted (§4.3.1)."""
        # The source may be muted already: the track's own state follows in a task.
        muted = self._muted or self.source.muted
        self.pipeline.set_flow(
            real=self._enabled and not muted, source_delivers=self.source.delivers
        )

    def set_muted(self, muted: bool) -> None:
        """Set the track's muted state, and fire the event (§4.3.1.1)."""
        if muted != self._muted and self._ready_state == "live":
            self._muted = muted
            self.update_flow()
            if (listener := self.listener) is not None:
                listener.muted_changed(muted)

    def end_soon(self) -> None:
        """End the track in a task, with its event; a clone made before the task runs ends too."""
        self._ending = True
        self.source.loop.call_soon(self.end)

    def end(self) -> None:
        """End the track for a reason other than `stop`, and fire the event (§4.3.1)."""
        if self._ready_state == "live":
            self.end_silently()
            if (listener := self.listener) is not None:
                listener.ended()

    def configuration_changed(self) -> None:
        """Fire ``configurationchange``, because the device has changed its settings."""
        if (listener := self.listener) is not None:
            listener.configuration_changed()
