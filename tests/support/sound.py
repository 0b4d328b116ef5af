"""What the tests of microphones share: a sink that records, and a look at what it heard."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np

from mediadevices.media.audio_data import AudioData

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.driver import Configuration
    from mediadevices.media.video_frame import VideoFrame

__all__ = ["Recorder", "level", "loudest", "until"]


class Recorder:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.blocks: list[AudioData] = []
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

    @property
    def timestamps(self) -> np.ndarray:
        return np.array([block.timestamp for block in self.blocks])

    def samples(self, seconds: float | None = None) -> np.ndarray:
        """Return what was heard, or the last seconds of it, as samples by channels."""
        blocks = [
            np.frombuffer(block.data, np.float32).reshape(-1, block.number_of_channels)
            for block in self.blocks
        ]
        heard = np.concatenate(blocks)
        return heard if seconds is None else heard[-int(seconds * self.blocks[0].sample_rate) :]

    async def hear(self, seconds: float = 0.5) -> None:
        """Wait until that much more has been heard."""
        start = len(self.blocks)

        def enough() -> bool:
            return sum(block.duration for block in self.blocks[start:]) >= seconds * 1e6

        await until(enough, seconds * 10 + 5)


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


async def until(condition: Callable[[], bool], seconds: float = 5) -> float:
    """Wait for something, and return how long it took, in seconds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() < start + seconds, "it did not happen"
        await asyncio.sleep(0.005)
    return time.monotonic() - start
