"""Resampling of a stream of blocks."""

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

        The results' timestamps follow the blocks' without drift. They increase strictly as long as
        the blocks' timestamps do.

        Args:
            data: The next block; the caller still has to close it.

        Returns:
            The samples that are ready, in the format of the block, or None if there are none yet.

        Raises:
            InvalidStateError: The block is closed.
            ValueError: The resampler was made for another sample rate or number of channels.
        """
        ...


class ResamplerFactory(Protocol):
    """Makes resamplers; see `mediadevices.implementations.resampler_factory`."""

    def __call__(self, source_rate: float, target_rate: float, channels: int, /) -> Resampler:
        """Make a resampler for one stream.

        Args:
            source_rate: The sample rate of the blocks, in hertz.
            target_rate: The sample rate of the results, in hertz.
            channels: The number of channels of both.
        """
        ...


class ResamplerClock:
    """Computes the timestamps of a resampler's results.

    Sample k of the result corresponds to sample k * source rate / target rate of the source, and
    the timestamp of the latest block gives its time. So the timestamps follow the device's
    clock, which differs a little from its nominal rate, and gaps from lost blocks. They increase
    strictly as long as the timestamps of the blocks do. If a program's blocks go back in time, the
    results do too.

    Args:
        source_rate: The sample rate of the blocks, in hertz.
        target_rate: The sample rate of the results, in hertz.
    """

    def __init__(self, source_rate: float, target_rate: float) -> None:
        self._source_rate = source_rate
        self._target_rate = target_rate
        self._consumed = 0
        self._produced = 0
        self._last_source: int | None = None  # the timestamp of the last block
        self._last_result: int | None = None  # the last timestamp, if the next must exceed it

    def advance(self, data: AudioData, produced: int) -> int:
        """Count a block and the samples that it produced.

        Args:
            data: The block.
            produced: The produced samples of each channel.

        Returns:
            The timestamp of the first produced sample, in microseconds; meaningless if there is
            none.
        """
        ahead = self._produced * self._source_rate / self._target_rate - self._consumed
        timestamp = data.timestamp + round(ahead * 1_000_000 / self._source_rate)
        if self._last_source is not None and data.timestamp <= self._last_source:
            self._last_result = None
        self._last_source = data.timestamp
        self._consumed += data.number_of_frames
        self._produced += produced
        if produced:
            if self._last_result is not None and timestamp <= self._last_result:
                timestamp = self._last_result + 1
            self._last_result = timestamp
        return timestamp

    def check(self, data: AudioData, channels: int) -> None:
        """Check that a block belongs to the stream.

        Raises:
            ValueError: It has another sample rate or number of channels.
        """
        if (data.sample_rate, data.number_of_channels) != (self._source_rate, channels):
            raise ValueError(
                f"the resampler was made for {channels} channels at {self._source_rate:g} Hz, got "
                f"{data.number_of_channels} at {data.sample_rate:g} Hz"
            )


class LinearResampler:
    """A `Resampler` without dependencies, by linear interpolation between samples.

    It is used where no resampling library is available. It has no low-pass filter: when the rate
    is reduced, tones above half of the new rate alias to lower tones.

    Args:
        source_rate: The sample rate of the blocks, in hertz.
        target_rate: The sample rate of the results, in hertz.
        channels: The number of channels of both.
    """

    def __init__(self, source_rate: float, target_rate: float, channels: int, /) -> None:
        self._clock = ResamplerClock(source_rate, target_rate)
        self._source_rate = source_rate
        self._target_rate = target_rate
        self._channels = channels
        # The next result lies `_position / target_rate` samples after the last source sample.
        self._last: list[float] | None = None
        self._position = 0.0

    def process(self, data: AudioData, /) -> AudioData | None:
        """Take the next block of the stream; see `Resampler.process`."""
        with data.clone() as held:  # raises InvalidStateError first if the block is closed
            self._clock.check(held, self._channels)
            name = str(held.format)
            blocks = held.channels()
        sample_format, f32 = SAMPLE_FORMATS[name], SAMPLE_FORMATS["f32"]
        planes = [convert_channel(block, sample_format, f32) for block in blocks]
        if self._last is None:
            # Start at the first sample, as if the same sample had preceded it.
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
            line.append(line[-1])  # needed if a result lies exactly on the last sample
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
