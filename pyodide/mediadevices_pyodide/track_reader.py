"""Reads a browser's track once, for any number of consumers."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from mediadevices.agent_protocol.handles import FrameReader
from mediadevices.pipeline.track_pipeline import TrackPipeline
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["TrackReader"]

#: Seconds between two checks whether JavaScript stopped the track, or the program dropped the last
#: reader without closing it. Neither fires an event.
_CHECK_INTERVAL = 0.25


class TrackReader(ABC):
    """Reads a track while it has consumers.

    `TrackPipeline` does the rest, as on the desktop: it gives each reader the same memory,
    drops the oldest frame, counts losses, and makes black frames or silence.

    Args:
        track: The browser's track.
        pipeline: Queues the frames or samples for the consumers.
    """

    def __init__(self, track: ffi.JsObject, pipeline: TrackPipeline) -> None:
        self._track = track
        self._pipeline = pipeline
        self._ended = False
        self._check_timer: asyncio.TimerHandle | None = None

    @property
    def ended(self) -> bool:
        """Whether reading has ended; it cannot start again."""
        return self._ended

    def open_reader(self, capacity: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Add a reader; see `TrackHandle.open_reader`."""
        reader = self._pipeline.open_reader(capacity, format, self._reader_closed)
        self.update_flow()
        if self._check_timer is None:
            self._check()
            promise.started(self._run(), name=f"read the {self._track.kind} track")
        return reader

    def update_flow(self) -> None:
        """Let real media through exactly when the track is enabled and unmuted."""
        self._pipeline.set_flow(real=self._real, source_delivers=self._delivers)

    def end(self) -> None:
        """End the readers and stop reading; a second call does nothing."""
        if not self._ended:
            self._ended = True
            if self._check_timer is not None:
                self._check_timer.cancel()
            self._pipeline.end()
            self._stop()

    # --- for subclasses -------------------------------------------------------------------

    @property
    def _real(self) -> bool:
        """Whether the readers get real media: the track is enabled and not muted."""
        return bool(self._track.enabled) and not self._track.muted

    @property
    @abstractmethod
    def _delivers(self) -> bool:
        """Whether the browser delivers media; otherwise the pipeline makes blank media."""

    @abstractmethod
    async def _read(self) -> None:
        """Deliver media until the track ends or `_stop` is called."""

    @abstractmethod
    def _stop(self) -> None:
        """Release the track, so that `_read` returns; a second call does nothing."""

    # --------------------------------------------------------------------------------------

    def _check(self) -> None:
        if self._track.readyState == "ended" or not self._pipeline.readers:
            self.end()
        else:
            self._check_timer = promise.running_loop().call_later(_CHECK_INTERVAL, self._check)

    def _reader_closed(self) -> None:
        self._pipeline.readers_changed()
        if not self._pipeline.readers:
            self.end()

    async def _run(self) -> None:
        try:
            await self._read()
        except Exception as error:  # noqa: BLE001  (reported to the loop's exception handler)
            if not self._ended:  # Reading an ended track always fails.
                message = f"unhandled exception while reading the {self._track.kind} track"
                context = {"message": message, "exception": error}
                promise.running_loop().call_exception_handler(context)
        finally:
            self.end()
