"""An open microphone: it delivers blocks, mutes when there are none, and ends.

Three threads run this code. PortAudio's thread delivers the blocks. The route's thread reports what
the system does. The supervisor, a thread of the capture, notices when no blocks arrive, which
PortAudio never reports; it also releases the device, which can take long in the driver. One lock,
held for microseconds, orders the calls of the sink, so that no call follows its `end`.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mediadevices.driver import AudioMode, Configuration, Control, ControlValue, Sink
from mediadevices.errors import NotReadableError
from mediadevices.media.audio_data import AudioData
from mediadevices.media.sample_clock import SampleClock
from mediadevices_native.microphones.daemon_thread import in_daemon_thread
from mediadevices_native.microphones.portaudio.library import (
    OpenedStream,
    PortAudioMissingError,
    SampleRateRefusedError,
    StreamRequest,
)

if TYPE_CHECKING:
    from sounddevice import CallbackFlags, StreamTime
    from typing_extensions import Buffer

    from mediadevices_native.microphones.route import MicrophoneRoute

__all__ = ["CONTROLS", "MicrophoneCapture"]

_log = logging.getLogger(__name__)

CONTROLS: MappingProxyType[str, Control] = MappingProxyType(
    # The library does not process sound, and the system does not tell whether it does.
    dict.fromkeys(
        ("echoCancellation", "noiseSuppression", "autoGainControl", "voiceIsolation"), (False,)
    )
)
_SETTINGS: MappingProxyType[str, ControlValue] = MappingProxyType(dict.fromkeys(CONTROLS, False))

# Tried in turn when the microphone refuses the requested rate: another program may have set the
# rate since PortAudio read the preferred one. The track resamples.
_USUAL_RATES = (48000, 44100, 96000, 32000, 16000, 8000)
_SILENT_SECONDS = 1.0  # without a block: the microphone counts as muted
_LOOK_SECONDS = 0.25
_CLOSE_SECONDS = 0.9
_MAX_HELD = 100  # blocks (about a second) held until the route confirms their microphone


@dataclass(slots=True)
class _Running:
    """A stream and its state, replaced as a whole when the mode changes."""

    mode: AudioMode
    clock: SampleClock
    finished: bool = False
    stream: OpenedStream | None = None


class MicrophoneCapture:
    """Captures from one microphone into a sink.

    Args:
        route: The way to the microphone; the capture closes it.
        label: The microphone's name, for messages.
        sink: Receives the blocks.
    """

    def __init__(self, route: MicrophoneRoute, label: str, sink: Sink) -> None:
        self._route = route
        self._label = label
        self._sink = sink
        self._gate = threading.Lock()  # orders the calls of the sink, and guards their state
        self._over = False
        self._held: deque[AudioData] = deque(maxlen=_MAX_HELD)
        self._discard_before = 0.0
        self._last_block = self._last_look = time.monotonic()
        self._silent = False
        self._muted_by_system = False
        self._muted = False
        self._changing = threading.Lock()  # held while the stream is replaced or released
        self._running: _Running | None = None
        self._wake = threading.Event()
        self._supervisor = threading.Thread(
            target=self._supervise, name=f"mediadevices-microphone {label}", daemon=True
        )

    @property
    def configuration(self) -> Configuration:
        """The mode and controls in use; the latency is that of one block."""
        running = self._running
        assert running is not None  # `open` has returned before the capture is handed out
        return Configuration(mode=running.mode, controls=_SETTINGS)

    def open(self, configuration: Configuration) -> None:
        """Start to capture; blocks until the microphone is open.

        Raises:
            NotReadableError: The microphone cannot be opened.
        """
        try:
            with self._changing:
                self._start(configuration)
        except BaseException:
            with self._gate:
                self._over = True
            self._route.close()
            raise
        self._supervisor.start()

    async def configure(self, configuration: Configuration) -> Configuration:
        """Open the microphone again in another mode; see `Capture.configure`."""
        await in_daemon_thread(self._configure, configuration)
        return self.configuration

    async def close(self) -> None:
        """Release the microphone; see `Capture.close`.

        If the driver hangs, this returns after a second, and the supervisor releases the device as
        soon as the driver answers.
        """
        self.abandon()
        await in_daemon_thread(self._supervisor.join, _CLOSE_SECONDS)

    def abandon(self) -> None:
        """Stop calling the sink, and let the supervisor release the microphone soon."""
        with self._gate:
            self._over = True
            self._held.clear()
        self._wake.set()

    def end(self, error: Exception | None) -> None:
        """Tell the sink, once, that the microphone is gone, and let the supervisor release it."""
        with self._gate:
            if self._over:
                return
            self._over = True
            self._held.clear()
            self._sink.end(error)
        self._wake.set()

    def set_muted_by_system(self, muted: bool) -> None:
        """Mute or unmute, because the system did; see `RouteEvents.set_muted_by_system`."""
        with self._gate:
            self._muted_by_system = muted
            self._tell_muted()

    def discard_before(self, moment: float) -> None:
        """Drop the samples recorded before a moment; see `RouteEvents.discard_before`."""
        with self._gate:
            self._discard_before = moment
            self._held.clear()

    def _tell_muted(self) -> None:
        muted = self._muted_by_system or self._silent
        if muted != self._muted and not self._over:
            self._muted = muted
            self._sink.set_muted(muted)

    # The caller of these holds `_changing`.

    def _start(self, configuration: Configuration) -> None:
        mode = configuration.mode
        if not isinstance(mode, AudioMode):
            raise NotReadableError(f"{self._label}: not a mode of a microphone: {mode}")
        try:
            self._running = self._opened(mode)
        except NotReadableError as error:
            raise NotReadableError(f"{self._label}: {error}") from error
        except PortAudioMissingError as error:
            raise NotReadableError(str(error)) from error
        self._last_block = time.monotonic()

    def _opened(self, mode: AudioMode) -> _Running:
        try:
            return self._opened_at(mode)
        except SampleRateRefusedError:
            for rate in _USUAL_RATES:
                with contextlib.suppress(SampleRateRefusedError):
                    return self._opened_at(replace(mode, sample_rate=rate))
            raise

    def _opened_at(self, mode: AudioMode) -> _Running:
        block_size = max(1, round(mode.sample_rate * mode.latency))
        running = _Running(mode, SampleClock(mode.sample_rate))

        def block(samples: Buffer, frames: int, times: StreamTime, flags: CallbackFlags) -> None:
            self._take(running, samples, frames, times, flags)

        def finished() -> None:
            running.finished = True
            self._wake.set()

        request = StreamRequest(mode.sample_rate, mode.channel_count, block_size, mode.latency)
        running.stream = stream = self._route.open(request, block, finished, self)
        running.mode = replace(
            mode, sample_rate=round(stream.sample_rate), latency=block_size / stream.sample_rate
        )
        return running

    def _stop(self) -> None:
        if (running := self._running) is not None and running.stream is not None:
            stream, running.stream = running.stream, None
            try:
                stream.close()
            except NotReadableError as error:
                _log.warning("%s: %s", self._label, error)

    def _configure(self, configuration: Configuration) -> None:
        with self._changing:
            running = self._running
            if running is None or running.stream is None or self._over:
                raise NotReadableError(f"{self._label}: the microphone is closed")
            if configuration.mode == running.mode:
                return
            before = Configuration(mode=running.mode)
            self._stop()
            try:
                self._start(configuration)
            except NotReadableError as error:
                try:
                    self._start(before)
                except NotReadableError:
                    self.end(error)
                raise

    # PortAudio's thread runs this.

    def _take(
        self,
        running: _Running,
        samples: Buffer,
        frames: int,
        times: StreamTime,
        flags: CallbackFlags,
    ) -> None:
        now = time.monotonic()
        delay = times.currentTime - times.inputBufferAdcTime
        if flags.input_overflow:
            running.clock.skip()
        mode = running.mode
        block = AudioData.wrap(
            bytes(samples),  # the only copy: PortAudio reuses its memory after the callback
            "f32",
            mode.sample_rate,
            frames,
            mode.channel_count,
            timestamp=running.clock.stamp(now, delay, frames),
        )
        with self._gate:
            if self._over:
                return
            self._last_block = now
            if now - max(delay, 0.0) < self._discard_before:
                return
            self._held.append(block)
            if self._route.owns_current_block():
                while self._held:
                    if not self._sink.deliver(self._held.popleft()):
                        self._over = (
                            True  # The loop is closed, so close() can never be called; stop here.
                        )
                        self._held.clear()
                        self._wake.set()
        if self._silent:
            self._wake.set()

    # The supervisor runs these.

    def _supervise(self) -> None:
        while not self._over:
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()
            if self._changing.acquire(blocking=False):
                try:
                    self._look()
                finally:
                    self._changing.release()
        with self._changing:
            self._stop()
            self._route.close()

    def _look(self) -> None:
        running = self._running
        if self._over or running is None:
            return
        silent_seconds = self._silence()
        if running.finished:
            lost = self._route.lost(silent_seconds)
            stopped = NotReadableError(f"{self._label}: the sound system stopped the recording")
            self.end(lost.error if lost else stopped)
            return
        with self._gate:
            self._silent = silent_seconds > _SILENT_SECONDS
            if self._silent:
                running.clock.skip()
            self._tell_muted()
        if self._silent and (lost := self._route.lost(silent_seconds)):
            self.end(lost.error)

    def _silence(self) -> float:
        """Return the seconds without a block, except those in which this process was blocked."""
        with self._gate:
            now = time.monotonic()
            missed = now - self._last_look - _LOOK_SECONDS
            self._last_look = now
            if missed > _LOOK_SECONDS:
                # Something, such as C code that holds the GIL, kept this thread from running. It
                # kept PortAudio's thread from running too, so the microphone was not silent.
                self._last_block = min(now, self._last_block + missed)
            return now - self._last_block
