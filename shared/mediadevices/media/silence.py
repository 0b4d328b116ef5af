"""Blocks of silence."""

from __future__ import annotations

from functools import lru_cache

from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_formats import SAMPLE_FORMATS

__all__ = ["silence"]


def silence(
    format: str,  # noqa: A002  (the standard's name)
    sample_rate: float,
    frames: int,
    channels: int,
    timestamp: int,
) -> AudioData:
    """Return a block of silence, which a disabled or muted track delivers (§4.3.1).

    Args:
        format: The format's name, such as ``"f32"``.
        sample_rate: Hertz.
        frames: Samples of each channel.
        channels: Channels.
        timestamp: Microseconds.

    Returns:
        A block that shares its memory with other silent blocks of the same format and size.
    """
    return _silence(format, sample_rate, frames, channels).retimed(timestamp)


@lru_cache(maxsize=16)
def _silence(name: str, sample_rate: float, frames: int, channels: int) -> AudioData:
    sample_format = SAMPLE_FORMATS[name]
    size = frames * channels * sample_format.sample_bytes
    memory = b"\x80" * size if sample_format.zero else bytes(size)
    return AudioData.wrap(memory, name, sample_rate, frames, channels, timestamp=0)
