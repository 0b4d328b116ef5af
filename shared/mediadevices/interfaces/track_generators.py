"""`VideoTrackGenerator` and `AudioTrackGenerator`: a Python program is a source (§4 there)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from mediadevices.agents import current_agent
from mediadevices.interfaces.backed import interface_of
from mediadevices.interfaces.media_stream_track import MediaStreamTrack
from mediadevices.interfaces.streams import WritableStream
from mediadevices.media.audio_data import AudioData
from mediadevices.media.video_frame import VideoFrame
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    import asyncio

    from mediadevices.algorithms.properties import Kind

__all__ = ["AudioTrackGenerator", "VideoTrackGenerator"]

_Data = TypeVar("_Data", VideoFrame, AudioData)


class _TrackGenerator(Interface, Generic[_Data]):
    __slots__ = ("_data", "_handle", "_track", "_writable")

    def __init__(self, kind: Kind, data: type[_Data]) -> None:
        self._data: type[_Data] = data
        self._handle = current_agent().create_generator(kind)
        self._track = interface_of(MediaStreamTrack, self._handle.track)
        self._writable: WritableStream[_Data] = WritableStream(self._write, self._handle.close)

    def __repr__(self) -> str:
        muted = " muted" if self.muted else ""
        return f"<{type(self).__name__}{muted} {self._track.ready_state}>"

    def _write(self, chunk: object) -> asyncio.Future[None]:
        if not isinstance(chunk, self._data):
            path = f"{type(self).__name__}.writable"
            error = conversion.wrong_type(path, f"a {self._data.__name__}", chunk)
            return promise.rejected(error)
        return self._handle.write(chunk)

    @property
    def writable(self) -> WritableStream[_Data]:
        """Where to write; each chunk is closed when the track has taken it."""
        return self._writable

    @property
    def track(self) -> MediaStreamTrack:
        """The track that gives what is written."""
        return self._track

    @property
    def muted(self) -> bool:
        """Whether the track gives black frames or silence, whatever is written."""
        return self._handle.muted

    @muted.setter
    def muted(self, value: bool) -> None:
        self._handle.muted = conversion.boolean(value, f"{type(self).__name__}.muted")


class VideoTrackGenerator(_TrackGenerator[VideoFrame]):
    """A video track of `VideoFrame` objects that the program writes (Insertable Streams §4).

    A frame is closed once it is written. Writing fails with `TypeError` for what is no frame, and
    with `InvalidStateError`, leaving the frame open, when every clone of the track has ended.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("video", VideoFrame)


# idl: own AudioTrackGenerator: the sibling of `VideoTrackGenerator`.


class AudioTrackGenerator(_TrackGenerator[AudioData]):
    """An audio track of `AudioData` objects that the program writes; Python's own.

    Samples are closed once they are written. Writing fails as for `VideoTrackGenerator`.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("audio", AudioData)
