"""Cameras for measurements: a film read by the real capture code, and a picture in memory."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import cv2

from benchmarks.native.files import HEIGHT, RATE, WIDTH
from mediadevices import MediaStreamTrack, navigator
from mediadevices.current_agent import use_agent
from mediadevices.driver import Capture, Configuration, Device, Sink, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.video_frame import VideoFrame
from mediadevices_native.cameras import OpenCVCameraDriver

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from mediadevices.driver import ControlValue, Driver
    from mediadevices_native.diagnostics import Finding
    from mediadevices_native.opencv import OpenCV

__all__ = ["FilmCameras", "MemoryCamera", "PacedFilm", "film_driver", "track_of"]


class FilmCameras:
    """A system (`mediadevices_native.cameras.system.CameraSystem`) whose camera is a film.

    Args:
        path: The film.
        rate: Frames per second; 0 for as fast as possible.
    """

    backend = "CAP_FFMPEG"
    has_kernel_timestamps = False

    def __init__(self, path: Path, rate: float = 0) -> None:
        self._path = path
        self._rate = rate
        self.films: list[PacedFilm] = []
        self.VideoCapture = self._open  # this object also replaces the module cv2

    def __getattr__(self, name: str) -> Any:  # other members of cv2
        return getattr(cv2, name)

    def _open(self, source: str, backend: int, _parameters: Sequence[int] = ()) -> Any:
        """Open the film; accept any parameters, as a camera does."""
        film = cv2.VideoCapture(source, backend)
        if not self._rate:
            return film
        self.films.append(PacedFilm(film, self._rate))
        return self.films[-1]

    def list_devices(self) -> list[Device]:
        mode = VideoMode(WIDTH, HEIGHT, self._rate or RATE, "MJPG")
        return [Device(kind="videoinput", key=str(self._path), label="Film", modes=(mode,))]

    def locate(self, device: Device) -> str:
        return device.key

    def is_present(self, location: str | int) -> bool:
        """Return False: this is only called after the film has ended."""
        return False

    def read_controls(self, location: str | int) -> dict[str, ControlValue]:
        return {}

    def write_controls(self, location: str | int, wanted: Mapping[str, ControlValue]) -> None:
        raise NotImplementedError

    def refusal(self, device: Device, location: str | int) -> NotReadableError:
        return NotReadableError(f"{location} cannot be read")

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    def diagnose(self) -> list[Finding]:
        return []


class PacedFilm:
    """A ``cv2.VideoCapture`` that returns a film's frames at the rate of a camera.

    Args:
        film: The capture.
        rate: Frames per second.
    """

    def __init__(self, film: Any, rate: float) -> None:
        self._film = film
        self._interval = 1 / rate
        self._due = 0.0
        self.taken_at: list[int] = []
        """The time of each frame, in nanoseconds of `time.monotonic_ns`."""

    def __getattr__(self, name: str) -> Any:  # other members of a capture
        return getattr(self._film, name)

    def grab(self) -> bool:
        now = time.monotonic()
        self._due = (self._due or now) + self._interval
        time.sleep(max(0.0, self._due - now))
        return bool(self._film.grab())

    def retrieve(self) -> tuple[bool, Any]:
        taken: tuple[bool, Any] = self._film.retrieve()
        self.taken_at.append(time.monotonic_ns())
        return taken

    def read(self) -> tuple[bool, Any]:
        return self.retrieve() if self.grab() else (False, None)


def film_driver(cameras: FilmCameras) -> Driver:
    """Return the real camera driver for a film."""
    return OpenCVCameraDriver(cameras, lambda: cast("OpenCV", cameras))


class MemoryCamera:
    """A driver with one camera that needs almost no time: its picture is already in memory.

    Args:
        rate: Frames per second.
        size: Pixels across and down.
        make: Creates the buffer of a frame from its size in bytes; by default all share one.
    """

    name = "memory"

    def __init__(
        self,
        rate: float,
        size: tuple[int, int] = (640, 480),
        make: Callable[[int], Any] | None = None,
    ) -> None:
        self.mode = VideoMode(*size, rate, "BGR24")
        size_in_bytes = PIXEL_FORMATS["BGR24"].byte_size(*size)
        same = bytes(size_in_bytes)
        self.frame_bytes = size_in_bytes
        self._buffer: Callable[[], Any] = (lambda: make(size_in_bytes)) if make else lambda: same
        self.sent = 0

    async def list_devices(self) -> list[Device]:
        return [Device(kind="videoinput", key="memory", label="Memory", modes=(self.mode,))]

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        return lambda: None

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:
        return _MemoryCapture(self, sink)

    def run(self, deliver: Callable[[VideoFrame], object], stop: threading.Event) -> None:
        """Deliver frames at the camera's rate, each stamped just before its delivery."""
        width, height, interval = self.mode.width, self.mode.height, 1 / self.mode.frame_rate
        self.sent = 0
        due = time.monotonic()
        while not stop.is_set():
            buffer = self._buffer()
            now = time.monotonic_ns() // 1000
            deliver(VideoFrame.wrap(buffer, "BGR24", width, height, timestamp=now))
            self.sent += 1
            # After a delay of the machine, do not deliver a burst of frames.
            due = max(due + interval, time.monotonic() - interval)
            time.sleep(max(0.0, due - time.monotonic()))


class _MemoryCapture:
    def __init__(self, camera: MemoryCamera, sink: Sink) -> None:
        self._mode = camera.mode
        self._stop = threading.Event()
        self._thread = threading.Thread(target=camera.run, args=(sink.deliver, self._stop))
        self._thread.start()

    @property
    def configuration(self) -> Configuration:
        return Configuration(self._mode)

    async def configure(self, configuration: Configuration, /) -> Configuration:
        return self.configuration

    async def close(self) -> None:
        self._stop.set()
        await asyncio.to_thread(self._thread.join)


@asynccontextmanager
async def track_of(driver: Driver, kind: str = "video") -> AsyncGenerator[MediaStreamTrack]:
    """Yield a track of the driver's first device of a kind, from get_user_media."""
    permissions = PermissionAuthority("benchmark", lambda _request: True)
    agent = LocalAgent([driver], permissions, secret=b"benchmark")
    wanted: dict[str, object] = {kind: {"resizeMode": "none"} if kind == "video" else True}
    with use_agent(agent):
        stream = await navigator.media_devices.get_user_media(wanted)
        async with stream:
            [track] = stream.get_tracks()
            yield track
    agent.close()
