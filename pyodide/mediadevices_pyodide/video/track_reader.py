"""Reads the frames of a video track."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from mediadevices.media.frame_geometry import FrameGeometry, packed_geometry
from mediadevices.media.media_resource import MediaResource
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.video_frame import VideoFrame
from mediadevices.pipeline.clock import MonotonicClock
from mediadevices.pipeline.video_pipeline import VideoPipeline
from mediadevices_pyodide import ffi, reader_script
from mediadevices_pyodide.buffer_pool import BufferPool
from mediadevices_pyodide.timeline import Timeline
from mediadevices_pyodide.track_reader import TrackReader
from mediadevices_pyodide.video.formats import byte_order

__all__ = ["VideoTrackReader"]

#: Frames per second, where the track's settings have no frame rate.
_DEFAULT_RATE = 30.0
#: The browser's queue holds at most this many frames: each keeps one of the camera's few buffers.
_MAX_QUEUE_FRAMES = 8


class VideoTrackReader(TrackReader):
    """Reads the frames of a video track in one pixel format.

    There are three ways to read frames, the fastest first: `MediaStreamTrackProcessor`,
    `VideoFrame` objects made from a `<video>`, and a `<video>` that is drawn on a canvas. The
    browser's features decide, never its name. `reader_script.js` copies the frames.

    Args:
        track: The browser's track.
        wanted: The format to request from the browser; None for the native format of the frames.
        capacity: The capacity of the browser's queue, in frames.
        generated: Whether the program writes the frames.
    """

    def __init__(
        self, track: ffi.JsObject, wanted: str | None, capacity: int, generated: bool
    ) -> None:
        self._clock = MonotonicClock()
        self._has_frames = hasattr(ffi.window, "VideoFrame")
        # Open the reader at once, so that no frame of a generator is missed.
        self._reader = (
            reader_script.new_reader(track, min(capacity, _MAX_QUEUE_FRAMES))
            if self._has_frames
            else None
        )
        # Frames written by the program keep their time stamps.
        self._written = generated and self._reader is not None
        self._pipeline: VideoPipeline = VideoPipeline(self._clock, monotonic=not self._written)
        super().__init__(track, self._pipeline)
        self._wanted = wanted
        self._timeline = Timeline(self._clock)
        #: Set once every later frame will be read.
        self.attached = asyncio.Event()
        if self._reader is not None:
            self.attached.set()
        self._source: ffi.JsObject | None = None
        self._pool: BufferPool | None = None
        self._geometry = packed_geometry(PIXEL_FORMATS["RGBA"], 0, 0)
        self._size = (0, 0)
        self._configure(*self._track_size)

    @property
    def _delivers(self) -> bool:
        # Some engines deliver no frames of a disabled track; then the pipeline's timer makes black
        # frames. A generator's frames keep their own timestamps, so the timer would interfere.
        # While the size is unknown, the program has written nothing, and no frame can be made.
        return self._real or self._written or self._size == (0, 0)

    async def _read(self) -> None:
        script = await reader_script.script()
        copier = await self._copier(script) if self._has_frames else None
        if self.ended:
            return
        if self._reader is not None:
            self._source = script.processor(self._track, self._reader)
        else:
            self._source = script.element(self._track, copier is not None)
        self.attached.set()
        self._pool = BufferPool(script.slot)
        with ffi.callbacks(
            shaped=self._shaped, arrived=self._arrived, skipped=self._skipped
        ) as callbacks:
            chosen = script.canvas() if copier is None else copier
            await ffi.awaited(
                script.pictures(self._track, self._source, chosen, self._written, callbacks)
            )

    async def _copier(self, script: ffi.JsObject) -> ffi.JsObject | None:
        """Return the copier of `VideoFrame` objects; None where drawing on a canvas is faster."""
        order = await byte_order()
        wanted = self._wanted if order.converts else None
        # Engines without the processor convert faster by drawing than by `copyTo`. An engine that
        # cannot convert delivers BGRA; swapping its channels is faster than drawing.
        if self._reader is None and wanted in {"RGBA", "RGBX"}:
            return None
        choice = {
            "wanted": wanted,
            "swapped": self._wanted == "RGBA" and not order.converts,
            "known": list(PIXEL_FORMATS),
            "native": order.native,
        }
        return script.frames(ffi.to_js(choice))

    def _stop(self) -> None:
        self.attached.set()  # No frame will follow, so nothing may wait for one.
        if self._source is not None:
            self._source.stop()
        elif self._reader is not None:
            self._reader.cancel()
        if self._pool is not None:
            self._pool.close()

    # --- called by JavaScript --------------------------------------------------------------

    def _shaped(
        self,
        name: str,
        width: int,
        height: int,
        display_width: int,
        display_height: int,
        rotation: int,
        flip: bool,
        size: int,
    ) -> ffi.JsObject:
        """Note the geometry of the next frames; return the buffer to write them to."""
        assert self._pool is not None
        self._geometry = _frame_geometry(
            name, (width, height), (display_width, display_height), rotation, flip
        )
        self._configure(display_width, display_height)
        self.update_flow()
        return self._pool.resize(size)

    def _arrived(self, time: float, duration: int | None, lost: int) -> ffi.JsObject | None:
        """Deliver the frame that was written; return the next buffer, or None to stop.

        Args:
            time: The browser's timestamp, or for a `<video>` the age of the frame; microseconds.
            duration: Microseconds, if known.
            lost: How many frames before it were lost.
        """
        assert self._pool is not None
        resource = MediaResource(*self._pool.take())
        frame = VideoFrame.over(resource, self._geometry, self._stamped(time), duration)
        del resource  # The last frame that uses it gives the buffer back.
        if not self._ended:
            self._pipeline.deliver(frame, lost)
        frame.close()
        self._pipeline.wake()
        return None if self._ended else self._pool.next()

    def _skipped(self) -> None:
        """Use the size in the track's settings: a frame of a disabled track was skipped."""
        self._configure(*self._track_size)
        self.update_flow()

    # ----------------------------------------------------------------------------------------

    def _stamped(self, time: float) -> int:
        if self._written:
            return int(time)
        if self._reader is None:
            return self._clock.now() - round(time)
        return self._timeline.stamp(int(time))

    @property
    def _track_size(self) -> tuple[int, int]:
        settings = self._track.getSettings()
        return int(getattr(settings, "width", 0)), int(getattr(settings, "height", 0))

    def _configure(self, width: int, height: int) -> None:
        """Configure the pipeline with the frames' own size: the browser has scaled them."""
        if self._size != (width, height):
            self._size = (width, height)
            rate = getattr(self._track.getSettings(), "frameRate", 0) or _DEFAULT_RATE
            settings = {"width": width, "height": height, "frameRate": rate} if width else {}
            self._pipeline.configure(settings, rate)


@lru_cache(maxsize=64)
def _frame_geometry(
    name: str,
    size: tuple[int, int],
    display_size: tuple[int, int],
    rotation: int,
    flip: bool,
) -> FrameGeometry:
    geometry = packed_geometry(PIXEL_FORMATS[name], *size)
    if size == display_size and not rotation and not flip:
        return geometry
    return geometry.displayed_as(display_size, rotation, flip=flip)
