"""The way from a capture thread to its sink, which can be shut at any moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices.driver import Configuration, Sink
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["GatedSink"]


class GatedSink:
    """A sink that can be shut: when `shut` has returned, the sink is called no more.

    Args:
        sink: Where everything goes while the outlet is open.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._shut = False
        self._muted = False

    @property
    def is_shut(self) -> bool:
        """Whether the sink takes nothing any more."""
        return self._shut

    def shut(self) -> None:
        """Let nothing through from here on."""
        with self._lock:
            self._shut = True

    def deliver(self, frame: VideoFrame) -> None:
        """Hand over a frame, and unmute if need be; a frame that comes too late is closed."""
        self.set_muted(False)
        with self._lock:
            if not self._shut:
                # Where nobody is there any more, nobody can close the camera either.
                self._shut = not self._sink.deliver(frame)
                return
        frame.close()

    def set_muted(self, muted: bool) -> None:
        """Tell the sink when the device falls silent or speaks again, and only then."""
        with self._lock:
            if not self._shut and muted != self._muted:
                self._muted = muted
                self._sink.set_muted(muted)

    def reconfigure(self, configuration: Configuration) -> None:
        """Tell the sink that the device has changed by itself."""
        with self._lock:
            if not self._shut:
                self._sink.reconfigure(configuration)

    def end(self, error: Exception | None) -> None:
        """Tell the sink that it is over, once."""
        with self._lock:
            if not self._shut:
                self._shut = True
                self._sink.end(error)
