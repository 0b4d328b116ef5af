"""A fake cv2 whose cameras can have any fault, and a fake camera system."""

from __future__ import annotations

import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from mediadevices.driver import Configuration, ControlValue, Device, Range, VideoMode
from mediadevices.errors import NotReadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mediadevices.media.video_frame import VideoFrame
    from mediadevices_native.diagnostics import Finding
    from mediadevices_native.opencv import Picture

VGA = VideoMode(640, 480, 100.0, "YUYV")
_ENCODED = struct.Struct("<HHB")
"""A picture as it is sent in MJPG: width, height, and what is in every pixel."""
_NV12 = int.from_bytes(b"NV12", "little")
HD = VideoMode(1280, 720, 50.0, "MJPG")


@dataclass
class FakeCamera:
    """A camera and its faults. Every pixel of a frame is the number of the frame."""

    sizes: tuple[tuple[int, int], ...] = ((640, 480), (1280, 720))
    """Any other size gives the first."""
    dead_sizes: tuple[tuple[int, int], ...] = ()
    """In these it opens, and then gives nothing."""
    present: bool = True
    busy: bool = False
    takes_parameters: bool = True
    starved: bool = False
    """Gives no frames; a read blocks for `read_timeout`."""
    broken: bool = False
    """Every read fails at once, until it is opened anew."""
    broken_for_good: bool = False
    fails: int = 0
    """So many reads from now fail."""
    damaged: int = 0
    """So many frames from now cannot be decoded."""
    damaged_as: Literal["refused", "empty", "error", "garbage"] = "refused"
    """How OpenCV says so: not at all, where it is to decode garbage itself."""
    channels: int = 3
    told_rate: float | None = None
    """What it says of its rate; what it was asked for, if `None`."""
    clock: Callable[[], float] = time.monotonic
    interval: float = 0.005
    read_timeout: float = 0.2
    stale: int = 0
    """So many frames after opening are from three seconds ago."""
    controls: dict[str, ControlValue] = field(default_factory=lambda: {"brightness": 50.0})

    opened: int = 0
    """How often it was opened."""
    in_use: int = 0
    threads: set[int] = field(default_factory=set[int])


class FakeError(Exception):
    """``cv2.error``."""


class FakeCapture:
    """``cv2.VideoCapture``, opened or not."""

    def __init__(self, camera: FakeCamera, parameters: Sequence[int]) -> None:
        self._camera = camera
        refused = bool(parameters) and not camera.takes_parameters
        self._open = camera.present and not camera.busy and not refused and not camera.in_use
        self.asked: dict[int, float] = dict(zip(parameters[::2], parameters[1::2], strict=True))
        self._count = self._shown = 0
        self._waiting = False  # A frame is available and has not been read.
        self._stamp = 0.0
        camera.threads.add(threading.get_ident())
        if self._open:
            camera.opened += 1
            camera.in_use += 1
            camera.broken = camera.broken_for_good

    def isOpened(self) -> bool:  # noqa: N802  (the name it stands in for)
        return self._open

    @property
    def _size(self) -> tuple[int, int]:
        asked = int(self.asked.get(3, 0)), int(self.asked.get(4, 0))
        return asked if asked in self._camera.sizes else self._camera.sizes[0]

    @property
    def failing(self) -> bool:
        return not self._open or not self._camera.present or self._camera.broken

    def ready(self) -> bool:
        self._waiting = not self._camera.starved
        return self._waiting

    def grab(self) -> bool:
        self._camera.threads.add(threading.get_ident())
        if self.failing or self._size in self._camera.dead_sizes:
            return False
        if self._camera.fails:
            self._camera.fails -= 1
            return False
        if self._camera.starved and not self._waiting:
            time.sleep(self._camera.read_timeout)
            return False
        self._waiting = False
        time.sleep(self._camera.interval)
        self._count += 1
        self._stamp = self._camera.clock() - (3 if self._count <= self._camera.stale else 0)
        return True

    def retrieve(self) -> tuple[bool, Picture | None]:
        if self._camera.damaged:
            return self._damaged()
        width, height = self._size
        if not self._decodes and self.asked.get(FakeOpenCV.CAP_PROP_FOURCC) == _NV12:
            return True, np.full((height * 3 // 2, width), self._count % 256, dtype=np.uint8)
        if not self._decodes:
            encoded = _ENCODED.pack(width, height, self._count % 256)
            return True, np.frombuffer(encoded, dtype=np.uint8).reshape(1, -1)
        self._shown = self._count
        return True, self._picture(self._count)

    @property
    def _decodes(self) -> bool:
        return self.asked.get(FakeOpenCV.CAP_PROP_CONVERT_RGB, 1) != 0

    def _picture(self, number: int) -> Picture:
        width, height = self._size
        shape = (height, width) if self._camera.channels == 1 else (height, width, 3)
        return np.full(shape, number % 256, dtype=np.uint8)

    def _damaged(self) -> tuple[bool, Picture | None]:
        self._camera.damaged -= 1
        match self._camera.damaged_as:
            case "refused":
                return False, None
            case "empty":
                return True, np.empty((0, 0, 3), dtype=np.uint8)
            case "error":
                raise FakeError("imdecode")
            case "garbage" if self._decodes:
                return True, self._picture(self._shown)  # It returns the last one again.
            case "garbage":
                return True, np.zeros((1, 100), dtype=np.uint8)

    def get(self, name: int) -> float:
        if name == FakeOpenCV.CAP_PROP_FPS and self._camera.told_rate is not None:
            return self._camera.told_rate
        return self._stamp * 1000 if name == 0 else self.asked.get(name, 0)

    def set(self, name: int, value: float) -> bool:
        self.asked[name] = value
        return True  # Whether or not it did.

    def release(self) -> None:
        if self._open:
            self._open = False
            self._camera.in_use -= 1


class _CaptureClass:
    def __init__(self, cameras: Mapping[str | int, FakeCamera]) -> None:
        self._cameras = cameras
        self.calls: list[tuple[str | int, int, tuple[int, ...]]] = []

    def __call__(
        self, source: str | int, backend: int, parameters: Sequence[int] = ()
    ) -> FakeCapture:
        self.calls.append((source, backend, tuple(parameters)))
        return FakeCapture(self._cameras[source], parameters)

    def waitAny(self, streams: Sequence[FakeCapture], timeout: int) -> tuple[bool, Sequence[int]]:  # noqa: N802  (the name it stands in for)
        (stream,) = streams
        if stream.failing:
            raise FakeError("Error is reported for camera stream: 0")
        if stream.ready():
            return True, [0]
        time.sleep(timeout / 1e9)
        return False, []


class FakeOpenCV:
    """The module cv2."""

    error = FakeError
    __version__ = "5.0.0"
    CAP_V4L2, CAP_AVFOUNDATION, CAP_MSMF = 200, 1200, 1400
    CAP_PROP_POS_MSEC, CAP_PROP_FRAME_WIDTH, CAP_PROP_FRAME_HEIGHT = 0, 3, 4
    CAP_PROP_FPS, CAP_PROP_FOURCC = 5, 6
    CAP_PROP_CONVERT_RGB = 16
    IMREAD_COLOR = 1
    COLOR_GRAY2BGR, COLOR_BGRA2BGR, COLOR_YUV2BGR_NV12 = 8, 1, 91

    def __init__(self, cameras: Mapping[str | int, FakeCamera]) -> None:
        self.VideoCapture = _CaptureClass(cameras)

    def imdecode(self, data: Picture, flags: int) -> Picture | None:
        assert flags == self.IMREAD_COLOR
        if len(data) != _ENCODED.size:
            return None
        width, height, number = _ENCODED.unpack(data.tobytes())
        return np.full((height, width, 3), number, dtype=np.uint8)

    def cvtColor(self, picture: Picture, code: int) -> Picture:  # noqa: N802  (the name it stands in for)
        if code == self.COLOR_YUV2BGR_NV12:
            picture = picture[: len(picture) * 2 // 3]
        else:
            assert code == self.COLOR_GRAY2BGR
        return np.dstack([picture] * 3)


class FakeSystem:
    """A system with the cameras of a `FakeOpenCV`, at ``/dev/video0`` and on."""

    backend = "CAP_V4L2"

    def __init__(self, *cameras: FakeCamera, kernel: bool = True) -> None:
        self.cameras: dict[str | int, FakeCamera] = {
            f"/dev/video{number}": camera for number, camera in enumerate(cameras)
        }
        self.has_kernel_timestamps = kernel
        self.opencv = FakeOpenCV(self.cameras)

    def load_opencv(self) -> FakeOpenCV:
        return self.opencv

    def list_devices(self) -> list[Device]:
        return [
            Device(
                kind="videoinput",
                key=str(location),
                label=f"Camera {location}",
                modes=(VGA, HD),
                controls={"brightness": Range(0, 100, 1)},
                address=location,
            )
            for location, camera in self.cameras.items()
            if camera.present
        ]

    def locate(self, device: Device) -> str | None:
        return device.key if self.cameras[device.key].present else None

    def is_present(self, location: str | int) -> bool:
        return self.cameras[location].present

    def read_controls(self, location: str | int) -> dict[str, ControlValue]:
        return dict(self.cameras[location].controls)

    def write_controls(self, location: str | int, wanted: Mapping[str, ControlValue]) -> None:
        brightness = wanted.get("brightness", 50.0)
        assert isinstance(brightness, float | int)
        self.cameras[location].controls["brightness"] = float(min(brightness, 100))

    def refusal(self, device: Device, location: str | int) -> NotReadableError:
        return NotReadableError(f"{device.label}: {location} is in use")

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    def diagnose(self) -> list[Finding]:
        return []


class RecordingSink:
    """A sink that keeps all frames, with methods that wait for them."""

    def __init__(self) -> None:
        self.frames: list[VideoFrame] = []
        self.events: list[bool | Configuration | Exception | None] = []
        """`True` and `False` for muted and not, a configuration, and the end's error."""
        self.ended_at: float | None = None
        self.listening = True
        """Whether anybody is there; what `deliver` returns."""

    def deliver(self, data: VideoFrame) -> bool:
        self.frames.append(data)
        if len(self.frames) > 1000:
            self.frames.pop(0).close()
        return self.listening

    def set_muted(self, muted: bool) -> None:
        self.events.append(muted)

    def reconfigure(self, configuration: Configuration) -> None:
        self.events.append(configuration)

    def end(self, error: Exception | None) -> None:
        self.ended_at = time.monotonic()
        self.events.append(error)
