"""The browser's `MediaStream`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mediadevices.agent_protocol.handles import StreamHandle, StreamListener, TrackHandle
from mediadevices.agent_protocol.js_bridge import JsStreamHandle
from mediadevices.errors import InvalidStateError, NotSupportedError
from mediadevices.webidl import conversion, promise
from mediadevices_pyodide import ffi
from mediadevices_pyodide.track import BrowserTrack

__all__ = ["BrowserStream", "js_track"]

#: `HTMLMediaElement.HAVE_METADATA`
_HAVE_METADATA = 1
#: Seconds between two checks whether the element can still show the stream.
_CHECK_INTERVAL = 0.1


class BrowserStream(ffi.Wrapper[StreamListener], StreamHandle, JsStreamHandle):
    """A stream of the browser."""

    __slots__ = ()
    events = ("addtrack", "removetrack")

    @property
    def id(self) -> str:
        """The unique id of the stream."""
        return str(self.js.id)

    @property
    def active(self) -> bool:
        """Whether at least one track is live."""
        return bool(self.js.active)

    def tracks(self) -> Sequence[BrowserTrack]:
        """Return the tracks."""
        return tuple(ffi.wrapper_of(BrowserTrack, track) for track in self.js.getTracks())

    def add_track(self, track: TrackHandle) -> None:
        """Add a track, unless the stream has it already."""
        self.js.addTrack(js_track(track))

    def remove_track(self, track: TrackHandle) -> None:
        """Remove a track, if the stream has it."""
        self.js.removeTrack(js_track(track))

    def clone(self) -> BrowserStream:
        """Return a stream with a clone of every track."""
        clone = ffi.wrapper_of(BrowserStream, self.js.clone())
        for original, track in zip(self.tracks(), clone.tracks(), strict=True):
            track.follow(original)
        return clone

    def show_in(self, element: object) -> asyncio.Future[None]:
        """Show the stream in a media element; see `mediadevices.attach`."""
        return promise.started(self._show_in(element), name=f"attach {self.id}")

    async def _show_in(self, element: ffi.JsObject) -> None:
        if not hasattr(element, "srcObject"):
            expected = "a <video> or <audio> element"
            raise conversion.wrong_type("attach: element", expected, element)
        element.srcObject = self.js
        while element.readyState < _HAVE_METADATA:
            if not self.active:
                message = "attach: every track has ended before the element could show one"
                raise InvalidStateError(message)
            if ffi.optional(element.srcObject) != self.js:
                message = "attach: the element's srcObject was replaced meanwhile"
                raise InvalidStateError(message)
            await self._metadata(element)

    async def _metadata(self, element: ffi.JsObject) -> None:
        """Wait until the element has loaded its metadata, or until the next check."""
        loaded: asyncio.Future[None] = promise.running_loop().create_future()

        def settle(*_: object) -> None:
            if not loaded.done():
                loaded.set_result(None)

        listener = ffi.create_proxy(settle)
        element.addEventListener("loadedmetadata", listener)
        try:
            await asyncio.wait([loaded], timeout=_CHECK_INTERVAL)
        finally:
            element.removeEventListener("loadedmetadata", listener)
            listener.destroy()

    def happened(self, event: ffi.JsObject) -> None:
        """Tell the listener that the browser has added or removed a track."""
        if (listener := self.listener) is None:
            return
        track = ffi.wrapper_of(BrowserTrack, event.track)
        if event.type == "addtrack":
            listener.track_added(track)
        else:
            listener.track_removed(track)


def js_track(track: TrackHandle) -> ffi.JsObject:
    """Return the browser's object of a track.

    Raises:
        NotSupportedError: The track belongs to another agent, such as the fake one.
    """
    if not isinstance(track, BrowserTrack):
        message = f"the {track.kind} track {track.label!r} is not the browser's"
        raise NotSupportedError(message)
    return track.js
