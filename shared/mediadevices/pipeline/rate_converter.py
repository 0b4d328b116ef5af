"""Conversion of blocks of samples to another sample rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices.implementations import resampler_factory

if TYPE_CHECKING:
    from mediadevices.media.audio_data import AudioData
    from mediadevices.media.resampling import Resampler

__all__ = ["RateConverter"]


class RateConverter:
    """Resamples blocks; it keeps its resampler while the rates and the channels stay the same."""

    __slots__ = ("_key", "_resampler")

    def __init__(self) -> None:
        self._resampler: Resampler | None = None
        self._key: tuple[float, float, int] | None = None

    def convert(self, data: AudioData, rate: float) -> AudioData | None:
        """Return a block at another sample rate; None while the resampler fills.

        Args:
            data: The block; the caller still owns it.
            rate: The new sample rate in hertz.
        """
        key = (data.sample_rate, rate, data.number_of_channels)
        if self._resampler is None or self._key != key:
            self._resampler, self._key = resampler_factory()(*key), key
        return self._resampler.process(data)

    def reset(self) -> None:
        """Drop the samples that the resampler holds back."""
        self._resampler = None
