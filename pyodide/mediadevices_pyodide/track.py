"""The browser's `MediaStreamTrack`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.handles import FrameReader, ReadyState, TrackHandle
from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.algorithms.properties import PROPERTIES, Kind
from mediadevices.errors import InvalidStateError, OverconstrainedError
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.dictionary import freeze
from mediadevices_pyodide import ffi
from mediadevices_pyodide.video.formats import browser_format
from mediadevices_pyodide.video.track_reader import VideoTrackReader

if TYPE_CHECKING:
    from mediadevices_pyodide.audio.track_reader import AudioTrackReader

__all__ = ["BrowserTrack", "GeneratorTracks"]


class GeneratorTracks:
    """The tracks of one generator, of which a live one takes what is written.

    Args:
        first: The first track; its clones come to it.
    """

    __slots__ = ("muted", "tracks")

    def __init__(self, first: BrowserTrack) -> None:
        self.tracks = [first]
        #: Whether the generator is muted: of that no browser knows anything.
        self.muted = False


class BrowserTrack(ffi.Wrapper, TrackHandle):
    """A track of the browser's.

    One that the program drops is not stopped: the page may still show it.
    """

    __slots__ = ("_muted", "_taps", "family")
    events = ("mute", "unmute", "ended", "configurationchange")

    def __init__(self, js: ffi.JsObject) -> None:
        super().__init__(js)
        #: Of a generator's track.
        self.family: GeneratorTracks | None = None
        self._muted = False  # by a generator
        # What readers read through, for each format of the browser's.
        self._taps: dict[str | None, VideoTrackReader | AudioTrackReader] = {}

    @property
    def kind(self) -> Kind:
        """``"audio"`` or ``"video"``."""
        return "audio" if self.js.kind == "audio" else "video"

    @property
    def id(self) -> str:
        """A name of the track alone."""
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
        """What the program hints at; in an engine without it, what the program has set."""
        return str(getattr(self.js, "contentHint", ""))

    @content_hint.setter
    def content_hint(self, value: str) -> None:
        self.js.contentHint = value

    def get_capabilities(self) -> Mapping[str, object]:
        """Return what the source can be set to; of an engine that cannot tell, which it is."""
        if hasattr(self.js, "getCapabilities"):
            return ffi.to_dict(self.js.getCapabilities())
        settings = self.get_settings()
        return {name: settings[name] for name in ("deviceId", "groupId") if name in settings}

    def get_constraints(self) -> MediaTrackConstraints:
        """Return the constraints that were applied successfully last, as far as they are known."""
        # Firefox adds some of its own, of which the program would be warned when it applies them.
        found = ffi.to_dict(self.js.getConstraints())
        known = {name: found[name] for name in found if name in PROPERTIES or name == "advanced"}
        return MediaTrackConstraints(freeze(known))

    def get_settings(self) -> Mapping[str, object]:
        """Return what the track is set to."""
        return ffi.to_dict(self.js.getSettings())

    def get_stats(self) -> Mapping[str, float] | None:
        """Return the numbers of `MediaStreamTrack.stats`; None in an engine without them."""
        stats = ffi.optional(getattr(self.js, "stats", None))
        return None if stats is None else ffi.to_dict(stats)

    def reset_latency(self) -> None:
        """Forget the least and the greatest latency."""
        self.js.stats.resetLatency()

    def apply_constraints(self, constraints: MediaTrackConstraints) -> asyncio.Future[None]:
        """Replace the constraints, or fail and change nothing."""
        wanted = ffi.to_js(constraints)
        return ffi.future(self.js, "applyConstraints", wanted, lambda _: None, explain=_explained)

    def clone(self) -> BrowserTrack:
        """Return a new track of the same source in the same state."""
        clone = ffi.wrapper_of(BrowserTrack, self.js.clone())
        clone.follow(self)
        return clone

    def follow(self, original: BrowserTrack) -> None:
        """Take over what the browser does not keep for a clone."""
        if original.family is not None:
            self.family = original.family
            self.family.tracks.append(self)
            self._muted = self.family.muted
        if self.content_hint != original.content_hint:
            self.content_hint = original.content_hint

    def stop(self) -> None:
        """End the track at once, without an event."""
        self.js.stop()
        self._end_taps()

    def source_muted(self) -> None:
        """Follow, in a task, the muted state of a generator, which writes black or silence."""
        promise.running_loop().call_soon(self._follow_muted)

    def end_soon(self) -> None:
        """End the track in a task, with the event."""
        promise.running_loop().call_soon(self._end)

    def released(self) -> asyncio.Future[None]:
        """Return a future that is done: the browser closes the device when it sees fit."""
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
            return self._tap(None, max_buffer_size).open_reader(max_buffer_size, None)
        tap = self._tap(browser_format(format), max_buffer_size)
        return tap.open_reader(max_buffer_size, format)

    async def attached(self) -> None:
        """Wait until whoever has begun to read the track sees the next frame."""
        for tap in tuple(self._taps.values()):
            if isinstance(tap, VideoTrackReader):
                await tap.attached.wait()

    def happened(self, event: ffi.JsObject) -> None:
        """Let readers see what has happened to the track, and pass it on."""
        if event.type == "ended":
            self._end_taps()
        else:
            self._update_flow()
        super().happened(event)

    def _follow_muted(self) -> None:
        muted = self.family is not None and self.family.muted
        if muted != self._muted and self.ready_state == "live":
            self._muted = muted
            self.notify("mute" if muted else "unmute")

    def _end(self) -> None:
        if self.ready_state == "live":
            self.stop()
            self.notify("ended")

    def _tap(self, wanted: str | None, capacity: int) -> VideoTrackReader | AudioTrackReader:
        tap = self._taps.get(wanted)
        if tap is None or tap.ended:
            if self.kind == "audio":
                from mediadevices_pyodide.audio.track_reader import (
                    AudioTrackReader,  # few pages hear
                )

                tap = AudioTrackReader(self.js)
            else:
                tap = VideoTrackReader(self.js, wanted, capacity, self.family is not None)
            self._taps[wanted] = tap
        return tap

    def _update_flow(self) -> None:
        for tap in self._taps.values():
            tap.update_flow()

    def _end_taps(self) -> None:
        for tap in self._taps.values():
            tap.end()
        self._taps.clear()


def _explained(error: Exception) -> Exception:
    if isinstance(error, OverconstrainedError):
        given = error.message or "the constraints cannot be satisfied"
        message = f"{given.rstrip('.')}: {error.constraint!r}; the old constraints stay"
        return OverconstrainedError(error.constraint, message)
    return error
