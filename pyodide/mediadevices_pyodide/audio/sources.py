"""The ways to read samples from a track, the most direct first."""

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

#: The capacity of the browser's queue in blocks: about a second, for when the page is busy.
_QUEUE_BLOCKS = 100
#: Samples in one block of the worklet, about 10 ms; a multiple of the 128 of the audio graph.
_BLOCK_SAMPLES = 512


class SampleSource(ABC):
    """Delivers the samples of one track.

    Args:
        track: The browser's track.
        clock: The agent's clock, for the timestamps.
        begin: Called with the sample rate in hertz and the number of channels, before the first
            block and whenever they or the state of the track have changed.
        deliver: Called with each block, and with how many blocks were lost before it because the
            page was busy. The source closes the block. Returns whether to go on.
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
        self._pool: BufferPool | None = None

    @abstractmethod
    async def run(self) -> None:
        """Deliver blocks until the track ends or `deliver` returns False."""

    @abstractmethod
    def stop(self) -> None:
        """Release the track, so that `run` returns."""
        if self._pool is not None:
            self._pool.close()

    # --- called by JavaScript ---------------------------------------------------------------

    def _shaped(self, name: str, rate: float, frames: int, channels: int) -> ffi.JsObject:
        """Note the format of the next blocks; return the buffer to write them to."""
        assert self._pool is not None
        self._shape = (name, rate, frames, channels)
        self._begin(rate, channels)
        return self._pool.resize(frames * channels * SAMPLE_FORMATS[name].sample_bytes)

    def _arrived(self, time: float, lost: int) -> ffi.JsObject | None:
        """Deliver the block that was written; return the next buffer, or None to stop."""
        assert self._pool is not None
        timestamp, lost = self._stamped(time, lost)
        buffer, release = self._pool.take()
        data = AudioData.wrap(buffer, *self._shape, timestamp=timestamp, release=release)
        wanted = self._deliver(data, lost)
        data.close()
        return self._pool.next() if wanted else None

    @abstractmethod
    def _stamped(self, time: float, lost: int) -> tuple[int, int]:
        """Return the timestamp of a block, and how many blocks were lost before it."""


class ProcessorSource(SampleSource):
    """Reads samples with `MediaStreamTrackProcessor`, as in Chromium."""

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
        self._times = BlockTimes(clock, _QUEUE_BLOCKS)

    async def run(self) -> None:
        """Deliver blocks until the track ends or `deliver` returns False."""
        script = await reader_script.script()
        self._pool = BufferPool(script.slot)
        with ffi.callbacks(shaped=self._shaped, arrived=self._arrived) as callbacks:
            await ffi.awaited(script.blocks(self._track, self._reader, callbacks))

    def stop(self) -> None:
        """Release the track."""
        super().stop()
        self._reader.cancel()

    def _stamped(self, time: float, lost: int) -> tuple[int, int]:  # noqa: ARG002  (BlockTimes detects losses)
        _, rate, frames, _ = self._shape
        return self._times.next(int(time), frames, rate)


class WorkletSource(SampleSource):
    """Reads samples with an `AudioWorklet`, as in Firefox and WebKit."""

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
        """Deliver blocks until the track ends or `deliver` returns False."""
        script = await reader_script.script()
        if self._ended.is_set():
            return
        self._graph = graph = AudioGraph()
        self._times = SampleClock(graph.sample_rate)
        self._pool = BufferPool(script.slot)
        try:
            await graph.load()
        except DOMException:
            if not self._ended.is_set():
                raise
        if self._ended.is_set():  # `stop` was called meanwhile.
            return
        stream = ffi.new("MediaStream", ffi.to_js([self._track]))
        options = {
            "numberOfOutputs": 0,
            "processorOptions": {"block": _BLOCK_SAMPLES, "grant": _QUEUE_BLOCKS},
        }
        self._port = graph.capture(stream, options)
        with ffi.callbacks(shaped=self._shaped, arrived=self._arrived) as callbacks:
            finish = script.messages(self._track, self._port, graph.sample_rate, callbacks)
            try:
                await self._ended.wait()
            finally:
                finish()

    def stop(self) -> None:
        """Release the track."""
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
    """Return the most direct source that this engine offers; see `SampleSource`."""
    reader = reader_script.new_reader(track, _QUEUE_BLOCKS)
    if reader is not None:
        return ProcessorSource(track, clock, begin, deliver, reader)
    return WorkletSource(track, clock, begin, deliver)
