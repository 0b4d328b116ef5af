"""`MediaStreamTrackProcessor`: frames and samples out of a track (Insertable Streams §3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mediadevices.interfaces.media_stream_track import MediaStreamTrack, open_reader
from mediadevices.interfaces.streams import ReadableStream
from mediadevices.webidl import conversion
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    from mediadevices.agent_protocol.handles import MediaData

__all__ = ["MediaStreamTrackProcessor"]

# idl: without MediaStreamTrackHandle: takes a track to a worker; no engine has devices in workers.


class MediaStreamTrackProcessor(Interface):
    """The way out of a track (MediaStreamTrack Insertable Media Processing §3).

    Args:
        track: The track, or the standard's init dictionary
            ``{"track": track, "maxBufferSize": 1}``.
        max_buffer_size: How many frames or blocks of samples may wait, 1 to 65535. The oldest is
            dropped for a new one. Unless given, 1 frame, or 100 blocks (1 s) of samples.
        format: Of a video track, the format to read in, such as ``"RGB24"``; None for the native
            one. Blocks of samples convert themselves: see `AudioData.to_ndarray`.

    Raises:
        TypeError: It is no track, or the size is no whole number in that range.
        InvalidStateError: The track has ended.
    """

    # idl: differs constructor: takes the track itself, or the init dictionary.
    # idl: without discardedFrames, totalFrames: not built; new in the draft. `dropped`
    #   counts what the first of them counts.
    # idl: own dropped: counts what nobody read in time.

    __slots__ = ("_readable", "_reader")

    def __init__(
        self,
        track: MediaStreamTrack | Mapping[str, object],
        *,
        max_buffer_size: int | None = None,
        format: str | None = None,  # noqa: A002  (the standard's name)
    ) -> None:
        source: object = track
        size: object = max_buffer_size
        if isinstance(track, Mapping):
            init = conversion.mapping(track, "MediaStreamTrackProcessor")
            source = init.get("track")
            size = init.get("maxBufferSize", max_buffer_size)
        if not isinstance(source, MediaStreamTrack):
            path = "MediaStreamTrackProcessor: track"
            raise conversion.wrong_type(path, "a MediaStreamTrack", source)
        reader = open_reader(source, size, format)
        self._reader = reader
        self._readable: ReadableStream[MediaData] = ReadableStream(reader.read, reader.close)

    def __repr__(self) -> str:
        return f"<MediaStreamTrackProcessor {self.dropped} dropped>"

    @property
    def readable(self) -> ReadableStream[MediaData]:
        """The frames or samples, until the track ends: ``async for frame in readable``."""
        return self._readable

    @property
    def dropped(self) -> int:
        """How many frames or blocks were dropped because nobody read them in time."""
        return self._reader.dropped
