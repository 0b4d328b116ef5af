"""One reading of a browser's track for any number of consumers."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from mediadevices.agent_protocol.handles import FrameReader
from mediadevices.pipeline.track_pipeline import TrackPipeline
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["TrackReader"]

#: Seconds between two looks whether JavaScript has stopped the track, or the program has dropped
#: the last reader without closing it: of neither an event tells.
_LOOK = 0.25


class TrackReader(ABC):
    """Reads a track, from its first reader until there is none.

    `TrackPipeline` does the rest, as on the desktop: it gives each reader the same memory,
    drops the oldest frame, counts losses, and makes black frames or silence.

    Args:
        track: The browser's track.
        pipeline: What the readers read from.
    """

    def __init__(self, track: ffi.JsObject, pipeline: TrackPipeline) -> None:
        self._track = track
        self._pipeline = pipeline
        self._ended = False
        self._looking: asyncio.TimerHandle | None = None

    @property
    def ended(self) -> bool:
        """Whether it reads no more, and will not again."""
        return self._ended

    def open_reader(self, capacity: int, format: str | None) -> FrameReader:  # noqa: A002  (the standard's name)
        """Add a reader; see `TrackHandle.open_reader`."""
        reader = self._pipeline.open_reader(capacity, format, self._reader_closed)
        self.update_flow()
        if self._looking is None:
            self._look()
            promise.started(self._run(), name=f"read the {self._track.kind} track")
        return reader

    def update_flow(self) -> None:
        """Let real media through exactly when the track is enabled and unmuted."""
        self._pipeline.set_flow(real=self._real, source_delivers=self._delivers)

    def end(self) -> None:
        """Tell the readers that nothing more comes."""
        if not self._ended:
            self._ended = True
            if self._looking is not None:
                self._looking.cancel()
            self._pipeline.end()
            self._stop()

    # --- for subclasses -------------------------------------------------------------------

    @property
    def _real(self) -> bool:
        """Whether readers are to get what the browser gives."""
        return bool(self._track.enabled) and not self._track.muted

    @property
    @abstractmethod
    def _delivers(self) -> bool:
        """Whether the browser gives anything that fits in the track's time."""

    @abstractmethod
    async def _read(self) -> None:
        """Deliver what comes until the track ends or `_stop` was called."""

    @abstractmethod
    def _stop(self) -> None:
        """Let go of the track, so that `_read` returns; again does nothing."""

    # --------------------------------------------------------------------------------------

    def _look(self) -> None:
        if self._track.readyState == "ended" or not self._pipeline.readers:
            self.end()
        else:
            self._looking = promise.running_loop().call_later(_LOOK, self._look)

    def _reader_closed(self) -> None:
        self._pipeline.readers_changed()
        if not self._pipeline.readers:
            self.end()

    async def _run(self) -> None:
        try:
            await self._read()
        except Exception as error:  # noqa: BLE001  (the readers end, and the program hears why)
            if not self._ended:  # Of a track that has ended meanwhile, a browser gives no frames.
                message = f"unhandled exception while reading the {self._track.kind} track"
                context = {"message": message, "exception": error}
                promise.running_loop().call_exception_handler(context)
        finally:
            self.end()
