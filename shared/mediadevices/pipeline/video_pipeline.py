"""Delivers frames to a video track's readers: scaled, decimated, or black."""

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
from mediadevices.pipeline.track_pipeline import TrackPipeline, put_clones
from mediadevices.webidl import conversion

if TYPE_CHECKING:
    import asyncio

__all__ = ["VideoPipeline"]


class VideoPipeline(TrackPipeline):
    """Delivers frames to the readers of a video track.

    Args:
        clock: The agent's clock.
        monotonic: Whether timestamps must increase; see `TrackPipeline`.
        keep_first_frame: Whether to keep the first frame for the first reader, until the second
            frame arrives. A program opens its reader just after `get_user_media`, when the first
            frame has arrived already; otherwise the reader would wait for the second one.
    """

    __slots__ = (
        "_decimator",
        "_delivered",
        "_discarded",
        "_first",
        "_format",
        "_height",
        "_keep_first_frame",
        "_lost",
        "_rate",
        "_total",
        "_width",
    )

    def __init__(
        self, clock: Clock, *, monotonic: bool = True, keep_first_frame: bool = False
    ) -> None:
        super().__init__(clock, monotonic=monotonic)
        self._first: VideoFrame | None = None
        self._keep_first_frame = keep_first_frame
        self._width, self._height, self._rate = 0, 0, 30.0
        self._decimator: Decimator | None = None  # None: the track takes every frame
        self._lost = 0.0  # the fraction of a lost frame that is not counted yet
        self._format = "I420"
        self._delivered = self._discarded = self._total = 0

    def open_reader(
        self,
        capacity: int,
        format: str | None,  # noqa: A002  (the standard's name)
        on_close: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> LocalReader:
        """Add a reader; see `TrackPipeline.open_reader`."""
        reader = super().open_reader(capacity, format, on_close, loop)
        if (first := self._first) is not None:
            self._first = None
            reader.put(first)
        return reader

    def set_flow(self, *, real: bool, source_delivers: bool) -> None:
        """Set whether the readers get real frames, and whether the source delivers any now."""
        super().set_flow(real=real, source_delivers=source_delivers)
        if not real:
            self._drop_first()

    def end(self) -> None:
        """End each reader after its queued frames."""
        self._drop_first()
        super().end()

    def configure(self, settings: Mapping[str, object], native_rate: float) -> None:
        """Set the track's settings, and the source's native frame rate (0 if unknown)."""
        width, height, rate = (settings.get(name) for name in ("width", "height", "frameRate"))
        if isinstance(width, int) and isinstance(height, int):
            self._width, self._height = width, height
        self._decimator = None
        if conversion.is_number(rate) and rate > 0:
            self._rate = float(rate)
            self._decimator = Decimator(native_rate, self._rate)

    def deliver(self, data: MediaData, lost: int) -> None:
        """Queue a frame of the source, unless the decimator drops it."""
        if not isinstance(data, VideoFrame):
            return
        self._drop_first()
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
        if not (readers := self._accept(data.timestamp, lost)):
            if self._keep_first_frame and self._real and self._delivered == 1:
                self._first = data.clone()
            return
        self._format = data.format or self._format
        if self._real:
            put_clones(data, readers)
            return
        if not self._width:
            self._width, self._height = data.display_width, data.display_height
        with self._black(data.timestamp, data.duration) as black:
            put_clones(black, readers)

    def stats(self) -> dict[str, float]:
        """Return the numbers of `MediaStreamTrackVideoStats`."""
        return {
            "deliveredFrames": self._delivered,
            "discardedFrames": self._discarded,
            "totalFrames": self._total,
        }

    def reset_latency(self) -> None:
        """Do nothing: video tracks have no latency statistics."""

    def _decimated(self, lost: int) -> int:
        """Return how many of the lost frames this track would have taken."""
        share = 1.0 if self._decimator is None else self._decimator.share
        self._lost += lost * share
        whole = int(self._lost)
        self._lost -= whole
        return whole

    def _drop_first(self) -> None:
        if self._first is not None:
            self._first.close()
            self._first = None

    def _converter(self, format: str | None) -> Callable[[MediaData], MediaData]:  # noqa: A002  (the standard's name)
        wanted = None if format is None else find_pixel_format(format)
        if format is not None and wanted is None:
            raise conversion.wrong_type("format", "a pixel format such as 'RGB24'", format)

        def convert(data: MediaData) -> MediaData:
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

        return convert

    def _black(self, timestamp: int, duration: int | None) -> VideoFrame:
        return black_frame(
            self._format, self._width or 640, self._height or 480, timestamp, duration
        )

    def _make_filler(self, timestamp: int) -> VideoFrame:
        return self._black(timestamp, round(1e6 / self._rate))

    def _filler_interval(self) -> float:
        return 1 / self._rate
