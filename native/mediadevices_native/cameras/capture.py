"""An opened camera: one thread that opens it, reads it, changes it and lets go of it."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from mediadevices.driver import Configuration, Device, Sink, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices.media.video_frame import VideoFrame
from mediadevices.webidl import promise
from mediadevices_native.cameras.gated_sink import GatedSink
from mediadevices_native.cameras.rate_meter import RateMeter
from mediadevices_native.cameras.stream import CameraStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from mediadevices_native.cameras.system import CameraSystem, Location
    from mediadevices_native.opencv import OpenCV, Picture

__all__ = ["CameraCapture"]

_log = logging.getLogger(__name__)

_SILENT_SECONDS = 2.0
"""Without a frame for so long, or for three frame intervals, a camera counts as muted."""

_CLOSE_SECONDS = 0.4
"""How long `close` waits for the thread; a read that blocks longer ends by itself soon after."""

_RETRIES = 4
_RETRY_SECONDS = 0.02
"""After a failed read, so often and so far apart, before the device is opened anew."""

_STEADY_SECONDS = 10.0
"""A camera that fails twice within this time is broken."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that a caller of `configure` waits for."""

    wanted: Configuration
    done: Future[Configuration] = field(default_factory=Future[Configuration])


class CameraCapture:
    """A camera that captures into a sink. Make one with `open`.

    Args:
        system: The cameras of the operating system.
        load_opencv: Imports cv2, or raises `NotReadableError`.
        device: The camera.
        sink: Where its frames go.
    """

    def __init__(
        self,
        system: CameraSystem,
        load_opencv: Callable[[], OpenCV],
        device: Device,
        sink: Sink,
    ) -> None:
        self._system = system
        self._load_opencv = load_opencv
        self._device = device
        self._outlet = GatedSink(sink)
        self._closing = threading.Event()
        self._changes: queue.Queue[_Change] = queue.Queue(maxsize=16)
        self._opened: Future[None] = Future()
        self._finished: Future[None] = Future()
        # What follows belongs to the thread; `configuration` is read from others.
        self._stream: CameraStream | None = None
        self._location: Location = ""
        self._asked: VideoMode | None = None
        self._configuration: Configuration | None = None
        self._first: tuple[Picture, int] | None = None
        self._last_frame_at = 0.0
        self._recovered_at = -_STEADY_SECONDS
        self._meter = RateMeter(0)

    async def open(self, configuration: Configuration) -> None:
        """Start the thread, and wait for the first frame or the error.

        Raises:
            NotReadableError: The camera cannot be had; the message says why and what to do.
        """
        thread = threading.Thread(
            target=self._run,
            args=(configuration,),
            name=f"mediadevices camera {self._device.label}",
            daemon=True,
        )
        try:
            self._start_thread(thread)
            await promise.shielded(asyncio.wrap_future(self._opened))
        except BaseException:
            self.stop()
            raise

    def _start_thread(self, thread: threading.Thread) -> None:
        try:
            thread.start()
        except Exception as error:
            self._finish()  # In its place, since it will not run.
            raise _as_not_readable(self._device, error) from error

    @property
    def configuration(self) -> Configuration:
        """The mode and the controls that the camera really has."""
        if self._configuration is None:
            raise NotReadableError(f"{self._device.label}: the camera is not open")
        return self._configuration

    @property
    def device(self) -> Device:
        """The camera, as it was found."""
        return self._device

    @property
    def is_stopping(self) -> bool:
        """Whether the thread is to end, or has."""
        return self._closing.is_set()

    @property
    def finished(self) -> Future[None]:
        """Is done when the thread has let go of the device."""
        return self._finished

    async def configure(self, configuration: Configuration) -> Configuration:
        """Change the mode or the controls; controls alone change without a break.

        Returns:
            What the camera does now.

        Raises:
            NotReadableError: It cannot be done. The camera goes on as before, or it could not
                even do that, and has told its sink so.
        """
        change = _Change(configuration)
        try:
            self._changes.put_nowait(change)
        except queue.Full:
            raise NotReadableError(f"{self._device.label}: too many changes at once") from None
        if self._finished.done():
            self._refuse_changes()
        return await asyncio.wrap_future(change.done)

    def stop(self) -> None:
        """Make the thread end soon, and say nothing to the sink any more."""
        self._outlet.shut()
        self._closing.set()

    async def close(self) -> None:
        """Stop capturing; the sink is called no more once this returns.

        A read that blocks keeps the device a little longer; the driver's `open` waits for that.
        """
        self.stop()
        await asyncio.wait([asyncio.wrap_future(self._finished)], timeout=_CLOSE_SECONDS)

    # Everything below runs in the thread.

    def _run(self, configuration: Configuration) -> None:
        try:
            self._start(configuration)
            if not self._system.has_kernel_timestamps:
                self._start_ticking()
            self._opened.set_result(None)
            self._capture()
        except BaseException as error:  # noqa: BLE001  (whatever it is, who waits must learn of it)
            self._stop_stream()  # First: who learns of it may open the camera again at once.
            self._fail(_as_not_readable(self._device, error))
        finally:
            self._stop_stream()
            self._finish()

    def _fail(self, error: NotReadableError) -> None:
        """Tell the caller of `open`, or the tracks if that has returned."""
        if self._opened.done():
            self._outlet.end(error)
        else:
            self._outlet.shut()
            self._opened.set_exception(error)

    def _finish(self) -> None:
        """Say that the device is let go, and answer all who wait."""
        self._closing.set()
        self._finished.set_result(None)
        self._refuse_changes()

    def _start(self, wanted: Configuration) -> None:
        """Open the device and read its first frame, which tells what it really does."""
        if not isinstance(wanted.mode, VideoMode):
            raise NotReadableError(f"{self._device.label}: {wanted.mode} is no mode of a camera")
        opencv = self._load_opencv()
        location = self._system.locate(self._device)
        if location is None:
            raise self._gone()
        self._location = location
        stream = CameraStream.open(
            opencv,
            getattr(opencv, self._system.backend),
            location,
            wanted.mode,
            kernel=self._system.has_kernel_timestamps,
        )
        if stream is None:
            raise self._system.refusal(self._device, location)
        self._stream = stream
        try:
            self._write_controls(wanted)
            first = stream.read_first(self._closing.is_set)
            if first is None:
                raise (
                    NotReadableError(f"{self._device.label}: it is open, but gives no picture")
                    if self._system.is_present(location)
                    else self._gone()
                )
            mode = stream.observed_mode(first[0])
            self._configuration = Configuration(mode, self._read_controls())
        except BaseException:
            self._stop_stream()
            raise
        self._asked = wanted.mode
        self._first = first
        self._last_frame_at = time.monotonic()
        self._meter = RateMeter(mode.frame_rate)

    def _stop_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.release()
            except Exception:  # noqa: BLE001  (nobody can do more about it, and nobody may wait)
                _log.warning("%r could not be let go", self._device.label, exc_info=True)

    def _capture(self) -> None:
        """Take every frame as it comes, so that none is ever stale, until told to stop."""
        while not self._closing.is_set() and not self._outlet.is_shut:
            if (stream := self._stream) is None:
                return
            if self._first is not None:
                frame, self._first = self._first, None
                self._deliver(*frame)
            self._apply_next_change()
            if stream is not self._stream:
                continue
            ready = stream.wait()
            if ready is False:
                self._check_silence()
                continue
            taken = stream.read() if ready else None
            if taken is not None:
                self._deliver(*taken)
            elif not self._closing.is_set():
                self._recover(stream)

    def _deliver(self, picture: Picture | None, timestamp: int) -> None:
        if picture is None:
            # It was damaged on its way. The next one may be whole, so the device goes on.
            self._check_silence()
            return
        self._last_frame_at = time.monotonic()
        height, width = picture.shape[:2]
        self._notice_changes(width, height, self._meter.rate(timestamp))
        # The sink's from here on: OpenCV makes a new array for each frame.
        self._outlet.deliver(
            VideoFrame.wrap(
                # numpy's types say that an array is a buffer from Python 3.12 on; it always was.
                cast("Buffer", picture),
                "BGR24",
                width,
                height,
                timestamp=timestamp,
            )
        )

    def _notice_changes(self, width: int, height: int, rate: float) -> None:
        """Find out whether the camera does something else than it did."""
        now = self.configuration
        mode = now.mode
        assert isinstance(mode, VideoMode)
        if (width, height, rate) != (mode.width, mode.height, mode.frame_rate):
            changed = VideoMode(width, height, rate, mode.pixel_format)
            self._configuration = Configuration(changed, now.controls)
            self._outlet.reconfigure(self._configuration)

    def _check_silence(self) -> None:
        """Mute when no frame has come for long; that may also be how we learn of an unplug."""
        mode = self.configuration.mode
        interval = 1 / mode.frame_rate if isinstance(mode, VideoMode) and mode.frame_rate else 0
        if time.monotonic() - self._last_frame_at > max(_SILENT_SECONDS, 3 * interval):
            if self._system.is_present(self._location):
                self._outlet.set_muted(True)
            else:
                self._outlet.end(self._gone())

    def _start_ticking(self) -> None:
        """Check for silence from a thread of its own, where a read may block."""

        def tick() -> None:
            try:
                while not self._closing.wait(0.25):
                    self._check_silence()
            except Exception as error:  # noqa: BLE001  (whatever it is, the tracks must learn of it)
                self._outlet.end(_as_not_readable(self._device, error))

        threading.Thread(target=tick, name="mediadevices camera watchdog", daemon=True).start()

    def _recover(self, stream: CameraStream) -> None:
        """After a failed read: end when the device is gone, else try again, else open it anew."""
        for _ in range(_RETRIES):
            if not self._system.is_present(self._location):
                self._outlet.end(self._gone())
                return
            if self._closing.wait(_RETRY_SECONDS):
                return
            if stream.wait() and (taken := stream.read()) is not None:
                self._deliver(*taken)
                return
        failed_at = time.monotonic()
        steady = failed_at - self._recovered_at > _STEADY_SECONDS
        self._recovered_at = failed_at
        if not steady:
            self._outlet.end(
                NotReadableError(f"{self._device.label}: the camera fails again and again")
            )
            return
        before = self.configuration
        try:
            self._stop_stream()
            self._start(Configuration(self._asked or before.mode, before.controls))
        except NotReadableError as error:
            self._outlet.end(error)
            return
        if self.configuration != before:
            self._outlet.reconfigure(self.configuration)

    def _apply_next_change(self) -> None:
        # Only this thread takes them while it runs; an exception for each frame would be dear.
        if self._changes.empty():
            return
        change = self._changes.get_nowait()
        if not change.done.set_running_or_notify_cancel():
            return
        try:
            change.done.set_result(self._apply(change.wanted))
        except Exception as error:  # noqa: BLE001  (the caller of `configure` gets it)
            change.done.set_exception(_as_not_readable(self._device, error))

    def _apply(self, wanted: Configuration) -> Configuration:
        """Change to a configuration, or go back to the present one and raise."""
        before = self.configuration
        if wanted.mode in {before.mode, self._asked}:
            try:
                self._write_controls(wanted)
                self._configuration = Configuration(before.mode, self._read_controls())
            except OSError as error:
                raise NotReadableError(f"{self._device.label}: {error}") from error
            return self._configuration
        asked = self._asked or before.mode
        try:
            self._stop_stream()
            self._start(wanted)
        except Exception as failure:  # noqa: BLE001  (the caller gets it)
            try:
                self._start(Configuration(asked, before.controls))
            except Exception as error:  # noqa: BLE001  (there is no way back then)
                self._outlet.end(_as_not_readable(self._device, error))
            raise _as_not_readable(self._device, failure) from None
        return self.configuration

    def _write_controls(self, wanted: Configuration) -> None:
        if wanted.controls:
            self._system.write_controls(self._location, wanted.controls)

    def _read_controls(self) -> dict[str, bool | str | float]:
        """Read the controls; a device that will not say has its pictures all the same."""
        try:
            return self._system.read_controls(self._location)
        except OSError:
            return {}

    def _refuse_changes(self) -> None:
        """Answer those who still wait for a change."""
        while True:
            try:
                change = self._changes.get_nowait()
            except queue.Empty:
                return
            if change.done.set_running_or_notify_cancel():
                change.done.set_exception(self._gone("is closed"))

    def _gone(self, what: str = "is gone; plug it in again") -> NotReadableError:
        return NotReadableError(f"{self._device.label}: the camera {what}")


def _as_not_readable(device: Device, error: BaseException) -> NotReadableError:
    if isinstance(error, NotReadableError):
        return error
    wrapped = NotReadableError(f"{device.label}: {error}")
    wrapped.__cause__ = error
    return wrapped
