"""Generators: browser tracks whose media the program writes, by the most direct way."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from mediadevices.agent_protocol.generators import GeneratorHandle
from mediadevices.agent_protocol.handles import MediaData
from mediadevices.errors import InvalidStateError
from mediadevices.kinds import Kind
from mediadevices.media.audio_data import AudioData
from mediadevices.media.pixel_operations import black_frame
from mediadevices.media.silence import silence
from mediadevices.media.video_frame import VideoFrame
from mediadevices.pipeline.generator_writes import check_writable
from mediadevices.pipeline.rate_converter import RateConverter
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi
from mediadevices_pyodide.audio.context import AudioGraph
from mediadevices_pyodide.track import BrowserTrack, GeneratorTracks
from mediadevices_pyodide.video.browser_frames import can_hold, js_frame
from mediadevices_pyodide.video.drawing import Drawing

__all__ = ["create_generator"]

#: Seconds of audio that may be queued before `write` waits.
_MAX_QUEUED = 1.0
#: Seconds between two checks whether JavaScript stopped the tracks, which fires no event.
_CHECK_INTERVAL = 0.25


def create_generator(kind: Kind) -> GeneratorHandle:
    """Return a generator of the most direct kind that this engine supports.

    Args:
        kind: ``"video"`` or ``"audio"``.
    """
    if hasattr(ffi.window, "MediaStreamTrackGenerator"):
        return DirectGenerator(kind)
    return CanvasGenerator() if kind == "video" else PlaybackGenerator()


class BrowserGenerator(GeneratorHandle, ABC):
    """What all generators have in common.

    Args:
        track: The browser's track.
    """

    def __init__(self, track: ffi.JsObject) -> None:
        self._track = ffi.wrapper_of(BrowserTrack, track)
        self._tracks = self._track.generator_tracks = GeneratorTracks(self._track)

    @property
    def track(self) -> BrowserTrack:
        """The first track."""
        return self._track

    @property
    def muted(self) -> bool:
        """Whether the track gives black frames or silence instead of the written media."""
        return self._tracks.muted

    @muted.setter
    def muted(self, value: bool) -> None:
        if value != self._tracks.muted:
            self._tracks.muted = value
            for track in tuple(self._tracks.tracks):
                track.source_muted()

    def write(self, data: MediaData) -> asyncio.Future[None]:
        """Give a frame or block to the tracks, and close it."""
        self._tracks.tracks = [one for one in self._tracks.tracks if one.ready_state == "live"]
        if not self._tracks.tracks:
            self._release()
        try:
            check_writable(data, self._tracks.tracks)
        except InvalidStateError as error:
            return promise.rejected(error)
        return promise.started(self._write_and_close(data), name="write to a generator")

    def close(self) -> None:
        """End the tracks, each in a task of its own, with its event."""
        for track in tuple(self._tracks.tracks):
            track.end_soon()
        self._release()

    def writer_lost(self) -> None:
        """End the tracks, because the program has dropped every object that it could write to."""
        self.close()

    async def _write_and_close(self, data: MediaData) -> None:
        with data:
            if not self.muted:
                await self._give(data)
                return
            with _blank_like(data) as blank:
                await self._give(blank)

    @abstractmethod
    async def _give(self, data: MediaData) -> None:
        """Pass a frame or block to the browser."""

    def _release(self) -> None:
        """Release the resources of the generator; a second call does nothing."""


class DirectGenerator(BrowserGenerator):
    """Writes to a `MediaStreamTrackGenerator`, as in Chromium."""

    def __init__(self, kind: Kind) -> None:
        generator = ffi.new("MediaStreamTrackGenerator", ffi.to_js({"kind": kind}))
        self._writer = generator.writable.getWriter()
        self._drawing: Drawing | None = None
        super().__init__(generator)

    async def _give(self, data: MediaData) -> None:
        js = await self._js_frame(data) if isinstance(data, VideoFrame) else js_audio(data)
        try:
            await ffi.awaited(self._writer.write(js))
        finally:
            js.close()  # The track has a clone.

    async def _js_frame(self, frame: VideoFrame) -> ffi.JsObject:
        if can_hold(frame):
            return js_frame(frame)
        if self._drawing is None:
            self._drawing = Drawing()
        await self._drawing.draw(frame)
        init: dict[str, object] = {"timestamp": frame.timestamp}
        if frame.duration is not None:
            init["duration"] = frame.duration
        return ffi.new("VideoFrame", self._drawing.canvas, ffi.to_js(init))


class CanvasGenerator(BrowserGenerator):
    """Draws frames on a hidden canvas whose stream is captured, as in Firefox and WebKit."""

    def __init__(self) -> None:
        self._drawing = Drawing()
        self._stream = self._drawing.canvas.captureStream(0)
        super().__init__(self._stream.getVideoTracks()[0])

    async def _give(self, data: MediaData) -> None:
        assert isinstance(data, VideoFrame)
        for track in tuple(self._tracks.tracks):
            await track.attached()
        await self._drawing.draw(data)
        # Firefox has `requestFrame` on the stream, as in an older version of the standard.
        old = hasattr(self._stream, "requestFrame")
        for source in [self._stream] if old else [track.js for track in self._tracks.tracks]:
            source.requestFrame()


class PlaybackGenerator(BrowserGenerator):
    """Plays samples into a stream with an `AudioWorklet`, as in Firefox and WebKit."""

    def __init__(self) -> None:
        self._graph = AudioGraph()
        self._target = self._graph.destination()
        self._port: ffi.JsObject | None = None
        self._resampler = RateConverter()
        self._queued = 0  # samples that the worklet has not played yet
        self._played = asyncio.Event()
        self._opening = asyncio.Lock()
        self._released = False
        self._listener = ffi.create_proxy(self._on_played)
        super().__init__(self._target.stream.getAudioTracks()[0])
        self._check_timer = promise.running_loop().call_later(_CHECK_INTERVAL, self._check_tracks)

    async def _give(self, data: MediaData) -> None:
        assert isinstance(data, AudioData)
        async with self._opening:  # Blocks keep their order.
            port = await self._opened()
            block = self._resampled(data)
            if block is None:
                return
            with block:
                while self._queued > _MAX_QUEUED * self._graph.sample_rate:
                    self._played.clear()
                    await self._played.wait()
                self._check_open()
                self._queued += block.number_of_frames
                size = block.allocation_size(plane_index=0, format="f32-planar")
                channels = block.number_of_channels
                samples = bytearray(size * channels)
                view = memoryview(samples)
                for index in range(channels):
                    part = view[index * size : (index + 1) * size]
                    block.copy_to(part, plane_index=index, format="f32-planar")
            message = ffi.to_js({"channels": channels})
            message.samples = ffi.to_typed_array(view.cast("f"))
            port.postMessage(message)

    async def _opened(self) -> ffi.JsObject:
        """Return the port of the worklet; load the worklet the first time."""
        self._check_open()
        if self._port is None:
            try:
                await self._graph.load()
            finally:
                self._check_open()
            port = self._port = self._graph.play(self._target)
            port.onmessage = self._listener
        return self._port

    def _check_open(self) -> None:
        if self._released:
            raise InvalidStateError("the generator was closed meanwhile")

    def _resampled(self, data: AudioData) -> AudioData | None:
        rate = self._graph.sample_rate
        if data.sample_rate == rate:
            return data.clone()
        return self._resampler.convert(data, rate)

    def _check_tracks(self) -> None:
        """Close the graph once every track has ended; otherwise it would run for ever."""
        if any(track.ready_state == "live" for track in self._tracks.tracks):
            self._check_timer = promise.running_loop().call_later(
                _CHECK_INTERVAL, self._check_tracks
            )
        else:
            self._release()

    def _on_played(self, event: ffi.JsObject) -> None:
        self._queued -= int(event.data)
        self._played.set()

    def _release(self) -> None:
        if self._released:
            return
        self._released = True
        self._check_timer.cancel()
        if self._port is not None:
            self._port.postMessage("stop")
            self._port.onmessage = None
            self._port = None
        self._listener.destroy()
        self._graph.close()
        self._queued = 0
        self._played.set()


def js_audio(data: AudioData) -> ffi.JsObject:
    """Return a block as the browser's `AudioData`; the caller closes it.

    Raises:
        DOMException: The browser rejects the block; or TypeError.
    """
    init = ffi.to_js(
        {
            "format": data.format,
            "sampleRate": data.sample_rate,
            "numberOfFrames": data.number_of_frames,
            "numberOfChannels": data.number_of_channels,
            "timestamp": data.timestamp,
        }
    )
    init.data = ffi.to_typed_array(data.data)
    return ffi.new("AudioData", init)


def _blank_like(data: MediaData) -> MediaData:
    """Return a black frame or a block of silence of the same size and time."""
    if isinstance(data, VideoFrame):
        name = data.geometry.format.name
        size = (data.display_width, data.display_height)
        return black_frame(name, *size, data.timestamp, data.duration)
    assert data.format is not None
    shape = (round(data.sample_rate), data.number_of_frames, data.number_of_channels)
    return silence(data.format, *shape, data.timestamp)
