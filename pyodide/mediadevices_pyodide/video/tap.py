"""Frames out of a video track."""

from __future__ import annotations

import logging

from mediadevices.errors import DOMException
from mediadevices.local.clock import MonotonicClock
from mediadevices.local.video_output import VideoOutput
from mediadevices.media.video_frame import VideoFrame
from mediadevices_pyodide import ffi
from mediadevices_pyodide.tap import Tap
from mediadevices_pyodide.video.sources import (
    Arrival,
    PictureSource,
    element_source,
    processor_source,
)

__all__ = ["VideoTap"]

_log = logging.getLogger("mediadevices")

_USUAL_RATE = 30.0
#: How many frames in a row may be impossible to copy.
_PATIENCE = 10


class VideoTap(Tap):
    """Reads the frames of a video track in one format of the browser's.

    Args:
        track: The browser's track.
        wanted: The format to ask the browser for; None for the one that the frames have.
        capacity: How many frames may wait in the browser.
        generated: Whether the frames are those that a program writes.
    """

    def __init__(
        self, track: ffi.JsObject, wanted: str | None, capacity: int, generated: bool
    ) -> None:
        self._clock = MonotonicClock()
        self._video = VideoOutput(self._clock)
        super().__init__(track, self._video)
        self._wanted = wanted
        # At once where it can be, so that no frame of a generator's is missed.
        self._source: PictureSource | None = processor_source(
            track, wanted, None if generated else self._clock, capacity
        )
        self._size = (0, 0)
        self._spoilt = 0  # frames in a row that could not be copied
        self._configure(*self._track_size)

    @property
    def _delivers(self) -> bool:
        # Engines differ in what they give of a disabled track, and some give nothing; but a frame
        # that a program has written has its own time, which black ones of ours would not fit in.
        # As long as there is no size, the program has not written anything: then nothing comes.
        return self._passes or self._size == (0, 0)

    @property
    def _passes(self) -> bool:
        """Whether readers get what comes, if only to make it black."""
        return self._real or (self._source is not None and self._source.written)

    async def _read(self) -> None:
        source = self._source
        if source is None:
            source = await element_source(self._track, self._wanted, self._clock)
            if self.ended:
                source.stop()
                return
            self._source = source
        while (arrival := await source.next()) is not None:
            if not self._output.readers:
                source.discard(arrival)
                return
            if not self._passes:
                source.discard(arrival)
                # Its size is not always that of the track.
                self._configure(*self._track_size)
                self.update_flow()
                continue
            if (copied := await self._copied(source, arrival)) is not None:
                with copied as frame:
                    self._configure(frame.display_width, frame.display_height)
                    self.update_flow()
                    self._output.deliver(frame, arrival.lost + self._spoilt)
                self._spoilt = 0

    async def _copied(self, source: PictureSource, arrival: Arrival) -> VideoFrame | None:
        """Return the frame; None for one of a few that the browser cannot copy.

        WebKit shows a picture for a disabled track that it does not let anybody copy.
        """
        try:
            return await source.copier.copy(arrival.picture, arrival.timestamp)
        except (DOMException, TypeError) as error:
            self._spoilt += 1
            if self._spoilt >= _PATIENCE:
                raise
            _log.debug("a frame could not be copied: %s", error)
            return None

    def _stop(self) -> None:
        if self._source is not None:
            self._source.stop()

    @property
    def _track_size(self) -> tuple[int, int]:
        settings = self._track.getSettings()
        return int(getattr(settings, "width", 0)), int(getattr(settings, "height", 0))

    def _configure(self, width: int, height: int) -> None:
        """Take the size over: the browser has scaled already."""
        if self._size != (width, height):
            self._size = (width, height)
            rate = getattr(self._track.getSettings(), "frameRate", 0) or _USUAL_RATE
            settings = {"width": width, "height": height, "frameRate": rate} if width else {}
            self._video.configure(settings, rate)
