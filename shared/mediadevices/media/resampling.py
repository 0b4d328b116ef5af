"""Changes of the sample rate, block by block."""

from __future__ import annotations

from array import array
from typing import Protocol

from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_formats import (
    SAMPLE_FORMATS,
    Samples,
    convert_channel,
    join_channels,
)

__all__ = [
    "LinearResampler",
    "Resampler",
    "ResamplerClock",
    "ResamplerFactory",
]


class Resampler(Protocol):
    """Changes the sample rate of a stream of blocks."""

    def process(self, data: AudioData, /) -> AudioData | None:
        """Take the next block of the stream.

        Time-stamps of the result follow those of the blocks, so that nothing drifts, and rise
        strictly while those do.

        Args:
            data: The next block; it stays the caller's.

        Returns:
            What can be given out so far, in the format of the block, or None if that is nothing.

        Raises:
            InvalidStateError: The block is closed.
            ValueError: Sample rate or channels are not those that the resampler was made for.
        """
        ...


class ResamplerFactory(Protocol):
    """What `mediadevices.implementations.resampler_factory` returns."""

    def __call__(self, source_rate: float, target_rate: float, channels: int, /) -> Resampler:
        """Make a resampler for one stream.

        Args:
            source_rate: Hertz of the blocks that go in.
            target_rate: Hertz of the blocks that come out.
            channels: Channels of both.
        """
        ...


class ResamplerClock:
    """Tells when the samples that a resampler gives out were taken.

    The sample k of the result lies at the sample k * source rate / target rate of what came in;
    when that was, the latest block tells. So the result follows the device's clock, which runs a
    little faster or slower than its nominal rate, and the gaps that lost blocks leave. It rises
    strictly while the blocks' time-stamps do; a program that goes back in time goes back here too.

    Args:
        source_rate: Hertz.
        target_rate: Hertz.
    """

    def __init__(self, source_rate: float, target_rate: float) -> None:
        self._source_rate = source_rate
        self._target_rate = target_rate
        self._taken = 0
        self._given = 0
        self._before: int | None = None  # the time-stamp of the block before
        self._last: int | None = None  # the time-stamp that was given out last, if it must rise

    def advance(self, data: AudioData, produced: int) -> int:
        """Account for a block and for the samples of each channel that are given out with it.

        Args:
            data: The block that went in.
            produced: Samples of each channel that come out; more than 0, or the result means
                nothing.

        Returns:
            The time-stamp of the first of them, in microseconds.
        """
        ahead = self._given * self._source_rate / self._target_rate - self._taken
        timestamp = data.timestamp + round(ahead * 1_000_000 / self._source_rate)
        if self._before is not None and data.timestamp <= self._before:
            self._last = None
        self._before = data.timestamp
        self._taken += data.number_of_frames
        self._given += produced
        if produced:
            if self._last is not None and timestamp <= self._last:
                timestamp = self._last + 1
            self._last = timestamp
        return timestamp

    def check(self, data: AudioData, channels: int) -> None:
        """See that a block is of the stream.

        Raises:
            ValueError: It is not.
        """
        if (data.sample_rate, data.number_of_channels) != (self._source_rate, channels):
            raise ValueError(
                f"the resampler was made for {channels} channels at {self._source_rate:g} Hz, got "
                f"{data.number_of_channels} at {data.sample_rate:g} Hz"
            )


class LinearResampler:
    """A `Resampler` by the standard library alone: straight lines between samples.

    Good enough where no resampling library can be had; when the rate falls, tones above half of
    the new rate come back as lower ones.

    Args:
        source_rate: Hertz of the blocks that go in.
        target_rate: Hertz of the blocks that come out.
        channels: Channels of both.
    """

    def __init__(self, source_rate: float, target_rate: float, channels: int, /) -> None:
        self._clock = ResamplerClock(source_rate, target_rate)
        self._source_rate = source_rate
        self._target_rate = target_rate
        self._channels = channels
        # The next result lies `_position / target_rate` samples after the last one that came in.
        self._last: list[float] | None = None
        self._position = 0.0

    def process(self, data: AudioData, /) -> AudioData | None:
        """Take the next block of the stream; see `Resampler.process`."""
        with data.clone() as held:  # a closed block is said to be closed before anything else
            self._clock.check(held, self._channels)
            name = str(held.format)
            blocks = held.channels()
        sample_format, f32 = SAMPLE_FORMATS[name], SAMPLE_FORMATS["f32"]
        planes = [convert_channel(block, sample_format, f32) for block in blocks]
        if self._last is None:
            # The first result is the first sample: as if the same had come just before it.
            self._last = [plane[0] for plane in planes]
            self._position = self._target_rate
        limit = data.number_of_frames * self._target_rate
        places: list[tuple[int, float]] = []
        position = self._position
        while position <= limit:
            whole, part = divmod(position, self._target_rate)
            places.append((int(whole), part / self._target_rate))
            position += self._source_rate
        self._position = position - limit
        timestamp = self._clock.advance(data, len(places))
        resampled: list[Samples] = []
        for channel, plane in enumerate(planes):
            line = [self._last[channel], *plane]
            line.append(line[-1])  # for a result that lies exactly on the last sample
            resampled.append(
                array("f", [line[at] + (line[at + 1] - line[at]) * part for at, part in places])
            )
            self._last[channel] = plane[-1]
        if not places:
            return None
        return AudioData.wrap(
            join_channels(
                [convert_channel(plane, f32, sample_format) for plane in resampled], sample_format
            ),
            name,
            self._target_rate,
            len(places),
            self._channels,
            timestamp=timestamp,
        )
