"""Shared by the peers' programs, which print their measurements as JSON."""

from __future__ import annotations

import json
import time
from typing import Any


class Measured:
    """Frames, elapsed seconds, CPU seconds, and the age of each frame in microseconds."""

    def __init__(self) -> None:
        self.frames = 0
        self.ages: list[float] = []
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def count(self, taken_at: int | None = None) -> None:
        """Count a frame.

        Args:
            taken_at: When the driver returned it, in nanoseconds of `time.monotonic_ns`.
        """
        self.frames += 1
        if taken_at is not None:
            self.ages.append((time.monotonic_ns() - taken_at) / 1000)

    def report(self) -> None:
        """Print the measurements."""
        seconds = time.perf_counter() - self._wall
        cpu = time.process_time() - self._cpu
        print(
            json.dumps({"frames": self.frames, "seconds": seconds, "cpu": cpu, "ages": self.ages})
        )


class Paced:
    """A ``cv2.VideoCapture`` that returns a film's frames at a camera's rate, and records when."""

    def __init__(self, film: Any, rate: float) -> None:
        self._film = film
        self._interval = 1 / rate
        self._due = 0.0
        self.taken_at: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._film, name)

    def read(self) -> tuple[bool, Any]:
        now = time.monotonic()
        self._due = (self._due or now) + self._interval
        time.sleep(max(0.0, self._due - now))
        taken = self._film.read()
        self.taken_at.append(time.monotonic_ns())
        return taken
