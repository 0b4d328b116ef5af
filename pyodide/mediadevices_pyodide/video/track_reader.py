"""Frames out of a video track."""

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

_USUAL_RATE = 30.0
#: Frames that may wait in the browser: they hold the camera's own memory, of which there is little.
_MOST_WAITING = 8


class VideoTrackReader(TrackReader):
    """Reads the frames of a video track in one format of the browser's.

    The routes out of the browser, the fastest first, are found out by looking for the feature,
    never by the browser's name: its own processor, a `<video>` of which frames are made, and one
    that is drawn on a canvas. `reader_script.js` takes them.

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
        self._has_frames = hasattr(ffi.window, "VideoFrame")
        # At once where it can be, so that no frame of a generator's is missed.
        self._reader = (
            reader_script.new_reader(track, min(capacity, _MOST_WAITING))
            if self._has_frames
            else None
        )
        # Frames written by the program keep their time stamps.
        self._written = generated and self._reader is not None
        self._video = VideoPipeline(self._clock, monotonic=not self._written)
        super().__init__(track, self._video)
        self._wanted = wanted
        self._timeline = Timeline(self._clock)
        #: Is set once a frame that comes from now on is seen.
        self.attached = asyncio.Event()
        if self._reader is not None:
            self.attached.set()
        self._source: ffi.JsObject | None = None
        self._memory: BufferPool | None = None
        self._geometry = packed_geometry(PIXEL_FORMATS["RGBA"], 0, 0)
        self._size = (0, 0)
        self._configure(*self._track_size)

    @property
    def _delivers(self) -> bool:
        # Engines differ in what they give of a disabled track, and some give nothing; but a frame
        # that a program has written has its own time, which black ones of ours would not fit in.
        # As long as there is no size, the program has not written anything: then nothing comes.
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
        self._memory = BufferPool(script.slot)
        with ffi.callbacks(shaped=self._shaped, arrived=self._arrived, unseen=self._unseen) as told:
            by = script.canvas() if copier is None else copier
            await ffi.awaited(script.pictures(self._track, self._source, by, self._written, told))

    async def _copier(self, script: ffi.JsObject) -> ffi.JsObject | None:
        """Return what copies frames; None where it is faster to draw them."""
        order = await byte_order()
        wanted = self._wanted if order.converts else None
        # Engines without the processor convert faster by drawing than by `copyTo`. One that does
        # not convert at all gives BGRA, which is turned round faster than a canvas draws.
        if self._reader is None and wanted in {"RGBA", "RGBX"}:
            return None
        choice = {
            "wanted": wanted,
            "turned": self._wanted == "RGBA" and not order.converts,
            "known": list(PIXEL_FORMATS),
            "native": order.native,
        }
        return script.frames(ffi.to_js(choice))

    def _stop(self) -> None:
        self.attached.set()  # Nobody is to wait for what does not come.
        if self._source is not None:
            self._source.stop()
        elif self._reader is not None:
            self._reader.cancel()
        if self._memory is not None:
            self._memory.close()

    # --- what JavaScript calls --------------------------------------------------------------

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
        """Take note of what the next frames look like; return where to write them."""
        assert self._memory is not None
        self._geometry = _described(
            name, (width, height), (display_width, display_height), rotation, flip
        )
        self._configure(display_width, display_height)
        self.update_flow()
        return self._memory.resize(size)

    def _arrived(self, time: float, duration: int | None, lost: int) -> ffi.JsObject | None:
        """Deliver what was written; return where to write the next one, or None for no more.

        Args:
            time: The browser's time stamp; of a `<video>`, how old the frame is; in microseconds.
            duration: Microseconds, where known.
            lost: How many frames before it were lost.
        """
        assert self._memory is not None
        resource = MediaResource(*self._memory.written())
        frame = VideoFrame.over(resource, self._geometry, self._stamped(time), duration)
        del resource  # The last frame over it gives it back.
        if not self._ended:
            self._pipeline.deliver(frame, lost)
        frame.close()
        self._pipeline.wake()
        return None if self._ended else self._memory.next()

    def _unseen(self) -> None:
        """Take note of a frame that nobody is to see, whose size is not always the track's."""
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
        """Take the size over: the browser has scaled already."""
        if self._size != (width, height):
            self._size = (width, height)
            rate = getattr(self._track.getSettings(), "frameRate", 0) or _USUAL_RATE
            settings = {"width": width, "height": height, "frameRate": rate} if width else {}
            self._video.configure(settings, rate)


@lru_cache(maxsize=64)
def _described(
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
