"""The films that replace cameras: created once, kept in .cache/benchmarks."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cv2.typing import MatLike

__all__ = ["CACHE", "FRAMES", "HEIGHT", "PEERS", "WIDTH", "CannotMeasureError", "h264", "mjpeg"]

_ROOT = Path(__file__).parents[2]
CACHE = _ROOT / ".cache" / "benchmarks"
PEERS = _ROOT / ".venv-peers" / "bin" / "python"
WIDTH, HEIGHT, FRAMES = 1920, 1080, 200

RATE = 1000
"""The frame rate in the file: so high that it slows no reader down."""


class CannotMeasureError(Exception):
    """Something that a figure needs is missing; the message says what."""


def mjpeg() -> Path:
    """Return a 1080p film in Motion JPEG, written by OpenCV."""
    path = CACHE / "1080p-mjpeg.avi"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.avi")
        fourcc = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(part), cv2.CAP_FFMPEG, fourcc, RATE, (WIDTH, HEIGHT))
        if not writer.isOpened():
            raise CannotMeasureError("OpenCV cannot write Motion JPEG here")
        for picture in _pictures():
            writer.write(picture)
        writer.release()
        part.rename(path)
    return path


def h264() -> Path:
    """Return the same film in H.264, written by PyAV in the environment of the peers."""
    path = CACHE / "1080p-h264.mp4"
    if not path.exists():
        if not PEERS.exists():
            raise CannotMeasureError("there is no .venv-peers: run `make bench`")
        script = _ROOT / "benchmarks" / "peers" / "encode.py"
        part = path.with_suffix(".part.mp4")
        subprocess.run([PEERS, script, mjpeg(), part], check=True)
        part.rename(path)
    return path


def _pictures() -> Iterator[MatLike]:
    """Yield pictures like those of a panning camera: soft shapes with some noise."""
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (HEIGHT + 400, WIDTH + 600, 3), dtype=np.uint8)
    soft = np.empty_like(noise)
    cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 9), soft, 0, 240, cv2.NORM_MINMAX)
    scene = cv2.add(soft, noise // 16)
    for number in range(FRAMES):
        top, left = number * 2, number * 3
        picture = scene[top : top + HEIGHT, left : left + WIDTH].copy()
        cv2.putText(picture, str(number), (80, 200), 0, 5, (255, 255, 255), 8)
        yield picture
