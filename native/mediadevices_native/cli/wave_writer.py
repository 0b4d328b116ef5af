"""Sound as a WAV file with 16 bits a sample, written as it comes."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from mediadevices_native.cli.failures import CommandError
from mediadevices_native.cli.output_file import write_all

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mediadevices import AudioData

__all__ = ["WaveWriter", "wave_header"]

_MOST_BYTES = 2**32 - 1024
"""The sizes in a WAV file have 32 bits, and the header takes some."""

_UNKNOWN = 2**32 - 1
"""The size of what is written to a pipe, where the header cannot be written again."""

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM = 1
_SAMPLE_BYTES = 2


def wave_header(sample_rate: int, channels: int, size: int | None) -> bytes:
    """Return the header of a WAV file.

    Args:
        sample_rate: Hertz.
        channels: Channels.
        size: The size of the samples in bytes; None if it is not known yet.
    """
    step = channels * _SAMPLE_BYTES
    whole, samples = (_UNKNOWN, _UNKNOWN) if size is None else (_HEADER.size - 8 + size, size)
    form = (16, _PCM, channels, sample_rate, sample_rate * step, step, 8 * _SAMPLE_BYTES)
    return _HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", *form, b"data", samples)


class WaveWriter:
    """Writes blocks of samples to a file, up to a length; nothing is kept in memory.

    The header is true at the end of the context, whatever ends it, and also each time that another
    second has been written, so that a process that is killed leaves a file that plays.

    Args:
        file: Open for writing, without a buffer.
        seconds: The length.
        sample_rate: Hertz.
        channels: Channels.

    Raises:
        CommandError: A WAV file cannot be that long.
    """

    def __init__(self, file: IO[bytes], seconds: float, sample_rate: int, channels: int) -> None:
        self._file = file
        self._shape = sample_rate, channels
        self._step = channels * _SAMPLE_BYTES
        if seconds * sample_rate * self._step > _MOST_BYTES:
            longest = int(_MOST_BYTES / self._step / sample_rate)
            raise CommandError(f"--seconds: a WAV file of this microphone holds {longest} at most")
        self._frames = max(1, round(seconds * sample_rate))
        self._begin = file.tell() if file.seekable() else None
        self._size = 0  # of what is in the file
        self._declared = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._begin is None or self._size == 0:
            return
        samples = self._written * self._step
        self._file.truncate(self._begin + (_HEADER.size + samples if samples else 0))
        if samples:
            self._declare()

    @property
    def seconds(self) -> float:
        """How much has been written."""
        return self._written / self._shape[0]

    @property
    def full(self) -> bool:
        """Whether all of the length has been written."""
        return self._written >= self._frames

    def write(self, block: AudioData) -> None:
        """Write a block, or as much of it as there is room for.

        Args:
            block: In the format ``s16``.

        Raises:
            CommandError: Its rate or its channels are not those of the file.
            OSError: The file cannot be written; it holds what it could take.
        """
        shape = round(block.sample_rate), block.number_of_channels
        if shape != self._shape:
            raise CommandError(
                f"the microphone has changed from {self._shape[0]} Hz, {self._shape[1]} channels "
                f"to {shape[0]} Hz, {shape[1]} channels"
            )
        if self._size == 0:
            self._append(wave_header(*self._shape, None if self._begin is None else 0))
        frames = min(block.number_of_frames, self._frames - self._written)
        self._append(block.data[: frames * self._step])
        if self._begin is not None and self.seconds >= self._declared + 1:
            self._declare()

    @property
    def _written(self) -> int:
        """How many whole frames are in the file."""
        return max(0, self._size - _HEADER.size) // self._step

    def _append(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            count = self._file.write(rest)
            self._size += count
            rest = rest[count:]

    def _declare(self) -> None:
        """Write the size into the header."""
        assert self._begin is not None
        self._file.seek(self._begin)
        write_all(self._file, wave_header(*self._shape, self._written * self._step))
        self._file.seek(self._begin + self._size)
        self._declared = self.seconds
