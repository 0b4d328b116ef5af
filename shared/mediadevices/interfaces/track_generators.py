"""`VideoTrackGenerator` and `AudioTrackGenerator`: sources that the program writes to."""

from __future__ import annotations

import weakref
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from mediadevices.current_agent import current_agent
from mediadevices.interfaces.handle_backed import wrap_handle
from mediadevices.interfaces.media_stream_track import MediaStreamTrack
from mediadevices.interfaces.streams import WritableStream
from mediadevices.media.audio_data import AudioData
from mediadevices.media.video_frame import VideoFrame
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    import asyncio

    from mediadevices.agent_protocol.generators import GeneratorHandle
    from mediadevices.kinds import Kind

__all__ = ["AudioTrackGenerator", "VideoTrackGenerator"]

_Data = TypeVar("_Data", VideoFrame, AudioData)


class _TrackGenerator(Interface, Generic[_Data]):
    __slots__ = ("_handle", "_track", "_writable")

    def __init__(self, kind: Kind, data: type[_Data]) -> None:
        handle = self._handle = current_agent().create_generator(kind)
        self._track = wrap_handle(MediaStreamTrack, handle.track)
        # Not a bound method: the stream must not keep the generator alive.
        write = partial(_write, handle, data, f"{type(self).__name__}.writable")
        self._writable: WritableStream[_Data] = WritableStream(write, handle.close)
        # Writers hold the stream, so once it is gone, no writer is left.
        weakref.finalize(self._writable, handle.writer_lost).atexit = False

    def __repr__(self) -> str:
        muted = " muted" if self.muted else ""
        return f"<{type(self).__name__}{muted} {self._track.ready_state}>"

    @property
    def writable(self) -> WritableStream[_Data]:
        """The stream to write to; it closes each chunk when the track has taken it."""
        return self._writable

    @property
    def track(self) -> MediaStreamTrack:
        """The track that delivers the written frames or samples."""
        return self._track

    @property
    def muted(self) -> bool:
        """Whether the track delivers black frames or silence instead of the written data."""
        return self._handle.muted

    @muted.setter
    def muted(self, value: bool) -> None:
        self._handle.muted = conversion.boolean(value, f"{type(self).__name__}.muted")


def _write(
    handle: GeneratorHandle, data: type[VideoFrame | AudioData], path: str, chunk: object
) -> asyncio.Future[None]:
    if not isinstance(chunk, data):
        return promise.rejected(conversion.wrong_type(path, f"a {data.__name__}", chunk))
    return handle.write(chunk)


class VideoTrackGenerator(_TrackGenerator[VideoFrame]):
    """A source of a video track whose frames the program writes (Insertable Streams §4).

    Writing closes the frame, and keeps its timestamp. It fails with `TypeError` if the chunk is not
    a `VideoFrame`, and with `InvalidStateError` if every clone of the track has ended; then the
    frame stays open. The tracks end when the program closes the stream, or drops the generator, its
    stream and its writers.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("video", VideoFrame)


# idl: own AudioTrackGenerator: the audio form of `VideoTrackGenerator`.


class AudioTrackGenerator(_TrackGenerator[AudioData]):
    """A source of an audio track whose `AudioData` the program writes; not in the standard.

    Writing closes the data, and fails as with `VideoTrackGenerator`.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("audio", AudioData)
