"""A sink that a capture can shut at any moment, from any thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices.driver import Configuration, Sink
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["GatedSink"]


class GatedSink:
    """Forwards calls to a sink until it is shut; after `shut` returns, the sink is not called.

    Args:
        sink: Receives the calls.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._shut = False
        self._muted = False

    @property
    def is_shut(self) -> bool:
        """Whether calls are no longer forwarded."""
        return self._shut

    def shut(self) -> None:
        """Forward no more calls."""
        with self._lock:
            self._shut = True

    def deliver(self, frame: VideoFrame) -> None:
        """Unmute if necessary, and deliver a frame; after `shut`, close the frame instead."""
        self.set_muted(False)
        with self._lock:
            if not self._shut:
                # The loop is closed, so nothing else would close the camera.
                self._shut = not self._sink.deliver(frame)
                return
        frame.close()

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute the sink, if that is a change."""
        with self._lock:
            if not self._shut and muted != self._muted:
                self._muted = muted
                self._sink.set_muted(muted)

    def reconfigure(self, configuration: Configuration) -> None:
        """Tell the sink that the device has changed its configuration."""
        with self._lock:
            if not self._shut:
                self._sink.reconfigure(configuration)

    def end(self, error: Exception | None) -> None:
        """Tell the sink, once, that the device is gone."""
        with self._lock:
            if not self._shut:
                self._shut = True
                self._sink.end(error)
