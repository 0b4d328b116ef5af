"""`AudioData`: one block of samples (WebCodecs §9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from mediadevices.errors import InvalidStateError
from mediadevices.media.buffer_checks import flat_bytes, sized_bytes, writable_bytes
from mediadevices.media.dictionary_members import integer, members, required
from mediadevices.media.media_resource import MediaResource, resource_from_init
from mediadevices.media.sample_formats import (
    SAMPLE_FORMATS,
    SampleFormat,
    Samples,
    convert_channel,
    join_channels,
    read_samples,
    split_channels,
)
from mediadevices.webidl.conversion import finite_double, wrong_type
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    import numpy as np
    import numpy.typing as npt

    from mediadevices.media.media_resource import AnyBuffer

__all__ = ["AudioData"]

# idl: differs AudioDataCopyToOptions.planeIndex: the first plane is the default, because most
#   blocks have only one.

_MAX_COUNT = 2**31 - 1
#: Seconds. An hour at 48 kHz already takes long to convert.
_MAX_SECONDS = 3600
#: A resampler needs memory for each channel.
_MAX_CHANNELS = 1024
#: Hertz. Resampling from or to other rates would take forever.
_MIN_RATE, _MAX_RATE = 1, 1_000_000
_INIT = (
    "format",
    "sample_rate",
    "number_of_frames",
    "number_of_channels",
    "timestamp",
    "data",
    "transfer",
)
_COPY_OPTIONS = ("plane_index", "frame_offset", "frame_count", "format")


class AudioData(Interface):
    """One block of samples, immutable, which shares its memory with its clones (WebCodecs §9.2).

    Read the samples with `to_ndarray`, `data` or `copy_to`. A frame is one sample of each channel.

    Args:
        init: A mapping with the standard's keys, or the same in snake_case:

            * ``format``: ``"u8"``, ``"s16"``, ``"s32"`` or ``"f32"`` for interleaved channels, or
              one of these with ``"-planar"`` for one channel after the other;
            * ``sampleRate``: hertz, from 1 to 1,000,000;
            * ``numberOfFrames``: at most an hour; ``numberOfChannels``: at most 1024;
            * ``timestamp``: microseconds;
            * ``data``: the samples as flat bytes or as a C-contiguous array of the format's type.
              An array with more than one dimension has the shape that `to_ndarray` returns. A
              read-only buffer is shared. A writable one is copied, as the standard requires, unless
              ``transfer`` lists it;
            * ``transfer``: a list with ``data``, if you will not use its memory again.
        **keywords: The same members in snake_case; they win over `init`.

    Raises:
        TypeError: A member is missing, has the wrong type, or contradicts another; the message
            names the path.

    Example:
        >>> data = AudioData(format="s16", sample_rate=48000, number_of_frames=480,
        ...                  number_of_channels=1, timestamp=0, data=bytes(960))
    """

    # idl: differs constructor, allocationSize, copyTo: keyword arguments work too.
    # idl: own wrap, channels: for drivers and for operations on samples.
    # idl: own data, to_ndarray, converted, buffer protocol: other forms of the samples.
    # idl: own with, closed, retimed: what Python programs do with samples.

    __slots__ = ("_channels", "_format", "_frames", "_resource", "_sample_rate", "_timestamp")

    _resource: MediaResource | None
    _format: SampleFormat | None
    _sample_rate: float
    _frames: int
    _channels: int
    _timestamp: int

    if not TYPE_CHECKING:
        # Skip the check of names in the base class: blocks are created often, and no public
        # attribute can be set.
        __setattr__ = object.__setattr__

    def __init__(self, init: Mapping[str, object] | None = None, /, **keywords: object) -> None:
        path = "AudioData: init"
        given = members(path, init, keywords, _INIT)
        self._format = _read_format(f"{path}.format", required(f"{path}.format", given, "format"))
        rate = required(f"{path}.sampleRate", given, "sample_rate")
        self._sample_rate = finite_double(rate, f"{path}.sampleRate")
        if not _MIN_RATE <= self._sample_rate <= _MAX_RATE:
            limits = f"hertz from {_MIN_RATE} to {_MAX_RATE}"
            raise wrong_type(f"{path}.sampleRate", limits, rate)
        if self._sample_rate.is_integer():
            self._sample_rate = int(self._sample_rate)
        self._frames, self._channels = (
            integer(f"{path}.{key}", required(f"{path}.{key}", given, name), 1, most)
            for key, name, most in (
                ("numberOfFrames", "number_of_frames", _MAX_COUNT),
                ("numberOfChannels", "number_of_channels", _MAX_CHANNELS),
            )
        )
        if self._frames > _MAX_SECONDS * self._sample_rate:
            raise TypeError(
                f"{path}.numberOfFrames: {self._frames} frames at {self._sample_rate:g} Hz last "
                f"longer than {_MAX_SECONDS} s; split them into several blocks"
            )
        stamp = required(f"{path}.timestamp", given, "timestamp")
        self._timestamp = integer(f"{path}.timestamp", stamp, -(2**63))
        data = required(f"{path}.data", given, "data")
        shape = self._format.array_shape(self._frames, self._channels)
        view = flat_bytes(f"{path}.data", data, self._format.typecode, [shape])
        size = self._frames * self._channels * self._format.sample_bytes
        if view.nbytes < size:
            raise TypeError(
                f"{path}.data: {self._frames} frames of {self._channels} channels of "
                f"{self._format.name} need {size} bytes, got {view.nbytes}"
            )
        self._resource = resource_from_init(path, data, view, given)

    @classmethod
    def wrap(
        cls,
        buffer: AnyBuffer,
        format: str,  # noqa: A002  (the standard's name)
        sample_rate: float,
        number_of_frames: int,
        number_of_channels: int,
        *,
        timestamp: int,
        release: Callable[[], None] | None = None,
    ) -> Self:
        """Make a block over a driver's memory in a few microseconds, without a copy.

        Args:
            buffer: The samples, as for the constructor; the driver must no longer
                change them.
            format: The format's name, such as ``"f32"``.
            sample_rate: Hertz.
            number_of_frames: Samples of each channel.
            number_of_channels: Channels.
            timestamp: Microseconds.
            release: Called when the memory can be reused; see `VideoFrame.wrap`.

        Returns:
            The block.

        Raises:
            TypeError: The buffer does not fit the format and the counts.
        """
        sample_format = SAMPLE_FORMATS[format]
        size = number_of_frames * number_of_channels * sample_format.sample_bytes
        shape = sample_format.array_shape(number_of_frames, number_of_channels)
        sized_bytes("AudioData.wrap: buffer", buffer, size, sample_format.typecode, [shape])
        return cls._over(
            MediaResource(buffer, release),
            sample_format,
            (sample_rate, number_of_frames, number_of_channels),
            timestamp,
        )

    @classmethod
    def _over(
        cls,
        resource: MediaResource,
        sample_format: SampleFormat,
        shape: tuple[float, int, int],
        timestamp: int,
    ) -> Self:
        self = cls.__new__(cls)
        self._resource = resource
        self._format = sample_format
        self._sample_rate, self._frames, self._channels = shape
        self._timestamp = timestamp
        return self

    @property
    def format(self) -> str | None:
        """The sample format, such as ``"f32-planar"``; None when closed."""
        return None if self._format is None else self._format.name

    @property
    def sample_rate(self) -> float:
        """Hertz; 0 when closed."""
        return self._sample_rate

    @property
    def number_of_frames(self) -> int:
        """Samples of each channel; 0 when closed."""
        return self._frames

    @property
    def number_of_channels(self) -> int:
        """Channels; 0 when closed."""
        return self._channels

    @property
    def timestamp(self) -> int:
        """The time of the first sample, in microseconds; all captured media share one clock."""
        return self._timestamp

    @property
    def duration(self) -> int:
        """The duration of the samples, in microseconds; 0 when closed."""
        return int(self._frames * 1_000_000 / self._sample_rate) if self._sample_rate else 0

    @property
    def closed(self) -> bool:
        """Whether the block was closed."""
        return self._resource is None

    @property
    def data(self) -> memoryview:
        """The memory as read-only bytes, without a copy.

        Raises:
            InvalidStateError: The block is closed.
        """
        return self._opened()[0].exposed_view()

    def allocation_size(
        self, options: Mapping[str, object] | None = None, /, **keywords: object
    ) -> int:
        """Return the bytes that `copy_to` would write with these options (WebCodecs §9.2.4).

        Args:
            options: See `copy_to`.
            **keywords: The same members in snake_case.

        Raises:
            InvalidStateError: The block is closed.
            TypeError: The options are wrong; the message names the path.
            ValueError: The options exceed the block.
        """
        target, _, _, count = self._read_copy_options("allocation_size", options, keywords)
        return count * (1 if target.planar else self._channels) * target.sample_bytes

    def copy_to(
        self,
        destination: AnyBuffer,
        options: Mapping[str, object] | None = None,
        /,
        **keywords: object,
    ) -> None:
        """Copy samples to your own memory, with an optional conversion (WebCodecs §9.2.4).

        Args:
            destination: Writable flat bytes, or a C-contiguous array of the copied type. An array
                with more than one dimension has the shape (frames, channels), or (1, frames) for
                the plane of a planar format.
            options: A mapping of ``planeIndex`` (by default 0; in planar formats the channel),
                ``frameOffset`` (by default 0), ``frameCount`` (by default all following frames)
                and ``format`` (the format to convert to).
            **keywords: The same members in snake_case.

        Raises:
            InvalidStateError: The block is closed.
            TypeError: The options or the destination are wrong; the message names the path.
            ValueError: The options exceed the block.
        """
        target, plane, offset, count = self._read_copy_options("copy_to", options, keywords)
        resource, source = self._opened()
        channels = 1 if target.planar else self._channels
        size = count * channels * target.sample_bytes
        shape = target.array_shape(count, channels)
        path = "AudioData.copy_to: destination"
        output = writable_bytes(path, destination, size, target.typecode, [shape])
        if source.has_type_of(target) and (source.planar == target.planar or self._channels == 1):
            step = source.sample_bytes * (1 if source.planar else self._channels)
            start = (plane * self._frames + offset) * step if source.planar else offset * step
            output[:size] = resource.view[start : start + size]
            return
        converted = [
            convert_channel(channel[offset : offset + count], source, target)
            for channel in self.channels()[plane : plane + 1 if target.planar else None]
        ]
        output[:size] = memoryview(join_channels(converted, target)).cast("B")

    def clone(self) -> AudioData:
        """Return another block over the same memory (WebCodecs §9.2.4).

        Raises:
            InvalidStateError: The block is closed.
        """
        return self.retimed(self._timestamp)

    def retimed(self, timestamp: int) -> AudioData:
        """Return a block over the same memory with another timestamp.

        Args:
            timestamp: Microseconds.

        Raises:
            InvalidStateError: The block is closed.
        """
        resource, sample_format = self._opened()
        shape = self._sample_rate, self._frames, self._channels
        return AudioData._over(resource, sample_format, shape, timestamp)

    def close(self) -> None:
        """Drop the reference to the memory; the timestamp stays (WebCodecs §9.2.4).

        Further calls do nothing.
        """
        if self._resource is not None:
            self._resource = self._format = None
            self._sample_rate = self._frames = self._channels = 0

    def to_ndarray(
        self,
        format: str | None = None,  # noqa: A002  (the standard's name)
    ) -> npt.NDArray[np.uint8 | np.int16 | np.int32 | np.float32]:
        """Return the samples as a read-only NumPy array; to change them, copy it.

        There is no copy if the samples already have the type of the format.

        Args:
            format: The format to convert to, such as ``"f32"`` or ``"s16-planar"``; by default the
                block's own.

        Returns:
            An array of shape (frames, channels), or (channels, frames) in a planar format.

        Raises:
            InvalidStateError: The block is closed.
            TypeError: There is no such format.
            ImportError: NumPy is not installed.
        """
        from mediadevices.media.numpy_arrays import sample_array

        resource, source = self._opened()
        target = source if format is None else _read_format("to_ndarray: format", format)
        return sample_array(resource, source, (self._frames, self._channels), target)

    def converted(self, format: str) -> AudioData:  # noqa: A002  (the standard's name)
        """Return the samples in another format; the memory is shared if the format is the same.

        Args:
            format: The name of the format, such as ``"f32"``.

        Raises:
            InvalidStateError: The block is closed.
            TypeError: There is no such format.
        """
        _, source = self._opened()
        target = _read_format("converted: format", format)
        if target is source:
            return self.clone()
        channels = [convert_channel(channel, source, target) for channel in self.channels()]
        return AudioData._over(
            MediaResource(join_channels(channels, target)),
            target,
            (self._sample_rate, self._frames, self._channels),
            self._timestamp,
        )

    def __buffer__(self, flags: int, /) -> memoryview:
        """Return `data`; since Python 3.12, a block works wherever a buffer does."""
        return self.data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._format is None:
            return f"<AudioData closed timestamp={self._timestamp}>"
        return (
            f"<AudioData {self._format.name} {self._frames} frames of {self._channels} channels at "
            f"{self._sample_rate:g} Hz timestamp={self._timestamp}>"
        )

    def channels(self) -> list[Samples]:
        """Return a copy of each channel, as an `array.array` of the format's type.

        Raises:
            InvalidStateError: The block is closed.
        """
        resource, sample_format = self._opened()
        size = self._frames * self._channels * sample_format.sample_bytes
        samples = read_samples(resource.view[:size], sample_format)
        return split_channels(samples, sample_format, self._channels)

    def _opened(self) -> tuple[MediaResource, SampleFormat]:
        if (resource := self._resource) is None or (sample_format := self._format) is None:
            raise InvalidStateError(
                "the AudioData is closed; take a clone() first if you need it for longer"
            )
        return resource, sample_format

    def _read_copy_options(
        self, method: str, options: object, keywords: Mapping[str, object]
    ) -> tuple[SampleFormat, int, int, int]:
        """Compute Copy Element Count (WebCodecs §9.2.5).

        Returns:
            The format, the plane, the first frame and the number of frames.
        """
        _, target = self._opened()
        path = f"AudioData.{method}: options"
        given = members(path, options, keywords, _COPY_OPTIONS)
        if "format" in given:
            target = _read_format(f"{path}.format", given["format"])
        plane = integer(f"{path}.planeIndex", given.get("plane_index", 0), 0, _MAX_COUNT)
        planes = self._channels if target.planar else 1
        if plane >= planes:
            raise ValueError(f"{path}.planeIndex: {target.name} has {planes} planes, got {plane}")
        offset = integer(f"{path}.frameOffset", given.get("frame_offset", 0), 0, _MAX_COUNT)
        if offset >= self._frames:
            raise ValueError(f"{path}.frameOffset: there are {self._frames} frames, got {offset}")
        left = self._frames - offset
        count = integer(f"{path}.frameCount", given.get("frame_count", left), 0, _MAX_COUNT)
        if count > left:
            raise ValueError(f"{path}.frameCount: {left} frames are left, got {count}")
        return target, plane, offset, count


def _read_format(path: str, value: object) -> SampleFormat:
    found = SAMPLE_FORMATS.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise wrong_type(path, f"one of {', '.join(SAMPLE_FORMATS)}", value)
    return found
