"""`MediaStreamTrackProcessor`: reads the frames or samples of a track (Insertable Streams §3)."""

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

# idl: without MediaStreamTrackHandle: it transfers a track to a worker; no engine supports devices
#   in workers.


class MediaStreamTrackProcessor(Interface):
    """Reads the frames or samples of a track (MediaStreamTrack Insertable Media Processing §3).

    Args:
        track: The track, or the standard's init dictionary
            ``{"track": track, "maxBufferSize": 1}``.
        max_buffer_size: How many frames or blocks of samples the reader buffers, 1 to 65535; a
            full buffer drops the oldest. The default is 1 frame, or 100 blocks (1 s) of samples.
        format: For a video track, the pixel format of the frames, such as ``"RGB24"``; None for
            the native one. For an audio track it must be None: `AudioData.to_ndarray` converts a
            block.

    Raises:
        TypeError: `track` is not a track, the size is not in that range, or the format is unknown.
        InvalidStateError: The track has ended.
    """

    # idl: differs constructor: takes the track itself, or the init dictionary.
    # idl: without discardedFrames, totalFrames: not built; new in the draft. `dropped` counts the
    #   same frames as discardedFrames.
    # idl: own dropped: counts the frames or blocks that a full buffer dropped.

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
        """How many frames or blocks were dropped because they were not read in time."""
        return self._reader.dropped
