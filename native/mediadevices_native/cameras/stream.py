"""One camera opened by OpenCV in one mode: from here on, frames come out.

What OpenCV is asked for and what it says it has done are two things, and what it does is a third.
So the size is that of the frames, and the rate and format are believed on V4L2 only, where
OpenCV asks the driver for them.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from mediadevices.driver import VideoMode
from mediadevices_native.cameras.pixel_formats import COMPRESSED_FORMATS, CONVERSIONS, converted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices_native.cameras.system import Location
    from mediadevices_native.opencv import OpenCV, Picture, VideoCapture

__all__ = ["CameraStream"]

_WAIT_SECONDS = 0.05
"""How long to wait for a frame before looking up again; so much later `close` takes effect."""

_FIRST_FRAME_TRIES, _FIRST_FRAME_SECONDS = 3, 6.0
"""How often the first frame may fail, and damaged ones may come instead of it. OpenCV gives up
each read after its own time-out of 2 seconds."""

_MOST_STALE_FRAMES = 8
"""Frames that can be left in the buffers from before the start; more would mean a wrong clock."""

_LARGEST_CLOCK_ERROR = 10.0
"""Seconds that a time stamp on the right clock can at most be off."""

_LEAD_KEPT = 0.99
"""How much of a lead is believed of the next frame, so that one wrong stamp is soon forgotten."""


class CameraStream:
    """A camera that captures. One thread uses it, the same from beginning to end.

    Args:
        opencv: The module cv2.
        capture: What OpenCV has opened.
        mode: The mode that it was opened for.
        kernel: Whether this is V4L2, where OpenCV can wait for a frame, and has the kernel's time
            stamps and the driver's own word on the rate and format.
    """

    def __init__(
        self, opencv: OpenCV, capture: VideoCapture, mode: VideoMode, *, kernel: bool
    ) -> None:
        self._opencv = opencv
        self._capture = capture
        self._asked = mode
        self._kernel = kernel
        self._started_at = time.monotonic_ns() // 1000
        self._last_timestamp = 0
        self._lead = 0.0  # microseconds by which time stamps are ahead of the clock
        pixel_format = self._pixel_format() if kernel else ""
        self._compressed = pixel_format in COMPRESSED_FORMATS
        self._conversion = CONVERSIONS.get(pixel_format)
        self._width = int(capture.get(opencv.CAP_PROP_FRAME_WIDTH))
        self._height = int(capture.get(opencv.CAP_PROP_FRAME_HEIGHT))
        if self._compressed or self._conversion is not None:
            # OpenCV would give the last picture once more for one that it cannot decode, and
            # its versions make different colours of some formats.
            capture.set(opencv.CAP_PROP_CONVERT_RGB, 0)

    @classmethod
    def open(
        cls, opencv: OpenCV, backend: int, location: Location, mode: VideoMode, *, kernel: bool
    ) -> CameraStream | None:
        """Open a camera in a mode, or as near to it as it gets; `None` when it will not open."""
        wanted = {
            opencv.CAP_PROP_FRAME_WIDTH: mode.width,
            opencv.CAP_PROP_FRAME_HEIGHT: mode.height,
            opencv.CAP_PROP_FPS: _whole_rate(mode.frame_rate),
        }
        if len(mode.pixel_format) == 4:  # First, because sizes and rates depend on it.
            # Signed, as OpenCV takes its numbers: in some names the highest bit is set.
            fourcc = int.from_bytes(mode.pixel_format.encode("latin-1"), "little", signed=True)
            wanted = {opencv.CAP_PROP_FOURCC: fourcc, **wanted}
        parameters = [number for item in wanted.items() for number in item]
        # All in one go: where each is set by itself the device is set up again for each. But a
        # device that cannot take one of them, the rate for instance, refuses them all.
        for given in ((parameters,), ()):
            capture = opencv.VideoCapture(location, backend, *given)
            try:
                if capture.isOpened():
                    for name, value in () if given else wanted.items():
                        capture.set(name, value)
                    return cls(opencv, capture, mode, kernel=kernel)
            except BaseException:
                capture.release()
                raise
            capture.release()
        return None

    def read_first(self, give_up: Callable[[], bool]) -> tuple[Picture, int] | None:
        """Read the first frame; `None` when none comes within some seconds."""
        failures, give_up_at = 0, time.monotonic() + _FIRST_FRAME_SECONDS
        while failures < _FIRST_FRAME_TRIES and time.monotonic() < give_up_at and not give_up():
            if (taken := self.read()) is None:
                failures += 1
                continue
            picture, timestamp = taken
            if picture is not None:
                return picture, timestamp
        return None

    def wait(self) -> bool | None:
        """Wait a moment for a frame.

        Returns:
            Whether there is one; `None` when the device reports an error. Where OpenCV cannot
            wait this is always true, and `read` may block.
        """
        if not self._kernel:
            return True
        try:
            ready, _ = self._opencv.VideoCapture.waitAny(
                [self._capture], int(_WAIT_SECONDS * 1_000_000_000)
            )
        except self._opencv.error:
            return None
        return ready

    def read(self) -> tuple[Picture | None, int] | None:
        """Take the next frame.

        Returns:
            The picture (height x width x blue, green, red), which is the caller's, or `None` for
            one that was damaged on its way; and when it was taken, in microseconds on the clock of
            `time.monotonic`. `None` alone when the device gives none.
        """
        timestamp = 0
        try:
            for _ in range(_MOST_STALE_FRAMES):
                if not self._capture.grab():
                    return None
                timestamp = self._timestamp()
                if timestamp >= self._started_at:
                    break
        except self._opencv.error:
            return None
        self._started_at = 0
        # Two frames never have the same time, whatever the clock says.
        self._last_timestamp = max(timestamp, self._last_timestamp + 1)
        return self._picture(), self._last_timestamp

    def observed_mode(self, picture: Picture) -> VideoMode:
        """Return the mode that the camera is really in, as a picture of it shows."""
        height, width = picture.shape[:2]
        rate, pixel_format = self._asked.frame_rate, self._asked.pixel_format
        if self._kernel:
            told = self._capture.get(self._opencv.CAP_PROP_FPS)
            # It is -1 or infinite where the driver does not know, as that of a capture board.
            rate = told if 0 < told < math.inf else rate
            pixel_format = self._pixel_format() or pixel_format
        return VideoMode(width, height, round(rate, 3), pixel_format)

    def release(self) -> None:
        """Stop capturing and let go of the device. Doing it twice does nothing."""
        self._capture.release()

    def _pixel_format(self) -> str:
        """Return the FourCC of the format that the driver says it has set, or ``""``."""
        fourcc = int(self._capture.get(self._opencv.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        return fourcc.to_bytes(4, "little").decode("latin-1") if fourcc else ""

    def _timestamp(self) -> int:
        """Return when the frame was taken that was grabbed last."""
        now = time.monotonic_ns() // 1000
        if not self._kernel:
            return now
        taken = int(self._capture.get(self._opencv.CAP_PROP_POS_MSEC) * 1000)
        # Some drivers use another clock, or none.
        if abs(now - taken) >= _LARGEST_CLOCK_ERROR * 1_000_000:
            return now
        # Others stamp a frame with the time that it was due at, which may be still to come; but no
        # frame was taken after it was read. All are as much earlier, so that the time between
        # them stays what the kernel says.
        self._lead = max(taken - now, self._lead * _LEAD_KEPT)
        return taken - math.ceil(self._lead)

    def _picture(self) -> Picture | None:
        """Decode the frame that was grabbed last; `None` for one that cannot be."""
        try:
            good, sent = self._capture.retrieve()
            if not good or sent is None or not sent.size:
                return None
            picture = self._decoded(sent)
        except self._opencv.error:
            return None
        return self._as_bgr(picture) if picture is not None and picture.size else None

    def _decoded(self, sent: Picture) -> Picture | None:
        """Return the picture in what OpenCV gives, which most often is one already."""
        if self._compressed:
            return self._opencv.imdecode(sent.reshape(-1), self._opencv.IMREAD_COLOR)
        if self._conversion is not None:
            return converted(self._opencv, self._conversion, sent, self._width, self._height)
        return sent

    def _as_bgr(self, picture: Picture) -> Picture:
        """Return a picture of three channels; almost always it is one already."""
        channels = 1 if picture.ndim == 2 else picture.shape[2]
        if channels == 1:
            return self._opencv.cvtColor(picture, self._opencv.COLOR_GRAY2BGR)
        if channels == 4:
            return self._opencv.cvtColor(picture, self._opencv.COLOR_BGRA2BGR)
        return picture


def _whole_rate(rate: float) -> int:
    """Return a frame rate as OpenCV takes it.

    A fraction is cut off: drivers choose the nearest interval or the next shorter one, and for
    29.97 (1/29 s is asked for) both are the right one.
    """
    nearest = round(rate)
    return max(1, nearest if abs(rate - nearest) < 0.01 else int(rate))
