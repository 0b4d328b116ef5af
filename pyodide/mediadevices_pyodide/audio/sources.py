"""Where the browser gives samples of a track: the routes, the most direct first."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass

from mediadevices.errors import DOMException
from mediadevices.local.clock import Clock
from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_clock import SampleClock
from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices_pyodide import ffi
from mediadevices_pyodide.audio.block_times import BlockTimes
from mediadevices_pyodide.audio.context import AudioGraph
from mediadevices_pyodide.memory import Memory
from mediadevices_pyodide.processor import Processor

__all__ = ["Arrival", "ProcessorSource", "SampleSource", "WorkletSource", "sample_source"]

#: Blocks that may wait in the browser while the page is busy: about a second.
_WAITING = 100
#: Samples of a block of the worklet's, near 10 ms; the browser works on 128 at a time.
_BLOCK = 512


@dataclass(slots=True)
class Arrival:
    """A block of samples that has come.

    Attributes:
        data: The block.
        lost: How many before it were lost, because the page was busy.
    """

    data: AudioData
    lost: int


class SampleSource(ABC):
    """Gives the samples of one track."""

    @abstractmethod
    async def next(self) -> Arrival | None:
        """Wait for the next block; None when the track has ended."""

    @abstractmethod
    def stop(self) -> None:
        """Let go of the track; again does nothing."""


def sample_source(track: ffi.JsObject, clock: Clock) -> SampleSource:
    """Return the most direct source that this engine has.

    Args:
        track: The browser's track.
        clock: Gives the time stamps.
    """
    if hasattr(ffi.window, "MediaStreamTrackProcessor"):
        return ProcessorSource(track, clock)
    return WorkletSource(track, clock)


class ProcessorSource(SampleSource):
    """By `MediaStreamTrackProcessor` in the page, as in Chromium."""

    def __init__(self, track: ffi.JsObject, clock: Clock) -> None:
        self._processor = Processor(track, _WAITING)
        self._times = BlockTimes(clock, _WAITING)
        self._memory = Memory()

    async def next(self) -> Arrival | None:
        """Wait for the next block; None when the track has ended."""
        block = await self._processor.read()
        if block is None:
            return None
        try:
            return self._copied(block)
        finally:
            block.close()

    def stop(self) -> None:
        """Let go of the track."""
        self._processor.stop()
        self._memory.close()

    def _copied(self, block: ffi.JsObject) -> Arrival:
        name, rate = str(block.format), float(block.sampleRate)
        frames, channels = int(block.numberOfFrames), int(block.numberOfChannels)
        plane_bytes = frames * SAMPLE_FORMATS[name].sample_bytes
        planes = channels if SAMPLE_FORMATS[name].planar else 1
        if planes == 1:
            plane_bytes *= channels
        slot = self._memory.take(plane_bytes * planes)
        try:
            with ffi.errors(), slot.view() as view:
                for plane in range(planes):
                    part = view.subarray(plane * plane_bytes, (plane + 1) * plane_bytes)
                    block.copyTo(part, ffi.to_js({"planeIndex": plane}))
        except BaseException:
            self._memory.give_back(slot)
            raise
        timestamp, lost = self._times.next(int(block.timestamp), frames, rate)
        data = AudioData.wrap(
            slot.buffer,
            name,
            rate,
            frames,
            channels,
            timestamp=timestamp,
            release=lambda: self._memory.give_back(slot),
        )
        return Arrival(data, lost)


class WorkletSource(SampleSource):
    """By an `AudioWorklet`, as in Firefox and WebKit."""

    def __init__(self, track: ffi.JsObject, clock: Clock) -> None:
        self._track = track
        self._clock = clock
        self._memory = Memory()
        self._waiting: deque[Arrival] = deque()  # no more than the worklet has been granted
        self._arrived = asyncio.Event()
        self._ended = False
        self._graph: AudioGraph | None = None
        self._port: ffi.JsObject | None = None
        self._times: SampleClock | None = None
        self._listener = ffi.create_proxy(self._on_message)

    async def next(self) -> Arrival | None:
        """Wait for the next block; None when the track has ended."""
        if self._graph is None and not self._ended:
            await self._open()
        while not self._waiting:
            if self._ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        if self._port is not None:
            self._port.postMessage(1)  # One more may come.
        return self._waiting.popleft()

    def stop(self) -> None:
        """Let go of the track."""
        if self._graph is not None:
            self._graph.close()
            self._graph = None
        if self._port is not None:
            self._port.postMessage("stop")
            self._port.onmessage = None
            self._port = None
        if not self._memory.closed:
            self._listener.destroy()
            self._memory.close()
        while self._waiting:
            self._waiting.popleft().data.close()
        self._ended = True
        self._arrived.set()

    async def _open(self) -> None:
        self._graph = graph = AudioGraph()
        self._times = SampleClock(graph.sample_rate)
        try:
            await graph.load()
        except DOMException:
            if not self._ended:
                raise
        if self._ended:  # Somebody has stopped it meanwhile.
            return
        stream = ffi.new("MediaStream", ffi.to_js([self._track]))
        options = {"numberOfOutputs": 0, "processorOptions": {"block": _BLOCK, "grant": _WAITING}}
        port = self._port = graph.capture(stream, options)
        port.onmessage = self._listener

    def _on_message(self, event: ffi.JsObject) -> None:
        message = event.data
        graph, times = self._graph, self._times
        if self._ended or graph is None or times is None:
            return
        samples, channels, lost = message.samples, int(message.channels), int(message.lost)
        slot = self._memory.take(int(samples.byteLength))
        samples.assign_to(memoryview(slot.buffer).cast("f"))
        if lost:
            times.skip()
        # While the page was busy the message has waited: one clock tells on both sides how long.
        waited = max(0.0, (ffi.window.Date.now() - message.time) / 1000)
        data = AudioData.wrap(
            slot.buffer,
            "f32-planar",
            graph.sample_rate,
            _BLOCK,
            channels,
            timestamp=times.stamp(self._clock.now() / 1e6 - waited, 0.0, _BLOCK),
            release=lambda: self._memory.give_back(slot),
        )
        self._waiting.append(Arrival(data, lost))
        self._arrived.set()
