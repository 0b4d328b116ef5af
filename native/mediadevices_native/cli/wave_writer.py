"""Sound as a WAV file with 16 bits a sample, written as it comes."""

from __future__ import annotations

import wave
from typing import IO, TYPE_CHECKING

from mediadevices_native.cli.failures import CommandError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mediadevices import AudioData

__all__ = ["WaveWriter"]

_MOST_BYTES = 2**32 - 1024
"""The sizes in a WAV file have 32 bits, and the header takes some."""

_SAMPLE_BYTES = 2


class WaveWriter:
    """Writes blocks of samples to a file, up to a length; nothing is kept in memory.

    As a context manager it completes the file at the end of the block.

    Args:
        file: Open for writing.
        seconds: The length.
        sample_rate: Hertz.
        channels: Channels.

    Raises:
        CommandError: A WAV file cannot be that long.
    """

    def __init__(self, file: IO[bytes], seconds: float, sample_rate: int, channels: int) -> None:
        self._shape = sample_rate, channels
        self._frames_left = round(seconds * sample_rate)
        self._written = 0
        self._step = channels * _SAMPLE_BYTES
        if self._frames_left * self._step > _MOST_BYTES:
            longest = int(_MOST_BYTES / self._step / sample_rate)
            raise CommandError(f"--seconds: a WAV file of this microphone holds {longest} at most")
        self._wave = wave.open(file, "wb")  # noqa: SIM115  (closed in __exit__)
        self._wave.setframerate(sample_rate)
        self._wave.setnchannels(channels)
        self._wave.setsampwidth(_SAMPLE_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._wave.close()

    @property
    def seconds(self) -> float:
        """How much has been written."""
        return self._written / self._shape[0]

    @property
    def full(self) -> bool:
        """Whether all of the length has been written."""
        return self._frames_left <= 0

    def write(self, block: AudioData) -> None:
        """Write a block, or as much of it as there is room for.

        Args:
            block: In the format ``s16``.

        Raises:
            CommandError: Its rate or its channels are not those of the file.
        """
        shape = round(block.sample_rate), block.number_of_channels
        if shape != self._shape:
            raise CommandError(
                f"the microphone has changed from {self._shape[0]} Hz, {self._shape[1]} channels "
                f"to {shape[0]} Hz, {shape[1]} channels"
            )
        frames = min(block.number_of_frames, self._frames_left)
        self._wave.writeframesraw(block.data[: frames * self._step])
        self._frames_left -= frames
        self._written += frames
