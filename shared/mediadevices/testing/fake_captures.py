"""Opened fake devices, which deliver frames and samples by the clock, on the event loop."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from mediadevices.driver import AudioMode, Configuration, VideoMode
from mediadevices.media.audio_data import AudioData
from mediadevices.media.video_frame import VideoFrame
from mediadevices.testing.patterns import numbered_picture, tone

if TYPE_CHECKING:
    from mediadevices.driver import ControlValue, Mode, Sink
    from mediadevices.pipeline.clock import Clock, Timer
    from mediadevices.testing.fake_devices import FakeCamera, FakeDevice, FakeMicrophone

__all__ = ["FakeCameraCapture", "FakeCapture", "FakeMicrophoneCapture"]

_BYTES_PER_SAMPLE = 4
#: Seconds of sound that a microphone buffers while the program is busy.
_MICROPHONE_BUFFER = 1.0


class FakeCapture(ABC):
    """An open fake device.

    The n-th frame or block is due n intervals after the start, even if the previous one was late.
    If the program is busy for too long, frames or blocks are lost.

    Args:
        device: The device.
        mode: The mode to capture in.
        sink: The receiver of the frames or samples.
        clock: The clock by which they are delivered.
    """

    def __init__(self, device: FakeDevice, mode: Mode, sink: Sink, clock: Clock) -> None:
        self._device = device
        self._mode = mode
        self._sink = sink
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._controls: dict[str, ControlValue] = {}
        self._timer: Timer | None = None
        self._number = 0  # the next frame or block, counted since the device was opened
        self._start = 0
        self._count = 0  # frames or blocks since the start
        self._restart()

    @property
    def configuration(self) -> Configuration:
        """The current mode and controls."""
        return Configuration(self._mode, dict(self._controls))

    @property
    def abandoned(self) -> bool:
        """Whether the event loop was closed, so that `close` can never be called."""
        return self._loop.is_closed()

    async def configure(self, configuration: Configuration, /) -> Configuration:
        """Change the mode or controls."""
        self.set(configuration)
        return self.configuration

    async def close(self) -> None:
        """Stop capturing."""
        self._stop()
        if self._device.capture is self:
            self._device.capture = None

    def set(self, configuration: Configuration) -> None:
        """Set the mode and controls."""
        self._controls |= configuration.controls
        if configuration.mode != self._mode:
            self._mode = configuration.mode
            if self._timer is not None:
                self._restart()

    def set_muted(self, muted: bool) -> None:
        """Pause or resume the delivery, and report it to the sink."""
        self._sink.set_muted(muted)
        if muted:
            self._stop()
        elif self._timer is None:
            self._restart()

    def reconfigure(self, configuration: Configuration) -> None:
        """Change the configuration, and report it to the sink."""
        self.set(configuration)
        self._sink.reconfigure(self.configuration)

    def end(self, error: Exception | None) -> None:
        """Stop, and end the sink: the device was unplugged (None) or has failed."""
        self._stop()
        self._sink.end(error)

    @abstractmethod
    def _interval(self) -> float:
        """Return the seconds from one delivery to the next."""

    @abstractmethod
    def _allowed_delay(self) -> float:
        """Return the longest delay, in seconds, that loses nothing."""

    @abstractmethod
    def _make(self, number: int, begin: int) -> VideoFrame | AudioData:
        """Return a frame or block.

        Args:
            number: Its number since the device was opened.
            begin: The start of its interval, in microseconds.
        """

    def _restart(self) -> None:
        self._stop()
        self._start, self._count = self._clock.now(), 0
        self._schedule()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        interval, now = self._interval(), self._clock.now()
        late = (now - self._start) / 1e6 - (self._count + 1) * interval
        if late > self._allowed_delay():
            lost = int(late / interval)
            self._count += lost
            self._number += lost
        due = self._start + round((self._count + 1) * interval * 1e6)
        self._timer = self._clock.call_later(max(0, due - now) / 1e6, self._tick)

    def _tick(self) -> None:
        self._timer = None
        begin = self._start + round(self._count * self._interval() * 1e6)
        media = self._make(self._number, begin)
        self._count += 1
        self._number += 1
        if self._sink.deliver(media):
            self._schedule()


class FakeCameraCapture(FakeCapture):
    """An open fake camera, whose frames show their number."""

    _device: FakeCamera

    @property
    def configuration(self) -> Configuration:
        """The delivered mode, which may differ from the requested one, and the controls."""
        return Configuration(self._video_mode(), dict(self._controls))

    def _video_mode(self) -> VideoMode:
        mode = self._device.delivers or self._mode
        assert isinstance(mode, VideoMode), "a camera has only video modes"
        return mode

    def _interval(self) -> float:
        return 1 / self._video_mode().frame_rate

    def _allowed_delay(self) -> float:
        return self._interval()  # A camera buffers one frame.

    def _make(self, number: int, begin: int) -> VideoFrame:
        mode, duration = self._video_mode(), round(self._interval() * 1e6)
        return VideoFrame.wrap(
            numbered_picture(number, mode.width, mode.height),
            "I420",
            mode.width,
            mode.height,
            timestamp=begin + duration,
            duration=duration,
        )


class FakeMicrophoneCapture(FakeCapture):
    """An open fake microphone: its tone has no gap, unless the buffer overflows."""

    _device: FakeMicrophone

    def _audio_mode(self) -> AudioMode:
        assert isinstance(self._mode, AudioMode), "a microphone has only audio modes"
        return self._mode

    def _interval(self) -> float:
        mode = self._audio_mode()
        return round(mode.sample_rate * mode.latency) / mode.sample_rate

    def _allowed_delay(self) -> float:
        return _MICROPHONE_BUFFER

    def _make(self, number: int, begin: int) -> AudioData:
        mode = self._audio_mode()
        frames = round(mode.sample_rate * mode.latency)
        second = tone(
            self._device.frequency, self._device.level, mode.sample_rate, mode.channel_count
        )
        size = mode.channel_count * _BYTES_PER_SAMPLE
        first = number * frames % mode.sample_rate * size
        block = second[first : first + frames * size]
        block += second[: frames * size - len(block)]
        return AudioData.wrap(
            block, "f32", mode.sample_rate, frames, mode.channel_count, timestamp=begin
        )
