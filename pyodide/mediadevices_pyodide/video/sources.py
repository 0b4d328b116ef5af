"""Where the browser gives pictures of a track: the routes, the fastest first.

Which there are is found out by looking for the feature, never by the browser's name.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass

from mediadevices.local.clock import Clock
from mediadevices_pyodide import ffi
from mediadevices_pyodide.processor import Processor
from mediadevices_pyodide.times import Timeline
from mediadevices_pyodide.video.formats import byte_order
from mediadevices_pyodide.video.pictures import CanvasCopier, FrameCopier, PictureCopier

__all__ = ["Arrival", "ElementSource", "PictureSource", "ProcessorSource", "picture_source"]

_log = logging.getLogger("mediadevices")


@dataclass(slots=True)
class Arrival:
    """A picture that has come.

    Attributes:
        picture: The browser's object; whoever takes it closes it, by copying.
        timestamp: Microseconds of our clock.
        lost: How many before it were lost, because the page was busy.
    """

    picture: ffi.JsObject
    timestamp: int
    lost: int


class PictureSource(ABC):
    """Gives the pictures of one track."""

    def __init__(self, copier: PictureCopier) -> None:
        self.copier = copier

    @abstractmethod
    async def next(self) -> Arrival | None:
        """Wait for the newest picture; None when the track has ended."""

    @abstractmethod
    def discard(self, arrival: Arrival) -> None:
        """Let go of a picture that nobody wants."""

    def stop(self) -> None:
        """Let go of the track."""
        self.copier.close()


async def picture_source(track: ffi.JsObject, wanted: str | None, clock: Clock) -> PictureSource:
    """Return the fastest source that this engine has.

    Args:
        track: The browser's track.
        wanted: The format to ask for; None for the one that the frames have.
        clock: Gives the time stamps.
    """
    if not hasattr(ffi.window, "VideoFrame"):
        return ElementSource(track, CanvasCopier(), clock)
    order = await byte_order()
    if hasattr(ffi.window, "MediaStreamTrackProcessor"):
        return ProcessorSource(track, FrameCopier(wanted, order), clock)
    if wanted in {"RGBA", "RGBX"} and order.converts:
        # Engines without the processor convert faster by drawing than by `copyTo`. One that does
        # not convert at all gives BGRA, which Python turns round faster than a canvas does.
        return ElementSource(track, CanvasCopier(), clock)
    return ElementSource(track, FrameCopier(wanted, order), clock)


class ProcessorSource(PictureSource):
    """By `MediaStreamTrackProcessor` in the page, as in Chromium."""

    def __init__(self, track: ffi.JsObject, copier: FrameCopier, clock: Clock) -> None:
        super().__init__(copier)
        self._track = track
        self._processor = Processor(track, 1)
        self._timeline = Timeline(clock)
        self._counted = self._delivered()

    async def next(self) -> Arrival | None:
        """Wait for the newest frame; None when the track has ended."""
        frame = await self._processor.next()
        if frame is None:
            return None
        return Arrival(frame, self._timeline.stamp(int(frame.timestamp)), self._lost())

    def discard(self, arrival: Arrival) -> None:
        """Close a frame that nobody wants: two that are open stall the camera."""
        arrival.picture.close()

    def stop(self) -> None:
        """Let go of the track."""
        super().stop()
        self._processor.stop()

    def _delivered(self) -> int | None:
        stats = ffi.optional(getattr(self._track, "stats", None))
        return None if stats is None else int(stats.deliveredFrames)

    def _lost(self) -> int:
        """Return how many frames the browser has dropped since the last one that was read."""
        delivered = self._delivered()
        if delivered is None or self._counted is None:
            return 0
        # This frame, and perhaps one that waits behind it already.
        lost = delivered - self._counted - 1
        self._counted = delivered
        return max(0, lost)


class ElementSource(PictureSource):
    """By a `<video>` that nobody sees, which says when it presents a frame."""

    def __init__(self, track: ffi.JsObject, copier: PictureCopier, clock: Clock) -> None:
        super().__init__(copier)
        self._clock = clock
        self._frames = isinstance(copier, FrameCopier)
        self._newest: Arrival | None = None
        self._arrived = asyncio.Event()
        self._ended = False
        self._presented = 0
        self._video = video = ffi.window.document.createElement("video")
        self._listeners = {
            name: ffi.create_proxy(function)
            for name, function in (("frame", self._on_frame), ("ended", self._on_ended))
        }
        video.muted = video.playsInline = True
        video.addEventListener("ended", self._listeners["ended"])
        video.srcObject = ffi.new("MediaStream", ffi.to_js([track]))
        self._request = video.requestVideoFrameCallback(self._listeners["frame"])
        # It starts when there is a picture, and is rejected when it is stopped before.
        video.play().then(_nothing, _not_played)

    async def next(self) -> Arrival | None:
        """Wait for the newest picture; None when the track has ended."""
        while self._newest is None:
            if self._ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        arrival, self._newest = self._newest, None
        return arrival

    def discard(self, arrival: Arrival) -> None:
        """Let go of a picture that nobody wants."""
        if self._frames:
            arrival.picture.close()

    def stop(self) -> None:
        """Let go of the track."""
        super().stop()
        if self._listeners:
            self._video.removeEventListener("ended", self._listeners["ended"])
            self._video.cancelVideoFrameCallback(self._request)
            self._video.pause()
            self._video.srcObject = None
            for listener in self._listeners.values():
                listener.destroy()
            self._listeners.clear()
        if self._newest is not None:
            self.discard(self._newest)
            self._newest = None
        self._on_ended()

    def _on_ended(self, *_: object) -> None:
        self._ended = True
        self._arrived.set()

    def _on_frame(self, now: float, metadata: ffi.JsObject) -> None:
        self._request = self._video.requestVideoFrameCallback(self._listeners["frame"])
        presented = int(metadata.presentedFrames)
        lost = max(0, presented - self._presented - 1) if self._presented else 0
        self._presented = presented
        if self._newest is not None:
            lost += 1 + self._newest.lost
            self.discard(self._newest)
        captured = getattr(metadata, "captureTime", None)
        # Some engines name a time that is yet to come.
        taken = now if captured is None or captured > now else float(captured)
        timestamp = self._clock.now() - round((ffi.window.performance.now() - taken) * 1000)
        picture = self._video
        if self._frames:
            picture = ffi.new("VideoFrame", picture)
        self._newest = Arrival(picture, timestamp, lost)
        self._arrived.set()


def _nothing(_: object) -> None:
    """Take note that the element plays: its frames tell that too."""


def _not_played(reason: ffi.JsObject) -> None:
    _log.debug("the element of a track does not play: %s", ffi.error_of(reason))
