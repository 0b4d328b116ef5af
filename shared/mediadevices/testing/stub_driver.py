"""The smallest complete driver: read this first when you add one.

It has one camera with one mode and no controls. The contract of `mediadevices.driver` needs every
line, and the tests check this driver as they check the real ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from mediadevices.driver import Capture, Configuration, Device, Sink, VideoMode
from mediadevices.media.video_frame import VideoFrame

__all__ = ["StubDriver"]

MODE = VideoMode(width=64, height=48, frame_rate=20.0, pixel_format="I420")
GREY = bytes([128]) * (MODE.width * MODE.height * 3 // 2)


class StubDriver:
    """A driver with one camera, which shows grey and is always plugged in."""

    name = "stub"

    async def list_devices(self) -> Sequence[Device]:
        """Return the camera. A real driver must list its devices without opening one."""
        return [Device(kind="videoinput", key="stub-0", label="Stub Camera", modes=(MODE,))]

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:  # noqa: ARG002  (the list never changes)
        """Return a function that does nothing, because the list never changes."""
        return lambda: None

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:  # noqa: ARG002  (there is only one camera and mode)
        """Open the camera. A real driver does this in a thread, and raises `NotReadableError`."""
        return StubCapture(sink)


class StubCapture:
    """The open camera: a task that delivers twenty frames a second."""

    def __init__(self, sink: Sink) -> None:
        self._task = asyncio.create_task(self._run(sink))

    @property
    def configuration(self) -> Configuration:
        """The current configuration, which never changes."""
        return Configuration(MODE)

    async def configure(self, configuration: Configuration, /) -> Configuration:  # noqa: ARG002  (as above)
        """Return the current configuration, because nothing can be changed."""
        return self.configuration

    async def close(self) -> None:
        """Stop; the sink is not called afterwards. Closing again does nothing."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self, sink: Sink) -> None:
        while True:
            now = time.monotonic_ns() // 1000
            frame = VideoFrame.wrap(GREY, "I420", MODE.width, MODE.height, timestamp=now)
            if not sink.deliver(frame):
                return  # The event loop is closed, so close() can never be called.
            await asyncio.sleep(1 / MODE.frame_rate)
