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

__all__ = [
    "Arrival",
    "ElementSource",
    "PictureSource",
    "ProcessorSource",
    "element_source",
    "processor_source",
]

#: Frames that may wait in the browser: they hold the camera's own memory, of which there is little.
_MOST_WAITING = 8

_log = logging.getLogger("mediadevices")


@dataclass(slots=True)
class Arrival:
    """A picture that has come.

    Attributes:
        picture: The browser's object; whoever takes it closes it, by copying.
        timestamp: Microseconds, of our clock or of the program's that writes the frames.
        lost: How many before it were lost, because the page was busy.
    """

    picture: ffi.JsObject
    timestamp: int
    lost: int


class PictureSource(ABC):
    """Gives the pictures of one track."""

    #: Whether each is a frame that a program has written, with the time stamp that it has given.
    written = False

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


def processor_source(
    track: ffi.JsObject, wanted: str | None, clock: Clock | None, capacity: int
) -> ProcessorSource | None:
    """Return the fastest source, which misses no frame from now on; None without a processor.

    Args:
        track: The browser's track.
        wanted: The format to ask for; None for the one that the frames have.
        clock: Gives the time stamps; None to keep those of the program that writes the frames.
        capacity: How many frames may wait in the browser.
    """
    if hasattr(ffi.window, "VideoFrame") and hasattr(ffi.window, "MediaStreamTrackProcessor"):
        return ProcessorSource(track, FrameCopier(wanted), clock, capacity)
    return None


async def element_source(track: ffi.JsObject, wanted: str | None, clock: Clock) -> ElementSource:
    """Return the fastest source of an engine that has no processor.

    Args:
        track: The browser's track.
        wanted: The format to ask for; None for the one that the frames have.
        clock: Gives the time stamps.
    """
    if not hasattr(ffi.window, "VideoFrame"):
        return ElementSource(track, CanvasCopier(), clock)
    if wanted in {"RGBA", "RGBX"} and (await byte_order()).converts:
        # Engines without the processor convert faster by drawing than by `copyTo`. One that does
        # not convert at all gives BGRA, which Python turns round faster than a canvas does.
        return ElementSource(track, CanvasCopier(), clock)
    return ElementSource(track, FrameCopier(wanted), clock)


class ProcessorSource(PictureSource):
    """By `MediaStreamTrackProcessor` in the page, as in Chromium.

    Args:
        track: The browser's track.
        copier: Copies its frames.
        clock: Gives the time stamps; None to keep those of the program that writes the frames.
        capacity: How many frames may wait in the browser.
    """

    def __init__(
        self, track: ffi.JsObject, copier: FrameCopier, clock: Clock | None, capacity: int
    ) -> None:
        super().__init__(copier)
        self._processor = Processor(track, min(capacity, _MOST_WAITING))
        self.written = clock is None
        self._timeline = None if clock is None else Timeline(clock)
        self._losses = Losses(track)

    async def next(self) -> Arrival | None:
        """Wait for the newest frame; None when the track has ended."""
        pending = self._processor.read()
        if self._losses.suspected:
            await asyncio.sleep(0)  # What waits in the browser has come now.
            if not pending.done():
                self._losses.look()
        frame = await pending
        if frame is None:
            return None
        timestamp = int(frame.timestamp)
        if self._timeline is not None:
            timestamp = self._timeline.stamp(timestamp)
        return Arrival(frame, timestamp, self._losses.take())

    def discard(self, arrival: Arrival) -> None:
        """Close a frame that nobody wants: those that are open stall the camera."""
        arrival.picture.close()

    def stop(self) -> None:
        """Let go of the track."""
        super().stop()
        self._processor.stop()


class Losses:
    """How many frames the browser has dropped, as the track's own numbers tell.

    What was delivered to the track and never came out was dropped, once nothing waits in the
    browser. A frame that is on its way at that moment is not lost: only what is missing at two
    looks is.

    Args:
        track: The browser's track, with or without `stats`.
    """

    def __init__(self, track: ffi.JsObject) -> None:
        self._track = track
        self._settled = self._delivered()  # what was read or counted
        self._missing = 0
        self._lost = 0

    @property
    def suspected(self) -> bool:
        """Whether there is a reason to look."""
        return self._missing > 0 or self._delivered() > self._settled

    def look(self) -> None:
        """Count, at a moment when nothing waits in the browser."""
        missing = max(0, self._delivered() - self._settled)
        certain = min(missing, self._missing)
        self._lost += certain
        self._settled += certain
        self._missing = missing - certain

    def take(self) -> int:
        """Take note of a frame that has come; return how many were lost before it."""
        lost, self._lost = self._lost, 0
        self._settled += 1
        return lost

    def _delivered(self) -> int:
        stats = ffi.optional(getattr(self._track, "stats", None))
        return 0 if stats is None else int(stats.deliveredFrames)


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
