"""An opened microphone: its blocks, its silences and its end.

Three threads meet here. PortAudio's brings the blocks. The line's says what the system does. The
capture's own, the supervisor, notices when no blocks come, which PortAudio never says, and
releases the device, which may take as long as its driver likes. One lock, held for microseconds,
orders what they tell the sink: nothing follows its end.
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
    # There is no processing of ours, and what the system does cannot be asked.
    dict.fromkeys(
        ("echoCancellation", "noiseSuppression", "autoGainControl", "voiceIsolation"), (False,)
    )
)
_SETTINGS: MappingProxyType[str, ControlValue] = MappingProxyType(dict.fromkeys(CONTROLS, False))

# Tried in turn where the microphone refuses the one that was asked for: another program may have
# set it, since PortAudio looked which one it prefers. The track resamples.
_USUAL_RATES = (48000, 44100, 96000, 32000, 16000, 8000)
_SILENT_SECONDS = 1.0  # without a block: the microphone counts as muted
_LOOK_SECONDS = 0.25
_CLOSE_SECONDS = 0.9
_MAX_HELD = 100  # blocks that wait for the line's word; a second of them


@dataclass(slots=True)
class _Running:
    """A stream and what belongs to it, replaced as a whole when the mode changes."""

    mode: AudioMode
    clock: SampleClock
    finished: bool = False
    stream: OpenedStream | None = None


class MicrophoneCapture:
    """Captures from one microphone into a sink.

    Args:
        line: The way to the microphone; the capture closes it.
        label: Names it in messages.
        sink: Where the blocks go.
    """

    def __init__(self, line: MicrophoneRoute, label: str, sink: Sink) -> None:
        self._line = line
        self._label = label
        self._sink = sink
        self._gate = threading.Lock()  # orders the calls of the sink, with what they depend on
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
        """What the microphone really does; its latency is that of one block."""
        running = self._running
        assert running is not None  # it is opened before anyone sees it
        return Configuration(mode=running.mode, controls=_SETTINGS)

    def open(self, configuration: Configuration) -> None:
        """Start; blocks until the microphone is there.

        Raises:
            NotReadableError: It cannot be had.
        """
        try:
            with self._changing:
                self._start(configuration)
        except BaseException:
            with self._gate:
                self._over = True
            self._line.close()
            raise
        self._supervisor.start()

    async def configure(self, configuration: Configuration) -> Configuration:
        """Open the microphone again in another mode; see `Capture.configure`."""
        await in_daemon_thread(self._configure, configuration)
        return self.configuration

    async def close(self) -> None:
        """Release the microphone; see `Capture.close`.

        A device that is stuck in its driver is given up after a second, and released by the
        supervisor when the driver lets go.
        """
        self.abandon()
        await in_daemon_thread(self._supervisor.join, _CLOSE_SECONDS)

    def abandon(self) -> None:
        """Tell the sink nothing any more, and have the microphone released soon."""
        with self._gate:
            self._over = True
            self._held.clear()
        self._wake.set()

    def end(self, error: Exception | None) -> None:
        """Tell the sink that the microphone is gone, once, and have it released."""
        with self._gate:
            if self._over:
                return
            self._over = True
            self._held.clear()
            self._sink.end(error)
        self._wake.set()

    def set_muted_by_system(self, muted: bool) -> None:
        """Take note that the system gives no sound, or gives it again."""
        with self._gate:
            self._muted_by_system = muted
            self._tell_muted()

    def discard_before(self, moment: float) -> None:
        """Drop the samples that were taken before a moment; see `RouteEvents.discard_before`."""
        with self._gate:
            self._discard_before = moment
            self._held.clear()

    def _tell_muted(self) -> None:
        muted = self._muted_by_system or self._silent
        if muted != self._muted and not self._over:
            self._muted = muted
            self._sink.set_muted(muted)

    # The stream. These are called with `_changing`.

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
        running.stream = stream = self._line.open(request, block, finished, self)
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

    # PortAudio's thread.

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
            bytes(samples),  # the one copy: PortAudio's memory is only lent
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
            if self._line.quiet():
                while self._held:
                    if not self._sink.deliver(self._held.popleft()):
                        self._over = True  # Nobody is there any more, not even to close us.
                        self._held.clear()
                        self._wake.set()
        if self._silent:
            self._wake.set()

    # The supervisor's thread.

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
            self._line.close()

    def _look(self) -> None:
        running = self._running
        if self._over or running is None:
            return
        silent_seconds = self._silence()
        if running.finished:
            lost = self._line.lost(silent_seconds)
            stopped = NotReadableError(f"{self._label}: the sound system stopped the recording")
            self.end(lost.error if lost else stopped)
            return
        with self._gate:
            self._silent = silent_seconds > _SILENT_SECONDS
            if self._silent:
                running.clock.skip()
            self._tell_muted()
        if self._silent and (lost := self._line.lost(silent_seconds)):
            self.end(lost.error)

    def _silence(self) -> float:
        """Return the seconds without a block, of those in which there could have been one."""
        with self._gate:
            now = time.monotonic()
            missed = now - self._last_look - _LOOK_SECONDS
            self._last_look = now
            if missed > _LOOK_SECONDS:
                # Who kept us from looking, such as C code that holds Python's lock, kept the
                # blocks from being taken too. That is no silence of the microphone.
                self._last_block = min(now, self._last_block + missed)
            return now - self._last_block
