"""An open camera: one thread opens, reads, reconfigures and releases it."""

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
"""Seconds, or three frame intervals, without a frame until a camera counts as muted."""

_CLOSE_SECONDS = 0.4
"""How long `close` waits for the thread; a blocked read takes longer and ends soon after."""

_RETRIES = 4
"""How often a failed read is repeated before the device is reopened."""

_RETRY_SECONDS = 0.02
"""The pause before a failed read is repeated."""

_STEADY_SECONDS = 10.0
"""A camera that fails twice within this time counts as broken."""


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
        sink: Receives the frames.
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
        self._sink = GatedSink(sink)
        self._closing = threading.Event()
        self._changes: queue.Queue[_Change] = queue.Queue(maxsize=16)
        self._opened: Future[None] = Future()
        self._finished: Future[None] = Future()
        # Only the thread uses these, but other threads read `configuration`.
        self._stream: CameraStream | None = None
        self._location: Location = ""
        self._requested_mode: VideoMode | None = None
        self._configuration: Configuration | None = None
        self._first_frame: tuple[Picture, int] | None = None
        self._last_frame_at = 0.0
        self._reopened_at = -_STEADY_SECONDS
        self._rate_meter = RateMeter(0)

    async def open(self, configuration: Configuration) -> None:
        """Start the thread, and wait for the first frame or an error.

        Raises:
            NotReadableError: The camera cannot be opened; the message says why and what to do.
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
            self._finish()  # the thread, which would do this, does not run
            raise _as_not_readable(self._device, error) from error

    @property
    def configuration(self) -> Configuration:
        """The mode and the control values that the camera really uses."""
        if self._configuration is None:
            raise NotReadableError(f"{self._device.label}: the camera is not open")
        return self._configuration

    @property
    def device(self) -> Device:
        """The camera, as it was listed."""
        return self._device

    @property
    def is_stopping(self) -> bool:
        """Whether the thread has ended or was told to end."""
        return self._closing.is_set()

    @property
    def finished(self) -> Future[None]:
        """Done when the thread has released the device."""
        return self._finished

    async def configure(self, configuration: Configuration) -> Configuration:
        """Change the mode or the controls; controls alone change without an interruption.

        Returns:
            The mode and the control values in use now.

        Raises:
            NotReadableError: The change failed. The camera continues as before; if that fails too,
                the sink is told that the camera has ended.
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
        """Stop calling the sink, and make the thread end soon."""
        self._sink.shut()
        self._closing.set()

    async def close(self) -> None:
        """Stop capturing; the sink is not called after this returns.

        A blocked read keeps the device a little longer; the driver's `open` waits for that.
        """
        self.stop()
        await asyncio.wait([asyncio.wrap_future(self._finished)], timeout=_CLOSE_SECONDS)

    # The thread runs everything below.

    def _run(self, configuration: Configuration) -> None:
        try:
            self._start(configuration)
            if not self._system.has_kernel_timestamps:
                self._start_watchdog()
            self._opened.set_result(None)
            self._capture()
        except BaseException as error:  # noqa: BLE001  (reported to the caller or the tracks)
            self._stop_stream()  # first, because the caller may reopen the camera at once
            self._fail(_as_not_readable(self._device, error))
        finally:
            self._stop_stream()
            self._finish()

    def _fail(self, error: NotReadableError) -> None:
        """Report an error to the caller of `open`, or to the tracks if `open` has returned."""
        if self._opened.done():
            self._sink.end(error)
        else:
            self._sink.shut()
            self._opened.set_exception(error)

    def _finish(self) -> None:
        """Report that the device is released, and fail the changes that still wait."""
        self._closing.set()
        self._finished.set_result(None)
        self._refuse_changes()

    def _start(self, wanted: Configuration) -> None:
        """Open the device and read its first frame, which shows the real mode."""
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
                    NotReadableError(f"{self._device.label}: it is open, but delivers no picture")
                    if self._system.is_present(location)
                    else self._gone()
                )
            mode = stream.observed_mode(first[0])
            self._configuration = Configuration(mode, self._read_controls())
        except BaseException:
            self._stop_stream()
            raise
        self._requested_mode = wanted.mode
        self._first_frame = first
        self._last_frame_at = time.monotonic()
        self._rate_meter = RateMeter(mode.frame_rate)

    def _stop_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.release()
            except Exception:  # noqa: BLE001  (nothing more can be done)
                _log.warning("%r could not be released", self._device.label, exc_info=True)

    def _capture(self) -> None:
        """Read every frame as it arrives, so that none is stale, until the capture stops."""
        while not self._closing.is_set() and not self._sink.is_shut:
            if (stream := self._stream) is None:
                return
            if self._first_frame is not None:
                frame, self._first_frame = self._first_frame, None
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
            # A damaged frame. The next one may be whole, so continue.
            self._check_silence()
            return
        self._last_frame_at = time.monotonic()
        height, width = picture.shape[:2]
        self._notice_changes(width, height, self._rate_meter.rate(timestamp))
        # OpenCV makes a new array for each frame, so the sink may keep this one.
        self._sink.deliver(
            VideoFrame.wrap(
                # An array is always a buffer, but numpy's types say so only from Python 3.12 on.
                cast("Buffer", picture),
                "BGR24",
                width,
                height,
                timestamp=timestamp,
            )
        )

    def _notice_changes(self, width: int, height: int, rate: float) -> None:
        """Tell the sink if the size or the frame rate has changed."""
        now = self.configuration
        mode = now.mode
        assert isinstance(mode, VideoMode)
        if (width, height, rate) != (mode.width, mode.height, mode.frame_rate):
            changed = VideoMode(width, height, rate, mode.pixel_format)
            self._configuration = Configuration(changed, now.controls)
            self._sink.reconfigure(self._configuration)

    def _check_silence(self) -> None:
        """If no frame has arrived for long, mute; if the camera is unplugged, end instead."""
        mode = self.configuration.mode
        interval = 1 / mode.frame_rate if isinstance(mode, VideoMode) and mode.frame_rate else 0
        if time.monotonic() - self._last_frame_at > max(_SILENT_SECONDS, 3 * interval):
            if self._system.is_present(self._location):
                self._sink.set_muted(True)
            else:
                self._sink.end(self._gone())

    def _start_watchdog(self) -> None:
        """Check for silence on another thread, because a read may block this one."""

        def watch() -> None:
            try:
                while not self._closing.wait(0.25):
                    self._check_silence()
            except Exception as error:  # noqa: BLE001  (reported to the tracks)
                self._sink.end(_as_not_readable(self._device, error))

        threading.Thread(target=watch, name="mediadevices camera watchdog", daemon=True).start()

    def _recover(self, stream: CameraStream) -> None:
        """After a failed read, end if the device is gone; otherwise retry, then reopen it."""
        for _ in range(_RETRIES):
            if not self._system.is_present(self._location):
                self._sink.end(self._gone())
                return
            if self._closing.wait(_RETRY_SECONDS):
                return
            if stream.wait() and (taken := stream.read()) is not None:
                self._deliver(*taken)
                return
        failed_at = time.monotonic()
        steady = failed_at - self._reopened_at > _STEADY_SECONDS
        self._reopened_at = failed_at
        if not steady:
            self._sink.end(NotReadableError(f"{self._device.label}: the camera fails repeatedly"))
            return
        before = self.configuration
        try:
            self._stop_stream()
            self._start(Configuration(self._requested_mode or before.mode, before.controls))
        except NotReadableError as error:
            self._sink.end(error)
            return
        if self.configuration != before:
            self._sink.reconfigure(self.configuration)

    def _apply_next_change(self) -> None:
        # Checked first, because an exception for each frame would be slow.
        if self._changes.empty():
            return
        change = self._changes.get_nowait()
        if not change.done.set_running_or_notify_cancel():
            return
        try:
            change.done.set_result(self._apply(change.wanted))
        except Exception as error:  # noqa: BLE001  (raised in the caller of `configure`)
            change.done.set_exception(_as_not_readable(self._device, error))

    def _apply(self, wanted: Configuration) -> Configuration:
        """Change to a configuration, or return to the present one and raise."""
        before = self.configuration
        if wanted.mode in {before.mode, self._requested_mode}:
            try:
                self._write_controls(wanted)
                self._configuration = Configuration(before.mode, self._read_controls())
            except OSError as error:
                raise NotReadableError(f"{self._device.label}: {error}") from error
            return self._configuration
        asked = self._requested_mode or before.mode
        try:
            self._stop_stream()
            self._start(wanted)
        except Exception as failure:  # noqa: BLE001  (raised below)
            try:
                self._start(Configuration(asked, before.controls))
            except Exception as error:  # noqa: BLE001  (reported to the tracks)
                self._sink.end(_as_not_readable(self._device, error))
            raise _as_not_readable(self._device, failure) from None
        return self.configuration

    def _write_controls(self, wanted: Configuration) -> None:
        if wanted.controls:
            self._system.write_controls(self._location, wanted.controls)

    def _read_controls(self) -> dict[str, bool | str | float]:
        """Read the controls; return none on an error, because pictures may still arrive."""
        try:
            return self._system.read_controls(self._location)
        except OSError:
            return {}

    def _refuse_changes(self) -> None:
        """Fail the changes that still wait."""
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
