"""Reads the samples of an audio track."""

from __future__ import annotations

from mediadevices.media.audio_data import AudioData
from mediadevices.pipeline.audio_pipeline import AudioPipeline
from mediadevices.pipeline.clock import MonotonicClock
from mediadevices_pyodide import ffi
from mediadevices_pyodide.audio.sources import sample_source
from mediadevices_pyodide.track_reader import TrackReader

__all__ = ["AudioTrackReader"]


class AudioTrackReader(TrackReader):
    """Reads the samples of an audio track.

    Args:
        track: The browser's track.
    """

    def __init__(self, track: ffi.JsObject) -> None:
        clock = MonotonicClock()
        super().__init__(track, AudioPipeline(clock))
        self._source = sample_source(track, clock, self._begin, self._deliver)

    @property
    def _delivers(self) -> bool:
        # Every engine delivers blocks of a disabled track; the pipeline replaces them with silence.
        return not self._track.muted

    async def _read(self) -> None:
        await self._source.run()

    def _begin(self, rate: float, channels: int) -> None:
        """Configure the pipeline for the next blocks."""
        self._pipeline.configure({"sampleRate": round(rate), "channelCount": channels}, rate)
        self.update_flow()

    def _deliver(self, data: AudioData, lost: int) -> bool:
        """Deliver a block; return whether to go on."""
        if not self._ended:
            self._pipeline.deliver(data, lost)
            self._pipeline.wake()
        return not self._ended

    def _stop(self) -> None:
        self._source.stop()
