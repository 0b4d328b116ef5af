"""Shared by the tests of microphones: a sink and a program that record, and their sound."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np

from mediadevices.media.audio_data import AudioData

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices import Event, MediaStreamTrack
    from mediadevices.driver import Configuration
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["Recorder", "Recording", "foreign", "level", "loudest", "until"]


class _Heard:
    """Blocks of samples."""

    def __init__(self) -> None:
        self.blocks: list[AudioData] = []

    @property
    def timestamps(self) -> np.ndarray:
        return np.array([block.timestamp for block in self.blocks])

    @property
    def gaps(self) -> np.ndarray:
        """The missing microseconds after each block except the last."""
        durations = np.array([block.duration for block in self.blocks[:-1]])
        gaps: np.ndarray = np.diff(self.timestamps) - durations
        return gaps

    def samples(self, seconds: float | None = None) -> np.ndarray:
        """Return the recorded sound, or its last seconds, as an array of samples by channels."""
        blocks = [
            np.frombuffer(block.data, np.float32).reshape(-1, block.number_of_channels)
            for block in self.blocks
        ]
        heard = np.concatenate(blocks)
        return heard if seconds is None else heard[-int(seconds * self.blocks[0].sample_rate) :]

    async def hear(self, seconds: float = 0.5) -> None:
        """Wait until this many more seconds are recorded."""
        start = len(self.blocks)

        def enough() -> bool:
            return sum(block.duration for block in self.blocks[start:]) >= seconds * 1e6

        await until(enough, seconds * 10 + 5)


class Recorder(_Heard):
    """A sink that keeps all blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, object]] = []
        self.late = 0
        self.listening = True

    def deliver(self, data: VideoFrame | AudioData, /) -> bool:
        assert isinstance(data, AudioData)
        self.late += self.ended
        self.blocks.append(data)
        return self.listening

    def set_muted(self, muted: bool, /) -> None:
        self.events.append(("muted", muted))

    def reconfigure(self, configuration: Configuration, /) -> None:
        self.events.append(("reconfigure", configuration))

    def end(self, error: Exception | None, /) -> None:
        self.events.append(("end", error))

    @property
    def ended(self) -> bool:
        return any(name == "end" for name, _ in self.events)


class Recording(_Heard):
    """A program that keeps all blocks of a track, and records its events.

    Attributes:
        track: The track.
        events: The names of the events.
        times: The time of each event, in seconds of the monotonic clock.
    """

    def __init__(self, track: MediaStreamTrack) -> None:
        super().__init__()
        self.track = track
        self.events: list[str] = []
        self.times: list[float] = []
        for name in ("mute", "unmute", "ended"):
            track.add_event_listener(name, self._note)
        self._reading = asyncio.create_task(self._read())

    def _note(self, event: Event) -> None:
        self.events.append(event.type)
        self.times.append(time.monotonic())

    async def _read(self) -> None:
        async for block in self.track.frames():
            assert isinstance(block, AudioData)
            self.blocks.append(block)

    async def sees(self, *events: str, seconds: float = 10) -> float:
        """Wait until exactly these events have fired; return the time of the last one."""
        await until(lambda: self.events == list(events), seconds)
        return self.times[-1]

    async def stop(self) -> None:
        """Stop the track, and read its remaining blocks."""
        self.track.stop()
        await self._reading


def loudest(samples: np.ndarray, rate: float = 48000) -> float:
    """Return the frequency of the strongest component, in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def level(samples: np.ndarray, hertz: float, rate: float = 48000) -> np.ndarray:
    """Return the amplitude of one frequency in each 10 ms."""
    window = round(rate / 100)
    windows = samples[: len(samples) // window * window].reshape(-1, window)
    wave = np.exp(-2j * np.pi * hertz * np.arange(window) / rate) * np.hanning(window)
    amplitudes: np.ndarray = np.abs(windows @ wave) * 2 / np.hanning(window).sum()
    return amplitudes


def foreign(heard: _Heard, hertz: float) -> float:
    """Return the highest level of another microphone's tone."""
    return float(np.max(level(heard.samples()[:, 0], hertz)))


async def until(condition: Callable[[], bool], seconds: float = 5) -> float:
    """Wait for a condition, and return the elapsed seconds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() < start + seconds, "it did not happen"
        await asyncio.sleep(0.005)
    return time.monotonic() - start
