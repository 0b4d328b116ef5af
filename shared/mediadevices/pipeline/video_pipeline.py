"""What a video track makes of its source's frames: the right size and rate, or black."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.implementations import pixel_operations
from mediadevices.media.pixel_formats import find_pixel_format
from mediadevices.media.pixel_operations import black_frame
from mediadevices.media.video_frame import VideoFrame
from mediadevices.pipeline.clock import Clock
from mediadevices.pipeline.decimation import Decimator
from mediadevices.pipeline.reader import LocalReader
from mediadevices.pipeline.track_pipeline import TrackPipeline, pass_on
from mediadevices.webidl import conversion

if TYPE_CHECKING:
    import asyncio

__all__ = ["VideoPipeline"]


class VideoPipeline(TrackPipeline):
    """The way out of a video track: crop-and-scale, decimation, black frames.

    Args:
        clock: The agent's clock.
        rising: Whether time stamps must rise; see `TrackPipeline`.
        first_waits: Whether the track's first frame waits for its first reader until the second one
            comes. A program opens a reader just after `get_user_media`, when the camera's first
            frame has come already; it should not wait for another.
    """

    __slots__ = (
        "_decimator",
        "_delivered",
        "_discarded",
        "_first",
        "_first_waits",
        "_format",
        "_height",
        "_lost",
        "_rate",
        "_total",
        "_width",
    )

    def __init__(self, clock: Clock, *, rising: bool = True, first_waits: bool = False) -> None:
        super().__init__(clock, rising=rising)
        self._first: VideoFrame | None = None
        self._first_waits = first_waits
        self._width, self._height, self._rate = 0, 0, 30.0
        self._decimator: Decimator | None = None  # while every frame is taken
        self._lost = 0.0  # the part of a frame that losses leave after decimation
        self._format = "I420"
        self._delivered = self._discarded = self._total = 0

    def open_reader(
        self,
        capacity: int,
        format: str | None,  # noqa: A002  (the standard's name)
        closed: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> LocalReader:
        """Add a reader; see `TrackPipeline.open_reader`."""
        reader = super().open_reader(capacity, format, closed, loop)
        if (first := self._first) is not None:
            self._first = None
            reader.put(first)
        return reader

    def set_flow(self, *, real: bool, source_delivers: bool) -> None:
        """Say whether the frames are to be real, and whether the source delivers any."""
        super().set_flow(real=real, source_delivers=source_delivers)
        if not real:
            self._forget_first()

    def end(self) -> None:
        """Tell all readers that nothing more comes."""
        self._forget_first()
        super().end()

    def configure(self, settings: Mapping[str, object], native_rate: float) -> None:
        """Take over the track's settings, and the source's frames per second."""
        width, height, rate = (settings.get(name) for name in ("width", "height", "frameRate"))
        if isinstance(width, int) and isinstance(height, int):
            self._width, self._height = width, height
        self._decimator = None
        if conversion.is_number(rate) and rate > 0:
            self._rate = float(rate)
            self._decimator = Decimator(native_rate, self._rate)

    def deliver(self, data: MediaData, lost: int) -> None:
        """Pass on a frame of the source's."""
        if not isinstance(data, VideoFrame):
            return
        self._forget_first()
        takes = self._decimator is None or self._decimator.takes(data.timestamp)
        if self._real:
            self._total += 1 + lost
            self._delivered += takes
            self._discarded += not takes
        if lost:
            lost = self._decimated(lost)
        if not takes:
            self._count_lost(lost)
            return
        if not (readers := self._begin(data.timestamp, lost)):
            if self._first_waits and self._real and self._delivered == 1:
                self._first = data.clone()
            return
        self._format = data.format or self._format
        if self._real:
            pass_on(data, readers)
            return
        if not self._width:
            self._width, self._height = data.display_width, data.display_height
        with self._black(data.timestamp, data.duration) as black:
            pass_on(black, readers)

    def stats(self) -> dict[str, float]:
        """Return the numbers of `MediaStreamTrackVideoStats`."""
        return {
            "deliveredFrames": self._delivered,
            "discardedFrames": self._discarded,
            "totalFrames": self._total,
        }

    def reset_latency(self) -> None:
        """Do nothing: video has no such numbers."""

    def _decimated(self, lost: int) -> int:
        """Return how many of so many lost frames the track would have taken."""
        share = 1.0 if self._decimator is None else self._decimator.share
        self._lost += lost * share
        whole = int(self._lost)
        self._lost -= whole
        return whole

    def _forget_first(self) -> None:
        if self._first is not None:
            self._first.close()
            self._first = None

    def _finisher(self, format: str | None) -> Callable[[MediaData], MediaData]:  # noqa: A002  (the standard's name)
        wanted = None if format is None else find_pixel_format(format)
        if format is not None and wanted is None:
            raise conversion.wrong_type("format", "a pixel format such as 'RGB24'", format)

        def finish(data: MediaData) -> MediaData:
            if not isinstance(data, VideoFrame):
                return data
            shown = data.geometry
            size = (shown.display_width, shown.display_height)
            if self._width and size != (self._width, self._height):
                with data:
                    data = pixel_operations().crop_and_scale(data, self._width, self._height)
            if wanted is not None and data.geometry.format is not wanted:
                with data:
                    data = pixel_operations().convert(data, wanted.name)
            return data

        return finish

    def _black(self, timestamp: int, duration: int | None) -> VideoFrame:
        return black_frame(
            self._format, self._width or 640, self._height or 480, timestamp, duration
        )

    def _filling(self, timestamp: int) -> VideoFrame:
        return self._black(timestamp, round(1e6 / self._rate))

    def _filling_interval(self) -> float:
        return 1 / self._rate
