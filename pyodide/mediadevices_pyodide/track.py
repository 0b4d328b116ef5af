"""The browser's `MediaStreamTrack`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from mediadevices.agent_protocol.handles import FrameReader, ReadyState, TrackHandle, TrackListener
from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.errors import InvalidStateError, OverconstrainedError
from mediadevices.kinds import Kind
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.dictionary import freeze
from mediadevices_pyodide import ffi
from mediadevices_pyodide.audio.track_reader import AudioTrackReader
from mediadevices_pyodide.video.formats import browser_format
from mediadevices_pyodide.video.track_reader import VideoTrackReader

__all__ = ["BrowserTrack", "GeneratorTracks"]


class GeneratorTracks:
    """The tracks of one generator, and its muted state, which the browser does not have.

    Args:
        first: The first track; its clones are added.
    """

    __slots__ = ("muted", "tracks")

    def __init__(self, first: BrowserTrack) -> None:
        self.tracks = [first]
        #: Whether the generator is muted.
        self.muted = False


class BrowserTrack(ffi.Wrapper[TrackListener], TrackHandle):
    """A track of the browser.

    Dropping it does not stop it, because the page may still show it.
    """

    __slots__ = ("_muted", "_readers", "generator_tracks")
    events = ("mute", "unmute", "ended", "configurationchange")

    def __init__(self, js: ffi.JsObject) -> None:
        super().__init__(js)
        #: The tracks of the same generator; None for a track of a device.
        self.generator_tracks: GeneratorTracks | None = None
        self._muted = False  # whether the generator is muted
        # One for each format that is requested from the browser.
        self._readers: dict[str | None, VideoTrackReader | AudioTrackReader] = {}

    @property
    def kind(self) -> Kind:
        """``"audio"`` or ``"video"``."""
        return "audio" if self.js.kind == "audio" else "video"

    @property
    def id(self) -> str:
        """The unique id of the track."""
        return str(self.js.id)

    @property
    def label(self) -> str:
        """The label of the source."""
        return str(self.js.label)

    @property
    def enabled(self) -> bool:
        """Whether the program wants real media."""
        return bool(self.js.enabled)

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self.js.enabled = value
        self._update_flow()

    @property
    def muted(self) -> bool:
        """Whether the source gives no media for now."""
        return self._muted or bool(self.js.muted)

    @property
    def ready_state(self) -> ReadyState:
        """``"live"`` or ``"ended"``."""
        return "ended" if self.js.readyState == "ended" else "live"

    @property
    def content_hint(self) -> str:
        """The content hint; without support in the engine, the value that the program set."""
        return str(getattr(self.js, "contentHint", ""))

    @content_hint.setter
    def content_hint(self, value: str) -> None:
        self.js.contentHint = value

    def get_capabilities(self) -> Mapping[str, object]:
        """Return the capabilities; without `getCapabilities` in the engine, only the ids."""
        if hasattr(self.js, "getCapabilities"):
            return ffi.to_dict(self.js.getCapabilities())
        settings = self.get_settings()
        return {name: settings[name] for name in ("deviceId", "groupId") if name in settings}

    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints in force, without those that only the engine knows."""
        # Firefox adds constraints of its own. Applying these again would cause a warning.
        found = ffi.to_dict(self.js.getConstraints())
        known = {name: found[name] for name in found if name in PROPERTIES or name == "advanced"}
        return MediaTrackConstraints(freeze(known))

    def get_settings(self) -> Mapping[str, object]:
        """Return the settings of the track."""
        return ffi.to_dict(self.js.getSettings())

    def get_stats(self) -> Mapping[str, float] | None:
        """Return the numbers of `MediaStreamTrack.stats`; None in an engine without them."""
        stats = ffi.optional(getattr(self.js, "stats", None))
        return None if stats is None else ffi.to_dict(stats)

    def reset_latency(self) -> None:
        """Reset the minimum and maximum latency."""
        self.js.stats.resetLatency()

    def apply_constraints(self, constraints: MediaTrackConstraints) -> asyncio.Future[None]:
        """Replace the constraints; on failure nothing changes."""
        wanted = ffi.to_js(constraints)
        return ffi.future(self.js, "applyConstraints", wanted, lambda _: None, explain=_explained)

    def clone(self) -> BrowserTrack:
        """Return a new track of the same source in the same state."""
        clone = ffi.wrapper_of(BrowserTrack, self.js.clone())
        clone.follow(self)
        return clone

    def follow(self, original: BrowserTrack) -> None:
        """Copy the state that the browser does not copy to a clone."""
        if original.generator_tracks is not None:
            self.generator_tracks = original.generator_tracks
            self.generator_tracks.tracks.append(self)
            self._muted = self.generator_tracks.muted
        if self.content_hint != original.content_hint:
            self.content_hint = original.content_hint

    def stop(self) -> None:
        """End the track at once, without an event."""
        self.js.stop()
        self._end_readers()

    def source_muted(self) -> None:
        """Adopt the muted state of the generator in a task."""
        promise.running_loop().call_soon(self._follow_muted)

    def end_soon(self) -> None:
        """End the track in a task, with the event."""
        promise.running_loop().call_soon(self._end)

    def released(self) -> asyncio.Future[None]:
        """Return a future that is done, because the browser decides when to close the device."""
        return promise.resolved(None)

    def open_reader(self, max_buffer_size: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Start to read frames or samples."""
        if self.ready_state == "ended":
            message = "the track has ended; get another one from get_user_media()"
            raise InvalidStateError(message)
        if self.kind == "audio":
            if format is not None:
                wrong = "None for audio; see AudioData.copy_to"
                raise conversion.wrong_type("format", wrong, format)
            return self._track_reader(None, max_buffer_size).open_reader(max_buffer_size, None)
        reader = self._track_reader(browser_format(format), max_buffer_size)
        return reader.open_reader(max_buffer_size, format)

    async def attached(self) -> None:
        """Wait until every reader of the track would receive the next frame."""
        for reader in tuple(self._readers.values()):
            if isinstance(reader, VideoTrackReader):
                await reader.attached.wait()

    def happened(self, event: ffi.JsObject) -> None:
        """Update the readers of the track, then notify the listener."""
        if event.type == "ended":
            self._end_readers()
        else:
            self._update_flow()
        if (listener := self.listener) is None:
            return
        match event.type:
            case "ended":
                listener.ended()
            case "configurationchange":
                listener.configuration_changed()
            case _:
                listener.muted_changed(event.type == "mute")

    def _follow_muted(self) -> None:
        muted = self.generator_tracks is not None and self.generator_tracks.muted
        if muted != self._muted and self.ready_state == "live":
            self._muted = muted
            if (listener := self.listener) is not None:
                listener.muted_changed(muted)

    def _end(self) -> None:
        if self.ready_state == "live":
            self.stop()
            if (listener := self.listener) is not None:
                listener.ended()

    def _track_reader(
        self, wanted: str | None, capacity: int
    ) -> VideoTrackReader | AudioTrackReader:
        reader = self._readers.get(wanted)
        if reader is None or reader.ended:
            generated = self.generator_tracks is not None
            reader = (
                AudioTrackReader(self.js)
                if self.kind == "audio"
                else VideoTrackReader(self.js, wanted, capacity, generated)
            )
            self._readers[wanted] = reader
        return reader

    def _update_flow(self) -> None:
        for reader in self._readers.values():
            reader.update_flow()

    def _end_readers(self) -> None:
        for reader in self._readers.values():
            reader.end()
        self._readers.clear()


def _explained(error: Exception) -> Exception:
    if isinstance(error, OverconstrainedError):
        given = error.message or "the constraints cannot be satisfied"
        message = f"{given.rstrip('.')}: {error.constraint!r}; the old constraints stay"
        return OverconstrainedError(error.constraint, message)
    return error
