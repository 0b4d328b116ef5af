"""A camera opened by OpenCV in one mode: it reads the frames.

The mode that OpenCV reports can differ from the requested one, and the real mode from both. So the
size is taken from the frames. The reported rate and format are used on V4L2 only, where OpenCV
reads them from the driver.
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
"""How long one wait for a frame lasts; `close` takes effect after it."""

_FIRST_FRAME_TRIES, _FIRST_FRAME_SECONDS = 3, 6.0
"""How many reads may fail, and how many seconds may pass, before the first whole frame. One read
times out after 2 seconds in OpenCV."""

_MOST_STALE_FRAMES = 8
"""Old frames that the buffers can hold at the start; more means a wrong clock."""

_LARGEST_CLOCK_ERROR = 10.0
"""Seconds; a larger error of a timestamp means that the driver uses another clock."""

_LEAD_KEPT = 0.99
"""The clock's lead shrinks by this factor per frame, so that one wrong timestamp is forgotten."""


class CameraStream:
    """A camera that captures; only one thread uses it.

    Args:
        opencv: The module cv2.
        capture: The camera, opened by OpenCV.
        mode: The requested mode.
        kernel: Whether this is V4L2, where OpenCV can wait for a frame, has the kernel's timestamps
            and reads the rate and format from the driver.
    """

    def __init__(
        self, opencv: OpenCV, capture: VideoCapture, mode: VideoMode, *, kernel: bool
    ) -> None:
        self._opencv = opencv
        self._capture = capture
        self._requested_mode = mode
        self._is_v4l2 = kernel
        self._started_at = time.monotonic_ns() // 1000
        self._last_timestamp = 0
        self._clock_lead = 0.0  # microseconds by which time stamps are ahead of the clock
        pixel_format = self._pixel_format() if kernel else ""
        self._compressed = pixel_format in COMPRESSED_FORMATS
        self._conversion = CONVERSIONS.get(pixel_format)
        self._width = int(capture.get(opencv.CAP_PROP_FRAME_WIDTH))
        self._height = int(capture.get(opencv.CAP_PROP_FRAME_HEIGHT))
        if self._compressed or self._conversion is not None:
            # For a frame that it cannot decode, OpenCV would return the previous picture, and its
            # versions convert some formats differently.
            capture.set(opencv.CAP_PROP_CONVERT_RGB, 0)

    @classmethod
    def open(
        cls, opencv: OpenCV, backend: int, location: Location, mode: VideoMode, *, kernel: bool
    ) -> CameraStream | None:
        """Open a camera in a mode or a close one; return `None` if it does not open."""
        wanted = {
            opencv.CAP_PROP_FRAME_WIDTH: mode.width,
            opencv.CAP_PROP_FRAME_HEIGHT: mode.height,
            opencv.CAP_PROP_FPS: _whole_rate(mode.frame_rate),
        }
        if len(mode.pixel_format) == 4:  # first, because sizes and rates depend on it
            # OpenCV takes a signed number; some names have the highest bit set.
            fourcc = int.from_bytes(mode.pixel_format.encode("latin-1"), "little", signed=True)
            wanted = {opencv.CAP_PROP_FOURCC: fourcc, **wanted}
        parameters = [number for item in wanted.items() for number in item]
        # First set all values in one call, because OpenCV reconfigures the device for each single
        # value. If the device rejects the call, for example because of the rate, set them singly.
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
        """Read the first frame; return `None` if none arrives within some seconds."""
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
            Whether a frame is ready; `None` if the device reports an error. Where OpenCV cannot
            wait, the result is always true, and `read` may block.
        """
        if not self._is_v4l2:
            return True
        try:
            ready, _ = self._opencv.VideoCapture.waitAny(
                [self._capture], int(_WAIT_SECONDS * 1_000_000_000)
            )
        except self._opencv.error:
            return None
        return ready

    def read(self) -> tuple[Picture | None, int] | None:
        """Read the next frame.

        Returns:
            The picture (height x width x blue, green, red), which the caller may keep, or `None` if
            it is damaged; and the time of capture, in microseconds on the clock of
            `time.monotonic`. `None` instead of both if the device delivers no frame.
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
        # Every frame is later than the previous one, even if the clock says otherwise.
        self._last_timestamp = max(timestamp, self._last_timestamp + 1)
        return self._picture(), self._last_timestamp

    def observed_mode(self, picture: Picture) -> VideoMode:
        """Return the real mode of the camera, from one of its pictures."""
        height, width = picture.shape[:2]
        rate, pixel_format = self._requested_mode.frame_rate, self._requested_mode.pixel_format
        if self._is_v4l2:
            reported_rate = self._capture.get(self._opencv.CAP_PROP_FPS)
            # It is -1 or infinite if the driver does not know the rate, as with a capture board.
            rate = reported_rate if 0 < reported_rate < math.inf else rate
            pixel_format = self._pixel_format() or pixel_format
        return VideoMode(width, height, round(rate, 3), pixel_format)

    def release(self) -> None:
        """Stop capturing and release the device; a second call does nothing."""
        self._capture.release()

    def _pixel_format(self) -> str:
        """Return the FourCC that the driver reports, or ``""``."""
        fourcc = int(self._capture.get(self._opencv.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        return fourcc.to_bytes(4, "little").decode("latin-1") if fourcc else ""

    def _timestamp(self) -> int:
        """Return the time of capture of the frame that was grabbed last."""
        now = time.monotonic_ns() // 1000
        if not self._is_v4l2:
            return now
        taken = int(self._capture.get(self._opencv.CAP_PROP_POS_MSEC) * 1000)
        # Some drivers use another clock or none.
        if abs(now - taken) >= _LARGEST_CLOCK_ERROR * 1_000_000:
            return now
        # Others stamp a frame with the time at which it was due, which can be in the future. All
        # timestamps are shifted by the same lead, so that the intervals stay those of the kernel.
        self._clock_lead = max(taken - now, self._clock_lead * _LEAD_KEPT)
        return taken - math.ceil(self._clock_lead)

    def _picture(self) -> Picture | None:
        """Decode the frame that was grabbed last; return `None` if that fails."""
        try:
            good, sent = self._capture.retrieve()
            if not good or sent is None or not sent.size:
                return None
            picture = self._decoded(sent)
        except self._opencv.error:
            return None
        return self._as_bgr(picture) if picture is not None and picture.size else None

    def _decoded(self, sent: Picture) -> Picture | None:
        """Decode or convert the bytes from OpenCV if they are not a picture yet."""
        if self._compressed:
            return self._opencv.imdecode(sent.reshape(-1), self._opencv.IMREAD_COLOR)
        if self._conversion is not None:
            return converted(self._opencv, self._conversion, sent, self._width, self._height)
        return sent

    def _as_bgr(self, picture: Picture) -> Picture:
        """Return the picture with three channels; most pictures already have them."""
        channels = 1 if picture.ndim == 2 else picture.shape[2]
        if channels == 1:
            return self._opencv.cvtColor(picture, self._opencv.COLOR_GRAY2BGR)
        if channels == 4:
            return self._opencv.cvtColor(picture, self._opencv.COLOR_BGRA2BGR)
        return picture


def _whole_rate(rate: float) -> int:
    """Return a frame rate as a whole number, which OpenCV needs.

    A fraction is cut off: drivers choose the nearest interval or the next shorter one. For 29.97,
    the request is 1/29 s, and both choices are right.
    """
    nearest = round(rate)
    return max(1, nearest if abs(rate - nearest) < 0.01 else int(rate))
