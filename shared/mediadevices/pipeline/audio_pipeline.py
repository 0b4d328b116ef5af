"""What an audio track makes of its source's samples: the right rate and channels, or silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mediadevices.agent_protocol.handles import MediaData
from mediadevices.implementations import resampler_factory
from mediadevices.media.audio_data import AudioData
from mediadevices.media.channel_mixing import mix_channels
from mediadevices.media.resampling import Resampler
from mediadevices.media.silence import silence
from mediadevices.pipeline.clock import Clock
from mediadevices.pipeline.track_pipeline import TrackPipeline, pass_on
from mediadevices.webidl import conversion

__all__ = ["AudioPipeline"]

#: Seconds of one block of silence that a track makes by itself.
SILENT_BLOCK = 0.01
#: Parts of a block that must be missing before it to be called lost; less is the clock's leaning.
_LOSS = 0.5


class AudioPipeline(TrackPipeline):
    """The way out of an audio track: channels, sample rate, silence.

    Args:
        clock: The agent's clock.
        rising: Whether time stamps must rise; see `TrackPipeline`.
        gapless: The source's samples follow one another, as a device's do, so that a gap between
            two time stamps tells what was lost, wherever that was: in the device, in the system, or
            before a busy event loop. A program may stamp what it writes to a generator as it likes.
    """

    __slots__ = (
        "_channels",
        "_delivered",
        "_delivered_seconds",
        "_expected",
        "_format",
        "_gapless",
        "_latencies",
        "_latency",
        "_rate",
        "_resampler",
        "_resampler_key",
        "_total",
        "_total_seconds",
    )

    def __init__(self, clock: Clock, *, rising: bool = True, gapless: bool = False) -> None:
        super().__init__(clock, rising=rising)
        self._gapless = gapless
        self._expected: int | None = None  # the time stamp of the next block, if nothing is lost
        self._rate, self._channels, self._format = 48000, 1, "f32"
        self._resampler: Resampler | None = None
        self._resampler_key: tuple[float, int, int] | None = None
        # In samples of the track's rate, which may be a fraction of the source's.
        self._delivered = self._total = 0.0
        self._delivered_seconds = self._total_seconds = 0.0
        self._latency = 0.0
        # Count, sum, least and greatest since the last reset.
        self._latencies = (0, 0.0, 0.0, 0.0)

    def configure(self, settings: Mapping[str, object], native_rate: float) -> None:  # noqa: ARG002  (each block says its own rate)
        """Take over the track's settings."""
        rate, channels = settings.get("sampleRate"), settings.get("channelCount")
        if isinstance(rate, int) and isinstance(channels, int):
            self._rate, self._channels = rate, channels

    def set_flow(self, *, real: bool, source_delivers: bool) -> None:
        """Say whether the media are to be real, and whether the source delivers any."""
        super().set_flow(real=real, source_delivers=source_delivers)
        if not real:
            self._expected = None

    def deliver(self, data: MediaData, lost: int) -> None:
        """Pass on a block of the source's samples."""
        if not isinstance(data, AudioData):
            return
        timestamp, rate, channels = data.timestamp, data.sample_rate, data.number_of_channels
        if self._real:
            self._count(timestamp, data.number_of_frames, rate, data.duration)
        readers = self._begin(timestamp, lost)
        if not readers or not self._real:
            # What it holds back is from before the gap; whoever reads later starts anew.
            self._resampler = None
        if not readers:
            return
        self._format = data.format or self._format
        if self._real:
            if rate == self._rate and channels == self._channels:
                pass_on(data, readers)
            elif (out := self._converted(data)) is not None:
                with out:
                    pass_on(out, readers)
            return
        frames = round(data.number_of_frames * self._rate / rate)
        with silence(self._format, self._rate, frames, self._channels, timestamp) as quiet:
            pass_on(quiet, readers)

    def stats(self) -> dict[str, float]:
        """Return the numbers of `MediaStreamTrackAudioStats`; durations in milliseconds."""
        count, total, least, greatest = self._latencies
        return {
            "deliveredFrames": round(self._delivered),
            "deliveredFramesDuration": self._delivered_seconds * 1000,
            "totalFrames": round(self._total),
            "totalFramesDuration": self._total_seconds * 1000,
            "latency": self._latency,
            "averageLatency": total / count if count else 0.0,
            "minimumLatency": least,
            "maximumLatency": greatest,
        }

    def reset_latency(self) -> None:
        """Let average, least and greatest latency start from the current one."""
        self._latencies = (1, self._latency, self._latency, self._latency)

    def _count(self, timestamp: int, source_frames: int, rate: float, duration: int) -> None:
        seconds = source_frames / rate
        frames = source_frames * self._rate / rate
        self._delivered += frames
        self._delivered_seconds += seconds
        if self._gapless and self._expected is not None:
            missing = (timestamp - self._expected) / 1e6
            if missing > _LOSS * seconds:
                frames, seconds = frames + round(missing * self._rate), seconds + missing
        self._total += frames
        self._total_seconds += seconds
        self._expected = timestamp + duration
        self._latency = latency = max(0.0, (self._clock.now() - timestamp) / 1000)
        count, total, least, greatest = self._latencies
        self._latencies = (
            count + 1,
            total + latency,
            min(least, latency) if count else latency,
            max(greatest, latency),
        )

    def _converted(self, data: AudioData) -> AudioData | None:
        """Return the block in the track's channels and rate; None while the resampler fills."""
        mixed = mix_channels(data, self._channels)
        if mixed.sample_rate == self._rate:
            return mixed
        key = (mixed.sample_rate, self._rate, self._channels)
        if self._resampler is None or self._resampler_key != key:
            self._resampler, self._resampler_key = resampler_factory()(*key), key
        with mixed:
            return self._resampler.process(mixed)

    def _finisher(self, format: str | None) -> Callable[[MediaData], MediaData]:  # noqa: A002  (the standard's name)
        if format is not None:
            path = "format"
            raise conversion.wrong_type(path, "None for audio; see AudioData.copy_to", format)
        return lambda data: data

    def _filling(self, timestamp: int) -> AudioData:
        frames = round(self._rate * SILENT_BLOCK)
        return silence(self._format, self._rate, frames, self._channels, timestamp)

    def _filling_interval(self) -> float:
        return SILENT_BLOCK
