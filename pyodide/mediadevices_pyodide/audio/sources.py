"""Where the browser gives samples of a track: the routes, the most direct first."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from mediadevices.errors import DOMException
from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_clock import SampleClock
from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices.pipeline.clock import Clock
from mediadevices_pyodide import ffi, reader_script
from mediadevices_pyodide.audio.block_times import BlockTimes
from mediadevices_pyodide.audio.context import AudioGraph
from mediadevices_pyodide.buffer_pool import BufferPool

__all__ = ["SampleSource", "sample_source"]

#: Blocks that may wait in the browser while the page is busy: about a second.
_WAITING = 100
#: Samples of a block of the worklet's, near 10 ms; the browser works on 128 at a time.
_BLOCK = 512


class SampleSource(ABC):
    """Gives the samples of one track.

    Args:
        track: The browser's track.
        clock: Gives the time stamps.
        begin: Called with the hertz and channels of what comes next, whenever they or the state of
            the track have changed.
        deliver: Called with each block, which stays the source's, and with how many before it were
            lost because the page was busy; returns whether more are wanted.
    """

    def __init__(
        self,
        track: ffi.JsObject,
        clock: Clock,
        begin: Callable[[float, int], None],
        deliver: Callable[[AudioData, int], bool],
    ) -> None:
        self._track = track
        self._clock = clock
        self._begin = begin
        self._deliver = deliver
        self._shape = ("", 0.0, 0, 0)
        self._memory: BufferPool | None = None

    @abstractmethod
    async def run(self) -> None:
        """Give blocks until the track ends or no more are wanted."""

    @abstractmethod
    def stop(self) -> None:
        """Let go of the track, so that `run` returns."""
        if self._memory is not None:
            self._memory.close()

    # --- for subclasses: what JavaScript calls ----------------------------------------------

    def _shaped(self, name: str, rate: float, frames: int, channels: int) -> ffi.JsObject:
        """Take note of what the next blocks are like; return where to write them."""
        assert self._memory is not None
        self._shape = (name, rate, frames, channels)
        self._begin(rate, channels)
        return self._memory.resize(frames * channels * SAMPLE_FORMATS[name].sample_bytes)

    def _arrived(self, time: float, lost: int) -> ffi.JsObject | None:
        """Deliver what was written; return where to write the next one, or None for no more."""
        assert self._memory is not None
        timestamp, lost = self._stamped(time, lost)
        buffer, release = self._memory.written()
        data = AudioData.wrap(buffer, *self._shape, timestamp=timestamp, release=release)
        wanted = self._deliver(data, lost)
        data.close()
        return self._memory.next() if wanted else None

    @abstractmethod
    def _stamped(self, time: float, lost: int) -> tuple[int, int]:
        """Return a block's time on our clock, and how many before it were lost."""


class ProcessorSource(SampleSource):
    """By `MediaStreamTrackProcessor` in the page, as in Chromium."""

    def __init__(
        self,
        track: ffi.JsObject,
        clock: Clock,
        begin: Callable[[float, int], None],
        deliver: Callable[[AudioData, int], bool],
        reader: ffi.JsObject,
    ) -> None:
        super().__init__(track, clock, begin, deliver)
        self._reader = reader
        self._times = BlockTimes(clock, _WAITING)

    async def run(self) -> None:
        """Give blocks until the track ends or no more are wanted."""
        script = await reader_script.script()
        self._memory = BufferPool(script.slot)
        with ffi.callbacks(shaped=self._shaped, arrived=self._arrived) as told:
            await ffi.awaited(script.blocks(self._track, self._reader, told))

    def stop(self) -> None:
        """Let go of the track."""
        super().stop()
        self._reader.cancel()

    def _stamped(self, time: float, lost: int) -> tuple[int, int]:  # noqa: ARG002  (found out here)
        _, rate, frames, _ = self._shape
        return self._times.next(int(time), frames, rate)


class WorkletSource(SampleSource):
    """By an `AudioWorklet`, as in Firefox and WebKit."""

    def __init__(
        self,
        track: ffi.JsObject,
        clock: Clock,
        begin: Callable[[float, int], None],
        deliver: Callable[[AudioData, int], bool],
    ) -> None:
        super().__init__(track, clock, begin, deliver)
        self._ended = asyncio.Event()
        self._graph: AudioGraph | None = None
        self._port: ffi.JsObject | None = None
        self._times = SampleClock(1.0)

    async def run(self) -> None:
        """Give blocks until the track ends or no more are wanted."""
        script = await reader_script.script()
        if self._ended.is_set():
            return
        self._graph = graph = AudioGraph()
        self._times = SampleClock(graph.sample_rate)
        self._memory = BufferPool(script.slot)
        try:
            await graph.load()
        except DOMException:
            if not self._ended.is_set():
                raise
        if self._ended.is_set():  # Somebody has stopped it meanwhile.
            return
        stream = ffi.new("MediaStream", ffi.to_js([self._track]))
        options = {"numberOfOutputs": 0, "processorOptions": {"block": _BLOCK, "grant": _WAITING}}
        self._port = graph.capture(stream, options)
        with ffi.callbacks(shaped=self._shaped, arrived=self._arrived) as told:
            finish = script.messages(self._track, self._port, graph.sample_rate, told)
            try:
                await self._ended.wait()
            finally:
                finish()

    def stop(self) -> None:
        """Let go of the track."""
        super().stop()
        if self._graph is not None:
            self._graph.close()
            self._graph = None
        if self._port is not None:
            self._port.postMessage("stop")
            self._port = None
        self._ended.set()

    def _stamped(self, time: float, lost: int) -> tuple[int, int]:
        if lost:
            self._times.skip()
        _, rate, frames, _ = self._shape
        now = self._clock.now() / 1e6
        return self._times.place(now, now - time / 1000 - frames / rate, frames), lost


def sample_source(
    track: ffi.JsObject,
    clock: Clock,
    begin: Callable[[float, int], None],
    deliver: Callable[[AudioData, int], bool],
) -> SampleSource:
    """Return the most direct source that this engine has; see `SampleSource`."""
    reader = reader_script.new_reader(track, _WAITING)
    if reader is not None:
        return ProcessorSource(track, clock, begin, deliver, reader)
    return WorkletSource(track, clock, begin, deliver)
