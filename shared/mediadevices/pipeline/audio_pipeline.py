"""Delivers samples to an audio track's readers: resampled, mixed, or silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.media.audio_data import AudioData
from mediadevices.media.channel_mixing import mix_channels
from mediadevices.media.silence import silence
from mediadevices.pipeline.clock import Clock
from mediadevices.pipeline.rate_converter import RateConverter
from mediadevices.pipeline.track_pipeline import TrackPipeline, put_clones
from mediadevices.webidl import conversion

__all__ = ["AudioPipeline"]

#: The length of the timer's blocks of silence, in seconds.
SILENT_BLOCK = 0.01
#: A gap of at least this fraction of a block means lost samples; smaller gaps are clock drift.
_MIN_GAP = 0.5


class AudioPipeline(TrackPipeline):
    """Delivers blocks of samples to the readers of an audio track.

    Args:
        clock: The agent's clock.
        monotonic: Whether timestamps must increase; see `TrackPipeline`.
        contiguous: Whether the source's blocks follow one another, as for devices. Then a gap
            between two timestamps means that samples were lost: in the device, in the system, or
            because the event loop was busy.
    """

    __slots__ = (
        "_channels",
        "_contiguous",
        "_delivered",
        "_delivered_seconds",
        "_expected",
        "_format",
        "_latencies",
        "_latency",
        "_rate",
        "_resampler",
        "_total",
        "_total_seconds",
    )

    def __init__(self, clock: Clock, *, monotonic: bool = True, contiguous: bool = False) -> None:
        super().__init__(clock, monotonic=monotonic)
        self._contiguous = contiguous
        self._expected: int | None = None  # the timestamp of the next block, if no samples are lost
        self._rate, self._channels, self._format = 48000, 1, "f32"
        self._resampler = RateConverter()
        # Samples at the track's rate; a block may hold a fraction of a sample.
        self._delivered = self._total = 0.0
        self._delivered_seconds = self._total_seconds = 0.0
        self._latency = 0.0
        # Count, sum, minimum and maximum since the last reset.
        self._latencies = (0, 0.0, 0.0, 0.0)

    def configure(self, settings: Mapping[str, object], native_rate: float) -> None:  # noqa: ARG002  (each block has its own rate)
        """Set the track's settings."""
        rate, channels = settings.get("sampleRate"), settings.get("channelCount")
        if isinstance(rate, int) and isinstance(channels, int):
            self._rate, self._channels = rate, channels

    def set_flow(self, *, real: bool, source_delivers: bool) -> None:
        """Set whether the readers get real samples, and whether the source delivers any now."""
        super().set_flow(real=real, source_delivers=source_delivers)
        if not real:
            self._expected = None

    def deliver(self, data: MediaData, lost: int) -> None:
        """Queue a block of the source's samples, in the track's rate and channels."""
        if not isinstance(data, AudioData):
            return
        timestamp, rate, channels = data.timestamp, data.sample_rate, data.number_of_channels
        if self._real:
            self._count(timestamp, data.number_of_frames, rate, data.duration)
        readers = self._accept(timestamp, lost)
        if not readers or not self._real:
            # Later readers must not get the resampler's samples from before the gap.
            self._resampler.reset()
        if not readers:
            return
        self._format = data.format or self._format
        if self._real:
            if rate == self._rate and channels == self._channels:
                put_clones(data, readers)
            elif (out := self._convert(data)) is not None:
                with out:
                    put_clones(out, readers)
            return
        frames = round(data.number_of_frames * self._rate / rate)
        with silence(self._format, self._rate, frames, self._channels, timestamp) as filler:
            put_clones(filler, readers)

    def stats(self) -> dict[str, float]:
        """Return the numbers of `MediaStreamTrackAudioStats`; durations in milliseconds."""
        count, total, minimum, maximum = self._latencies
        return {
            "deliveredFrames": round(self._delivered),
            "deliveredFramesDuration": self._delivered_seconds * 1000,
            "totalFrames": round(self._total),
            "totalFramesDuration": self._total_seconds * 1000,
            "latency": self._latency,
            "averageLatency": total / count if count else 0.0,
            "minimumLatency": minimum,
            "maximumLatency": maximum,
        }

    def reset_latency(self) -> None:
        """Restart the minimum, maximum and average from the current latency."""
        self._latencies = (1, self._latency, self._latency, self._latency)

    def _count(self, timestamp: int, source_frames: int, rate: float, duration: int) -> None:
        seconds = source_frames / rate
        frames = source_frames * self._rate / rate
        self._delivered += frames
        self._delivered_seconds += seconds
        if self._contiguous and self._expected is not None:
            missing = (timestamp - self._expected) / 1e6
            if missing > _MIN_GAP * seconds:
                frames, seconds = frames + round(missing * self._rate), seconds + missing
        self._total += frames
        self._total_seconds += seconds
        self._expected = timestamp + duration
        self._latency = latency = max(0.0, (self._clock.now() - timestamp) / 1000)
        count, total, minimum, maximum = self._latencies
        self._latencies = (
            count + 1,
            total + latency,
            min(minimum, latency) if count else latency,
            max(maximum, latency),
        )

    def _convert(self, data: AudioData) -> AudioData | None:
        """Return the block in the track's channels and rate; None while the resampler fills."""
        mixed = mix_channels(data, self._channels)
        if mixed.sample_rate == self._rate:
            return mixed
        with mixed:
            return self._resampler.convert(mixed, self._rate)

    def _converter(self, format: str | None) -> Callable[[MediaData], MediaData]:  # noqa: A002  (the standard's name)
        if format is not None:
            path = "format"
            raise conversion.wrong_type(path, "None for audio; see AudioData.copy_to", format)
        return lambda data: data

    def _make_filler(self, timestamp: int) -> AudioData:
        frames = round(self._rate * SILENT_BLOCK)
        return silence(self._format, self._rate, frames, self._channels, timestamp)

    def _filler_interval(self) -> float:
        return SILENT_BLOCK
