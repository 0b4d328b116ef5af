"""Samples out of an audio track."""

from __future__ import annotations

from mediadevices.local.audio_output import AudioOutput
from mediadevices.local.clock import MonotonicClock
from mediadevices.media.audio_data import AudioData
from mediadevices_pyodide import ffi
from mediadevices_pyodide.audio.sources import sample_source
from mediadevices_pyodide.tap import Tap

__all__ = ["AudioTap"]


class AudioTap(Tap):
    """Reads the samples of an audio track.

    Args:
        track: The browser's track.
    """

    def __init__(self, track: ffi.JsObject) -> None:
        clock = MonotonicClock()
        super().__init__(track, AudioOutput(clock))
        self._source = sample_source(track, clock, self._deliver)
        self._shape = (0, 0)

    @property
    def _delivers(self) -> bool:
        # Of a disabled track every engine gives blocks, whose place silence can take.
        return not self._track.muted

    async def _read(self) -> None:
        await self._source.run()

    def _deliver(self, data: AudioData, lost: int) -> bool:
        """Deliver a block; return whether more are wanted."""
        if not self._output.readers:
            self.end()
        if self.ended:
            return False
        shape = (round(data.sample_rate), data.number_of_channels)
        if self._shape != shape:
            self._shape = shape
            settings = {"sampleRate": shape[0], "channelCount": shape[1]}
            self._output.configure(settings, shape[0])
        self.update_flow()
        if self._delivers:
            self._output.deliver(data, lost)
            self._output.wake()
        return not self.ended

    def _stop(self) -> None:
        self._source.stop()
