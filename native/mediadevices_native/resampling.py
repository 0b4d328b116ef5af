"""Resampling with soxr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from mediadevices.media.audio_data import AudioData
from mediadevices.media.resampling import ResamplerClock

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["SoxrResampler"]

try:
    import soxr  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  # it has none
except Exception as broken:  # a broken library can raise anything
    raise ImportError(f"resampling needs soxr: {broken}; pip install soxr", name="soxr") from broken


class _Stream(Protocol):
    """The part of ``soxr.ResampleStream`` that is used here; soxr ships no types."""

    def resample_chunk(
        self, x: npt.NDArray[np.generic], last: bool = False
    ) -> npt.NDArray[np.generic]: ...


class SoxrResampler:
    """A high-quality `mediadevices.media.resampling.Resampler`.

    It collects several blocks before it returns one: the delay is about 20 ms between 44.1 and
    48 kHz, 40 ms down to 16 kHz and 160 ms down to 8 kHz. The timestamps include the delay.

    Args:
        source_rate: The input rate in hertz.
        target_rate: The output rate in hertz.
        channels: The number of channels.
    """

    def __init__(self, source_rate: float, target_rate: float, channels: int, /) -> None:
        self._clock = ResamplerClock(source_rate, target_rate)
        self._rates = source_rate, target_rate
        self._channels = channels
        self._stream: _Stream | None = None
        self._working = ""

    def process(self, data: AudioData, /) -> AudioData | None:
        """Take the next block of the stream; see `Resampler.process`."""
        with data.clone() as held:  # first, so that a closed block raises an error that says so
            self._clock.check(held, self._channels)
            name = str(held.format)
            if self._stream is None:
                self._open(name)
            assert self._stream is not None  # just opened
            # soxr keeps no reference to its input.
            resampled = self._stream.resample_chunk(held.to_ndarray(self._working))
        frames = len(resampled)
        timestamp = self._clock.advance(data, frames)
        if not frames:
            return None
        made = AudioData.wrap(
            resampled, self._working, self._rates[1], frames, self._channels, timestamp=timestamp
        )
        return made.converted(name)

    def _open(self, name: str) -> None:
        # soxr has no 8-bit samples and no planar formats.
        self._working = name.removesuffix("-planar").replace("u8", "s16")
        types = {"s16": "int16", "s32": "int32", "f32": "float32"}
        self._stream = cast(
            "_Stream",
            soxr.ResampleStream(*self._rates, self._channels, dtype=types[self._working]),
        )
