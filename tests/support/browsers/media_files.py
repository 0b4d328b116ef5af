"""The media files of the configuration "files".

The camera shows 320x240 at 30 frames per second, 300 frames in a loop. In frame `n` all luma
samples are ``16 + n % 220`` and all chroma samples 128, so the pixels identify the frame.

The microphone plays a 440 Hz sine with an amplitude of 0.5 on one channel, at 48000 Hz, 10 s in a
seamless loop.
"""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

__all__ = ["write_camera_file", "write_microphone_file"]

_WIDTH, _HEIGHT, _RATE, _FRAMES = 320, 240, 30, 300
_BLACK, _LEVELS, _NEUTRAL = 16, 220, 128
_SAMPLE_RATE, _SECONDS, _FREQUENCY, _AMPLITUDE = 48000, 10, 440, 0.5


def write_camera_file(path: Path) -> None:
    """Write the frames, as uncompressed 4:2:0."""
    chroma = bytes([_NEUTRAL]) * (_WIDTH * _HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F{_RATE}:1 Ip A1:1 C420\n".encode())
        for number in range(_FRAMES):
            luma = bytes([_BLACK + number % _LEVELS]) * (_WIDTH * _HEIGHT)
            file.write(b"FRAME\n" + luma + chroma)


def write_microphone_file(path: Path) -> None:
    """Write the tone, as 16-bit samples."""
    step = 2 * math.pi * _FREQUENCY / _SAMPLE_RATE
    peak = _AMPLITUDE * 32767
    samples = array("h", (round(peak * math.sin(step * n)) for n in range(_SAMPLE_RATE * _SECONDS)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SAMPLE_RATE)
        file.writeframes(samples.tobytes())
