"""Write a WAV file with 16-bit samples, block by block."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from mediadevices_native.cli.errors import CommandError
from mediadevices_native.cli.output_file import write_all

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mediadevices import AudioData

__all__ = ["WaveWriter", "wave_header"]

_MAX_BYTES = 2**32 - 1024
"""Sizes in a WAV file have 32 bits and include the header."""

_UNKNOWN = 2**32 - 1
"""The size in the header if the header cannot be rewritten, as in a pipe."""

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM = 1
_SAMPLE_BYTES = 2


def wave_header(sample_rate: int, channels: int, size: int | None) -> bytes:
    """Return the header of a WAV file.

    Args:
        sample_rate: Hertz.
        channels: Channels.
        size: The size of the samples in bytes; None if it is unknown.
    """
    frame_bytes = channels * _SAMPLE_BYTES
    whole, samples = (_UNKNOWN, _UNKNOWN) if size is None else (_HEADER.size - 8 + size, size)
    form = (
        16,
        _PCM,
        channels,
        sample_rate,
        sample_rate * frame_bytes,
        frame_bytes,
        8 * _SAMPLE_BYTES,
    )
    return _HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", *form, b"data", samples)


class WaveWriter:
    """Writes blocks of samples to a file, up to a maximum length, without buffering.

    The header is updated once per second and at the end of the context, also after an error. A
    killed process therefore leaves a playable file.

    Args:
        file: An unbuffered file, open for writing.
        seconds: The maximum length.
        sample_rate: Hertz.
        channels: Channels.

    Raises:
        CommandError: A WAV file cannot have that length.
    """

    def __init__(self, file: IO[bytes], seconds: float, sample_rate: int, channels: int) -> None:
        self._file = file
        self._format = sample_rate, channels
        self._frame_bytes = channels * _SAMPLE_BYTES
        if seconds * sample_rate * self._frame_bytes > _MAX_BYTES:
            longest = int(_MAX_BYTES / self._frame_bytes / sample_rate)
            raise CommandError(
                f"--seconds: a WAV file of this microphone holds {longest} seconds at most"
            )
        self._max_frames = max(1, round(seconds * sample_rate))
        self._begin = file.tell() if file.seekable() else None
        self._size = 0  # bytes in the file
        self._header_seconds = 0.0

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
        samples = self._written_frames * self._frame_bytes
        self._file.truncate(self._begin + (_HEADER.size + samples if samples else 0))
        if samples:
            self._update_header()

    @property
    def seconds(self) -> float:
        """The length of the sound in the file."""
        return self._written_frames / self._format[0]

    @property
    def is_full(self) -> bool:
        """Whether the file has its maximum length."""
        return self._written_frames >= self._max_frames

    def write(self, block: AudioData) -> None:
        """Write a block, up to the maximum length.

        Args:
            block: In the format ``s16``.

        Raises:
            CommandError: Its sample rate or its channel count differs from the file's.
            OSError: The write failed, perhaps after a part of the block.
        """
        block_format = round(block.sample_rate), block.number_of_channels
        if block_format != self._format:
            raise CommandError(
                f"the microphone has changed from {self._format[0]} Hz, {self._format[1]} channels "
                f"to {block_format[0]} Hz, {block_format[1]} channels"
            )
        if self._size == 0:
            self._append(wave_header(*self._format, None if self._begin is None else 0))
        frames = min(block.number_of_frames, self._max_frames - self._written_frames)
        self._append(block.data[: frames * self._frame_bytes])
        if self._begin is not None and self.seconds >= self._header_seconds + 1:
            self._update_header()

    @property
    def _written_frames(self) -> int:
        """The number of whole frames in the file."""
        return max(0, self._size - _HEADER.size) // self._frame_bytes

    def _append(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            count = self._file.write(rest)
            self._size += count
            rest = rest[count:]

    def _update_header(self) -> None:
        """Write the current size into the header."""
        assert self._begin is not None
        self._file.seek(self._begin)
        write_all(self._file, wave_header(*self._format, self._written_frames * self._frame_bytes))
        self._file.seek(self._begin + self._size)
        self._header_seconds = self.seconds
